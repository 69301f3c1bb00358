"""What is read without the parser is what the parser gives, to the letter; and what only it can tell is left to it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.words import RawRecord, Reject
from jaksearch.formats import pubmed_xml, pubmed_xml_inline, pubmed_xml_plain
from jaksearch.formats.pubmed_xml_plain import plain_fields
from jaksearch.formats.xml_reading import read_xml_records

ARTICLE = """\
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">90000001</PMID>
  <DateRevised><Year>2021</Year><Month>01</Month><Day>02</Day></DateRevised>
  <Article PubModel="Print"><Journal><ISSN IssnType="Electronic">1111-2222</ISSN>
    <JournalIssue CitedMedium="Internet"><Volume>12</Volume><PubDate><MedlineDate>2019 Mar-Apr</MedlineDate></PubDate>
    </JournalIssue><Title>Journal of made-up results</Title></Journal>
    <ArticleTitle>Hair that was\u2009lost &amp; found: &#x3b1; or  beta.</ArticleTitle>
    <Pagination><StartPage>475</StartPage><MedlinePgn>475-82</MedlinePgn></Pagination>
    <ELocationID EIdType="doi" ValidYN="Y">10.1000/Made.Up.1</ELocationID>
    <Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see.</AbstractText>
      <AbstractText Label="Results">RESULTS: It was there.</AbstractText></Abstract>
    <AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Peña</LastName><ForeName>Ada B</ForeName>
        <Initials>AB</Initials><Suffix>Jr</Suffix><Identifier Source="ORCID">0000-0002-1825-0097</Identifier>
        <AffiliationInfo><Affiliation>Hair.</Affiliation><Identifier Source="ROR">x</Identifier></AffiliationInfo>
      </Author><Author ValidYN="N"><LastName>Exmaple</LastName><Initials>Q</Initials></Author>
      <Author><FirstName>Li</FirstName><MiddleName>M</MiddleName><LastName>Wu</LastName></Author>
      <Author ValidYN="Y"><CollectiveName>The Sofa Group</CollectiveName></Author></AuthorList>
    <AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList><Language>ger</Language>
    <DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
      <AccessionNumber>NCT01234567</AccessionNumber><AccessionNumber>NCT07654321</AccessionNumber>
      </AccessionNumberList></DataBank></DataBankList>
    <GrantList><Grant><GrantID>R01</GrantID><Agency>NIH</Agency><Country/></Grant></GrantList></Article>
  <ChemicalList><Chemical><RegistryNumber>0</RegistryNumber><NameOfSubstance UI="D1">X</NameOfSubstance></Chemical>
  </ChemicalList><CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J. 2020</RefSource>
    <PMID>90000009</PMID></CommentsCorrections></CommentsCorrectionsList>
  <MeshHeadingList><MeshHeading><DescriptorName UI="D2" MajorTopicYN="N">Alopecia</DescriptorName>
    <QualifierName UI="Q3" MajorTopicYN="Y">drug therapy</QualifierName></MeshHeading></MeshHeadingList>
  <OtherAbstract Type="Publisher" Language="spa"><AbstractText>Ver.</AbstractText></OtherAbstract></MedlineCitation>
  <PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>2018</Year><Month>1</Month><Hour>6</Hour></PubMedPubDate>
  </History><ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId></ArticleIdList></PubmedData>
