import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import InputError
from jakdb.words import Author, RawRecord, Record, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats import read_medline, read_pubmed_xml

ARTICLE = """\
<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="1">90000001</PMID>
    <DateRevised><Year>2021</Year><Month>01</Month><Day>02</Day></DateRevised>
    <Article PubModel="Print-Electronic">
      <Journal>
        <ISSN IssnType="Electronic">1111-2222</ISSN>
        <JournalIssue CitedMedium="Internet"><Volume>12</Volume><Issue>3</Issue>
          <PubDate><Year>2019</Year><Month>Mar</Month></PubDate></JournalIssue>
        <Title>Journal of made-up results</Title>
        <ISOAbbreviation>J Made Up</ISOAbbreviation>
      </Journal>
      <ArticleTitle>CD8<sup>+</sup> cells &amp; hair that was
        <i>lost</i>.</ArticleTitle>
      <Pagination><StartPage>475</StartPage><EndPage>482</EndPage><MedlinePgn>475-82</MedlinePgn></Pagination>
      <ELocationID EIdType="doi" ValidYN="Y">10.1000/Made.Up.1</ELocationID>
      <ELocationID EIdType="pii" ValidYN="Y">S1111-2222(19)00037-2</ELocationID>
      <Abstract>
        <AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Hair is lost.</AbstractText>
        <AbstractText Label="RESULTS">It was <b>under</b> the sofa.</AbstractText>
        <CopyrightInformation>© Nobody.</CopyrightInformation>
      </Abstract>
      <AuthorList CompleteYN="Y">
        <Author ValidYN="Y"><LastName>Example</LastName><ForeName>Ada B</ForeName><Initials>AB</Initials>
          <Suffix>Jr</Suffix><Identifier Source="ORCID">0000-0000</Identifier>
          <AffiliationInfo><Affiliation>Department of Hair.</Affiliation></AffiliationInfo></Author>
        <Author ValidYN="N"><LastName>Exmaple</LastName><ForeName>Ada B</ForeName></Author>
        <Author ValidYN="Y"><LastName>World</LastName><ForeName>Research Team</ForeName></Author>
        <Author ValidYN="Y"><CollectiveName>The Sofa Study Group</CollectiveName></Author>
      </AuthorList>
      <Language>ger</Language>
      <DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
        <AccessionNumber>NCT01234567</AccessionNumber><AccessionNumber>NCT07654321</AccessionNumber>
      </AccessionNumberList></DataBank></DataBankList>
      <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
      <VernacularTitle>Haare, die verloren gingen.</VernacularTitle>
    </Article>
    <MedlineJournalInfo><MedlineTA>J Made Up</MedlineTA><ISSNLinking>3333-4444</ISSNLinking></MedlineJournalInfo>
    <CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Made Up. 2020;13:1</RefSource>
      <PMID>90000009</PMID></CommentsCorrections></CommentsCorrectionsList>
    <MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Alopecia</DescriptorName>
      <QualifierName MajorTopicYN="Y">drug therapy</QualifierName></MeshHeading>
      <MeshHeading><DescriptorName MajorTopicYN="N">Humans</DescriptorName></MeshHeading></MeshHeadingList>
    <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">hair</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData>
    <History><PubMedPubDate PubStatus="entrez"><Year>2018</Year><Month>1</Month></PubMedPubDate></History>
    <ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId><ArticleId IdType="pmc">PMC7654321</ArticleId>
    </ArticleIdList>
    <ReferenceList><Reference><Citation>Other. 1999.</Citation><ArticleIdList>
      <ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference></ReferenceList>
  </PubmedData>
</PubmedArticle>"""
MEDLINE = """\
PMID- 90000001
VI  - 12
IP  - 3
DP  - 2019 Mar
TI  - CD8+ cells & hair that was lost.
PG  - 475-82
LID - 10.1000/Made.Up.1 [doi]
AB  - BACKGROUND: Hair is lost. RESULTS: It was under the sofa.
FAU - Example, Ada B, Jr
FAU - World, Research
CN  - The Sofa Study Group
LA  - ger
SI  - ClinicalTrials.gov/NCT01234567
SI  - ClinicalTrials.gov/NCT07654321
PT  - Journal Article
PT  - Retracted Publication
RIN - J Made Up. 2020;13:1 PMID: 90000009
TT  - Haare, die verloren gingen.
IS  - 1111-2222 (Electronic)
IS  - 3333-4444 (Linking)
JT  - Journal of made-up results
TA  - J Made Up
MH  - Alopecia/*drug therapy
MH  - Humans
OT  - hair
PMC - PMC7654321
"""
HEAD = """\
<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "https://example.org/p.dtd">
<PubmedArticleSet>
"""
TAIL = "\n</PubmedArticleSet>\n"


def small(number: int, title: str = "Hair") -> str:
    """One record in one line."""
    citation = f"<MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article>"
    return f"<PubmedArticle>{citation}</MedlineCitation></PubmedArticle>"


def taken(text: str) -> list[RawRecord]:
    records = list(read_pubmed_xml(text))
    assert all(isinstance(record, RawRecord) for record in records), records
    return [record for record in records if isinstance(record, RawRecord)]


def record_of(text: str) -> Record:
    [raw] = taken(text)
    return normalise(raw, format="pubmed-xml")


def test_the_record_is_the_one_that_pubmeds_text_gives() -> None:
    [raw] = read_medline(MEDLINE.replace("World, Research", "World, Research Team"))
    assert isinstance(raw, RawRecord)
    text = normalise(raw, format="medline")
    xml = record_of(HEAD + ARTICLE + TAIL)
    people = (Author("Example", "Ada B, Jr"), Author("World", "Research Team"), Author(literal="The Sofa Study Group"))
    assert xml.authors == people  # the text's comma cannot tell a person called World from a group
    for name in Record.__slots__:
        if name != "authors":
            assert getattr(xml, name) == getattr(text, name), name


def test_fields_keep_paths_kinds_lines_and_the_source() -> None:
    [raw] = taken(HEAD + ARTICLE + TAIL)
    assert (raw.line, raw.text, raw.warnings) == (4, ARTICLE, ())
    found = dict(raw.fields)
    assert found["MedlineCitation/Article/AuthorList/Author/Affiliation"] == "Department of Hair."
    assert found["MedlineCitation/Article/AuthorList/Author[invalid]"] == "Exmaple, Ada B"
    assert found["MedlineCitation/CommentsCorrectionsList/CommentsCorrections[RetractionIn]"].endswith("| 90000009")
    assert "10.1000/cited" in raw.text
    assert not any("cited" in value for value in found.values())


def test_a_book_and_its_chapter_are_told_apart() -> None:
    book = "<Book><Publisher><PublisherName>P</PublisherName></Publisher><BookTitle>Hair Book</BookTitle>"
    book += '<PubDate><Year>2009</Year></PubDate><AuthorList Type="authors"><Author><LastName>Ko</LastName>'
    book += "<ForeName>J</ForeName></Author></AuthorList></Book>"
    whole = f"<PubmedBookArticle><BookDocument><PMID>1</PMID>{book}</BookDocument></PubmedBookArticle>"
    chapter = whole.replace(
        "</Book>",
        "</Book><ArticleTitle>One</ArticleTitle><AuthorList><Author><LastName>Liu</LastName></Author></AuthorList>",
    )
    one, two = record_of(whole), record_of(chapter)
    assert (one.title, one.type, one.year, one.authors) == ("Hair Book", "book", 2009, (Author("Ko", "J"),))
    assert (two.title, two.type, two.journal, two.authors) == ("One", "chapter", "Hair Book", (Author("Liu"),))