</PubmedArticle>"""
BOOK = """\
<PubmedBookArticle><BookDocument><PMID>1</PMID><Book><Publisher><PublisherName>P</PublisherName></Publisher>
<BookTitle book="x">Hair Book</BookTitle><PubDate><Year>2009</Year></PubDate><AuthorList Type="authors"><Author>
<LastName>Ko</LastName></Author></AuthorList></Book></BookDocument></PubmedBookArticle>"""
CITATION = "<MedlineCitation><PMID>7</PMID><Article><ArticleTitle>Hair</ArticleTitle></Article></MedlineCitation>"
NAMESPACE = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'
MATH = f"<mml:math {NAMESPACE}><mml:mi>V</mml:mi><mml:none/>\n<mml:mo>.</mml:mo></mml:math>"
TITLE = "<ArticleTitle>Hair that"

CAREFUL = replace(pubmed_xml.DIALECT, plain=None)


def by_parser(text: str) -> list[RawRecord | Reject]:
    """Read with the parser alone."""
    return list(read_xml_records(text, CAREFUL, pubmed_xml._fields))


def as_it_is(text: str) -> list[RawRecord | Reject]:
    return list(read_xml_records(text, pubmed_xml.DIALECT, pubmed_xml._fields))


@pytest.fixture(autouse=True)
def empty_table() -> Iterator[None]:
    """Begin with an empty table, and leave none that a test has filled with oddities."""
    pubmed_xml_plain.TABLE.forget()
    yield
    pubmed_xml_plain.TABLE.forget()


@pytest.mark.parametrize("text", [ARTICLE, BOOK, CITATION, ARTICLE.replace("\n", "")])
def test_a_plain_record_is_read_without_the_parser_as_with_it(text: str) -> None:
    [record] = by_parser(text)
    assert isinstance(record, RawRecord)
    for _ in range(2):  # once to fill the table, once from it
        assert tuple(plain_fields(text) or ()) == record.fields
    assert as_it_is(text) == [record]


@pytest.mark.parametrize(
    "inside",
    [
        "CD8<sup>+</sup> cells", "<i>Hair</i> that", "a<b>b</b><u>c</u>d", "<i>CO<sub>2</sub></i> lost",
        "<i>  that </i>&lt;", MATH, f"of <i>{MATH}</i> and {MATH}", "<sup>&#x3b1;</sup>", "in\n  <i>two</i>\nlines",
    ],
)  # fmt: skip
def test_italics_indices_and_formulas_are_text(inside: str) -> None:
    text = ARTICLE.replace(TITLE, f"<ArticleTitle>{inside}").replace("<AbstractText>Ver", f"<AbstractText>{inside}")
    [record] = by_parser(text)
    assert isinstance(record, RawRecord)
    assert tuple(plain_fields(text) or ()) == record.fields


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</PMID>", "</PMID><!-- 2 -->"), ("</PMID>", "</PMID><?x?>"), ("To see.", "<![CDATA[To see.]]>"),
        ("To see.", "To &nbsp; see."), ("To see.", "To & see."), ("To see.", "To &#1; see."), ("To see.", "To\x0bsee."),
        ("To see.", "a\x01b\x02c"), ("To see.", "To\ufffesee."), ("To see.", "]]>"), ("To see.", "a > b"),
        ("To see.", "a <b"), ("To see.", "a<i>b"), ("To see.", "a</i>b"), ("To see.", "<i>a<b>c</i>d</b>"),
        ('Version="1"', "Version='1'"), ('Version="1"', 'Version="1" Version="1"'), ('Version="1"', 'xml:lang="en"'),
        ('Version="1"', 'xmlns="u"'), ('Version="1"', 'V<i>x</i>="1"'), ('Version="1"', 'V="a<i>x</i>"'),
        ('Version="1"', 'V="&amp;"'), ('UI="D2"', 'UI="D2" UI="D2"'), ('UI="D2"', 'UI="\x01"'),
        ("<Language>ger</Language>", "<Language>ger</Language >"), ("<Language>", "<Lang>"), ("</Language>", "</Lang>"),
        ("<Language>ger</Language>", "<Sprache>ger</Sprache>"), ("</Language>", "</Language>x"),
        ("<Language>", "x<Language>"), ("<Language>", "<i> </i><Language>"), ("<Language>", "<i>x</i><Language>"),
        ("<ArticleTitle>", "<ArticleTitle><i> </i>"), (TITLE, "<ArticleTitle><Title>x</Title> that"),
        ("<Author ValidYN", "<Author>x</Author><Author ValidYN"), ("<Author ValidYN", "<Author/><Author ValidYN"),
        ("<DataBank>", "<DataBank/><DataBank>"), ("<DataBank>", "<DataBank>x</DataBank><DataBank>"),
        ("<PubDate>", "<PubDate><Hour>1</Hour><Minute>2</Minute></PubDate><PubDate>"),
        ("<PubDate>", "<PubDate>2020</PubDate><PubDate>"), ("<LastName>Wu", "<LastName><i> </i>"),
        ("<LastName>Wu", "<LastName>Wu<Foo>x</Foo>"), ("<LastName>Wu", "<Foo>x</Foo><LastName>Wu"),
        ("</PubmedArticle>", "</PubmedArticle>x"), ("</PubmedData>", "</PubmedData></PubmedData>"),
        ("<GrantID>R01</GrantID>", "<GrantID/>"), ("<Grant>", "<Grant> </Grant><Grant>"),
        ("ger", "<i> </i>"), ("To see.", "To &#x110000; see."), ("</MeshHeading>", "<QualifierName/></MeshHeading>"),
        ("To see.", "<Title>To see.</Title>"), ("10.1000/Made.Up.1", "<Title>10</Title>"),
        ("Wu</LastName>", "<Title>Wu</Title></LastName>"), ("<ForeName>", "<LastName/><ForeName>"),
        ("</History>", '</History><ReferenceList a="1"><Reference><Citation>x</Citation></Reference></ReferenceList>'),
        ("ger", MATH.replace("</mml:mi>", "</mml:mo>")), ("ger", f"{MATH}</mml:mi>"), ("ger", MATH[:-4]),
        ("ger", MATH.replace(" xmlns:mml", " xmlns:nml")), ("ger", MATH.replace("<mml:mi>", '<mml:mi a="1" a="1">')),
        ("ger", MATH.replace("<mml:mi>", '<mml:mi nml:a="1">')), ("ger", MATH.replace("V", "<x/>")),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_what_the_parser_says(old: str, new: str) -> None:
    text = ARTICLE.replace(old, new, 1)
    assert text != ARTICLE
    assert as_it_is(text) == by_parser(text)
    assert as_it_is(text) == by_parser(text)  # and again, from the table


@pytest.mark.parametrize("tag", ["i", "mml:mi", "Section"])
def test_deeper_than_the_parser_goes_is_rejected(tag: str) -> None:
    step = "<Year>1</Year>" if tag == "Section" else ""
    nested = f"<{tag}>{step}" * 260 + (step or "x") + f"</{tag}>" * 260
    if tag == "mml:mi":
        nested = f"<mml:math {NAMESPACE}>{nested}</mml:math>"
    text = CITATION.replace("<ArticleTitle>Hair</ArticleTitle>", nested if step else f"<Title>{nested}</Title>")
    assert plain_fields(text) is None
    [reject] = as_it_is(text)
    assert isinstance(reject, Reject)
    assert [reject] == by_parser(text)


def test_what_stands_behind_a_record_is_not_read_as_part_of_it() -> None:
    for more in ("x", "<Country/>", CITATION, "</PubmedArticle>", "<Country>x</Country>", f"</ {CITATION}"):
        assert plain_fields(ARTICLE + more) is None


def test_a_record_known_by_its_people_and_year_alone_is_one() -> None:
    text = "<PubmedArticle><MedlineCitation><Article><Journal><JournalIssue><PubDate><Year>2020</Year></PubDate>"
    text += "</JournalIssue></Journal><AuthorList><Author><LastName>Wu</LastName></Author></AuthorList></Article>"
    text += "</MedlineCitation></PubmedArticle>"
    assert isinstance(as_it_is(text)[0], RawRecord)
    assert isinstance(as_it_is(text.replace("<Year>2020</Year>", ""))[0], Reject)
    assert as_it_is(text) == by_parser(text)


def test_the_table_begins_anew_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [ARTICLE.replace('UI="D2"', f'UI="D{number}"').replace("Label", f"L{'a' * number}") for number in range(30)]
    whole = [plain_fields(text) for text in texts]
    monkeypatch.setattr(pubmed_xml_plain, "MOST_STEPS", 40)
    pubmed_xml_plain.TABLE.forget()
    for text, fields in zip(texts * 2, whole * 2, strict=True):
        assert plain_fields(text) in (fields, None)  # what begins before and ends after it is left to the parser
        assert pubmed_xml_plain.TABLE.steps <= 40
    assert as_it_is(texts[0]) == by_parser(texts[0])


def test_longer_records_and_tags_are_left_to_the_parser() -> None:
    long = ARTICLE.replace("To see.", "x" * pubmed_xml_plain.LONGEST)
    tags = ARTICLE.replace('Version="1"', f'Version="{"1" * 600}"')
    for text in (long, tags):
        assert plain_fields(text) is None
        assert as_it_is(text) == by_parser(text)


def test_marks_in_the_file_are_not_taken_for_our_own() -> None:
    for begin, end in pubmed_xml_inline.PAIRS:
        text = ARTICLE.replace("To see.", f"To <i>see</i> {begin}it{end}.")
        assert plain_fields(text) is None
        assert as_it_is(text) == by_parser(text)


PIECES = st.sampled_from(
    [
        "<i>x</i>", "<i> </i>", "<sup>2</sup>", "<b></b>", "&amp;", "&#233;", "&#xa0;", "&#1;", "&nbsp;", "&", "\x0b",
        "\u2009", "\ufffe", "<!-- c -->", "<![CDATA[<x>]]>", "<?pi?>", ">", "]]>", "<Foo>1</Foo>", "<Country/>", "<",
        "<Author/>", "<DataBank/>", "<Author><LastName>Z</LastName></Author>", " ", "\n", "x", MATH, "<Hour>5</Hour>",
        "<Year></Year>", "<Abstract>", "</Abstract>", "<sub><i>k</i></sub>", "  ", "\t", "<u>\n</u>", "\x85", "\x01",
        "<PMID>9</PMID>", '<AbstractText Label="A  b">q</AbstractText>', "<Suffix/>", ' UI="D1"', ' a="1" a="2"', '"',
        " b='1'", ' d=">"', "<ReferenceList>r</ReferenceList>", "<Initials>Q</Initials>", "</i>", "<i>", "&lt;i&gt;",
    ]
)  # fmt: skip
PLACES = st.tuples(PIECES, st.floats(0, 1), st.booleans())


@given(st.lists(PLACES, min_size=1, max_size=4), st.sampled_from([ARTICLE, BOOK]))
def test_whatever_is_put_in_is_read_as_the_parser_does(pieces: list[tuple[str, float, bool]], text: str) -> None:
    for piece, where, at_a_tag in pieces:
        places = [match.start() for match in re.finditer("[<>]", text)] if at_a_tag else range(len(text))
        at = places[int(where * (len(places) - 1))]
        text = text[:at] + piece + text[at:]
    assert as_it_is(text) == by_parser(text)


@given(st.integers(0, 2**32), st.integers(1, 3))
def test_tags_that_change_places_are_read_as_the_parser_does(seed: int, times: int) -> None:
    random_ = random.Random(seed)
    text = ARTICLE
    for _ in range(times):
        tags = [match.span() for match in re.finditer(r"<[^<>]*>", text)]
        (start, end), (other, stop) = random_.choice(tags), random_.choice(tags)
        text = text[:start] + random_.choice((text[other:stop], "")) + text[end:]
    assert as_it_is(text) == by_parser(text)