@pytest.mark.parametrize("date", ["<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "<Year>1998</Year>"])
def test_medline_dates_have_a_year(date: str) -> None:
    article = ARTICLE.replace("<PubDate><Year>2019</Year><Month>Mar</Month></PubDate>", f"<PubDate>{date}</PubDate>")
    assert record_of(article).year == 1998


def test_pages_without_medlines_abbreviation_and_article_numbers() -> None:
    printed = "<MedlinePgn>475-82</MedlinePgn>"
    assert record_of(ARTICLE.replace(printed, "")).pages == "475-482"
    electronic = ARTICLE.replace(printed, "").replace("<StartPage>475</StartPage><EndPage>482</EndPage>", "")
    assert record_of(electronic.replace("S1111-2222(19)00037-2", "e1234")).pages == "e1234"


def test_bare_citations_of_older_files_are_records() -> None:
    citation = small(7).removeprefix("<PubmedArticle>").removesuffix("</PubmedArticle>")
    records = taken(f"<MedlineCitationSet>\n{citation}\n{citation}</MedlineCitationSet>")
    assert [(record.line, dict(record.fields)["MedlineCitation/PMID"]) for record in records] == [(2, "7"), (3, "7")]


def test_a_broken_record_is_rejected_with_its_line_and_the_others_are_read() -> None:
    broken = small(2).replace("</ArticleTitle>", "</ArticleTit>")
    first, second, third = read_pubmed_xml(HEAD + "\n".join((small(1), broken, small(3))) + TAIL)
    assert isinstance(first, RawRecord)
    assert isinstance(third, RawRecord)
    assert isinstance(second, Reject)
    assert (second.number, second.line, second.text) == (2, 5, broken)
    assert second.reason.startswith("line 5: not well-formed XML")
    assert third.line == 6


def test_a_missing_end_tag_costs_only_its_own_record() -> None:
    one, two = read_pubmed_xml(small(1).removesuffix("</PubmedArticle>") + "\n" + small(2))
    assert isinstance(one, Reject)
    assert isinstance(two, RawRecord)


def test_a_damaged_start_tag_costs_nothing() -> None:
    [record] = taken(HEAD + small(1).replace("<PubmedArticle>", "<PubmedArtXcle>") + TAIL)
    assert record.warnings == (
        "line 4: text before the record left out",
        "line 4: the start tag of the record is damaged",
    )


def test_text_outside_of_records_is_said_or_rejected() -> None:
    [record, reject] = read_pubmed_xml(f"{HEAD}odd\n{small(1)}\n<Deleted>5</Deleted>{TAIL}")
    assert isinstance(record, RawRecord)
    assert record.warnings == ("line 4: text before the record left out",)
    assert isinstance(reject, Reject)
    assert (reject.line, reject.reason) == (6, "text outside of any record")


def test_a_record_with_nothing_to_know_it_by_is_rejected() -> None:
    [reject] = read_pubmed_xml("<PubmedArticle>\n  wrong\n</PubmedArticle>")
    assert isinstance(reject, Reject)
    assert reject.reason.startswith("nothing to know")


def test_unknown_elements_are_kept_and_said() -> None:
    [raw] = taken(small(1).replace("</Article>", "\n<Novelty>yes</Novelty></Article>"))
    assert ("MedlineCitation/Article/Novelty", "yes") in raw.fields
    assert raw.warnings == ("line 2: unknown element Novelty, kept",)


def test_characters_that_xml_forbids_are_mended_and_said() -> None:
    [raw] = taken(small(1, "A&nbsp;B \x0b AT&T &#1; <m:i>x</m:i> &eacute;"))
    assert dict(raw.fields)["MedlineCitation/Article/ArticleTitle"] == "A B AT&T x é"
    assert raw.warnings == ("line 1: characters that XML does not allow, read as text",)


def test_text_beside_elements_is_kept() -> None:
    [raw] = taken(small(1).replace("</Article>", "</Article>beside"))
    assert ("MedlineCitation/text()", "beside") in raw.fields


@pytest.mark.parametrize("quote", ['EN" b', 'EN" "http:[<!ENTITY a " '])
def test_a_damaged_document_type_swallows_no_record(quote: str) -> None:
    [record] = taken(HEAD.replace('EN" "', quote) + small(1) + TAIL + '<!-- "]> -->')
    assert dict(record.fields)["MedlineCitation/PMID"] == "1"
    assert record.warnings == ("line 2: text before the record left out",)


def test_comments_and_cdata_do_not_hide_or_make_records() -> None:
    title = "<![CDATA[</PubmedArticle><PubmedArticle>]]>"
    records = taken(f"<!-- {small(9)} -->{small(1, title)}<!-- never closed {small(2)}")
    assert [dict(record.fields)["MedlineCitation/PMID"] for record in records] == ["1", "2"]
    assert records[0].warnings == ("line 1: a comment that holds records left out",)
    assert dict(records[0].fields)["MedlineCitation/Article/ArticleTitle"] == "</PubmedArticle><PubmedArticle>"


@given(
    st.lists(st.tuples(st.text("abü<&斑 \n", max_size=9), st.sampled_from(["ok", "cut", "odd"])), max_size=9),
    st.integers(1, 60),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_each_start_tag_is_one_record_or_one_reject_and_streams_read_the_same(
    blocks: list[tuple[str, str]], chunk: int, encoding: str
) -> None:
    parts = [HEAD]
    for number, (title, kind) in enumerate(blocks):
        title = title.replace("&", "&amp;").replace("<", "&lt;")
        block = small(number + 1, title)
        parts.append(
            {"ok": block, "cut": block[:40], "odd": block.replace("PMID>", "PMXD>")}[kind] + "\n" * (number % 3)
        )
    text = "".join(parts) + TAIL

    class Small(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(chunk, size or chunk))

    records = list(read_pubmed_xml(text))
    assert [record.number for record in records] == list(range(1, len(blocks) + 1))
    assert [isinstance(record, Reject) for record in records if records] == [
        kind == "cut" or (kind == "odd" and not title.strip()) for title, kind in blocks
    ]
    assert list(read_pubmed_xml(Small(text.encode(encoding)))) == records
    assert list(read_pubmed_xml(io.StringIO(text))) == records


def test_the_format_is_recognised_and_counted() -> None:
    data = (HEAD + ARTICLE + small(2).replace("PMID>", "P>", 1) + TAIL).encode()
    reading = read_bytes(data)
    assert (reading.format, reading.database, len(reading.accepted), len(reading.rejects)) == (
        "pubmed-xml",
        "PubMed",
        1,
        1,
    )


@given(st.data())
def test_damage_raises_nothing_but_input_errors_and_the_account_stays_exact(data: st.DataObject) -> None:
    bytes_ = bytearray((HEAD + ARTICLE + "\n" + small(2) + "<record><titles/></record>" + TAIL).encode())
    for _ in range(data.draw(st.integers(0, 6))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(bytes_) // 2, len(bytes_)))
    for chosen in (None, "pubmed-xml", "endnote-xml"):
        try:
            reading = read_bytes(bytes(bytes_[:cut]), format=chosen)
        except InputError:
            continue
        assert [record.number for record in reading.records] == list(range(1, len(reading.records) + 1))
        ends = [1] + [record.line + record.text.count("\n") for record in reading.records]
        assert all(record.line >= end for record, end in zip(reading.records, ends, strict=False))
        for raw in reading.accepted:
            normalise(raw, format=reading.format)
