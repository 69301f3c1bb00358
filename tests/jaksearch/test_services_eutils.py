"""The local E-utilities answer as the documentation, and as Biopython and our own readers, expect."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import pytest
import requests
from Bio import Entrez, Medline
from hypothesis import given
from hypothesis import strategies as st
from services.eutils import CEILING, EUtils, make_corpus, make_pair, start
from services.fields import matches
from services.search import search
from services.serving import Server
from services.vocabulary import plain

from jaksearch.formats import read_bytes

SMALL = make_corpus(400)
LARGE = make_corpus(41_035, topic=1.0, busy_day=(dt.date(2020, 5, 4), 12_000))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start(EUtils(SMALL)) as running:
        yield running


@pytest.fixture(scope="module")
def large() -> Iterator[Server]:
    with start(EUtils(LARGE)) as running:
        yield running


def ask(server: Server, tool: str, *, post: bool = False, **params: object) -> requests.Response:
    url = f"{server.url}{tool}.fcgi"
    values = {name: str(value) for name, value in params.items()}
    if post:
        return requests.post(url, data=values, timeout=10)
    return requests.get(url, params=values, timeout=10)


def found(server: Server, term: str, **params: object) -> dict[str, Any]:
    said = json.loads(ask(server, "esearch", term=term, retmode="json", **params).text, strict=False)
    result = said["esearchresult"]
    assert isinstance(result, dict)
    return result


def read(reply: requests.Response) -> Any:
    return Entrez.read(BytesIO(reply.content))


def titles(needle: str) -> set[str]:
    articles = [SMALL.article_at(at) for at in range(len(SMALL))]
    return {str(article.pmid) for article in articles if needle in plain(article.title)}


def test_esearch_xml_and_json_agree_and_biopython_reads_the_xml(server: Server) -> None:
    query = '"alopecia areata"[tiab] AND baricitinib'
    by_xml = read(ask(server, "esearch", db="pubmed", term=query, retmax=500))
    by_json = found(server, query, retmax=500)
    assert list(by_xml["IdList"]) == by_json["idlist"]
    assert by_xml["Count"] == by_json["count"] == str(len(by_json["idlist"]))
    assert by_xml["QueryTranslation"] == by_json["querytranslation"]
    assert by_json["idlist"] == sorted(by_json["idlist"], key=int, reverse=True)


def test_a_title_search_finds_exactly_the_titles(server: Server) -> None:
    assert set(found(server, "tofacitinib[ti]", retmax=500)["idlist"]) == titles(" tofacitinib ")
    assert set(found(server, "alopec*[ti]", retmax=500)["idlist"]) == titles(" alopec")
    assert titles(" tofacitinib ")


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("Title", "alopecia areata"),
        ("Title", "juniper"),
        ("Abstract", "interferon gamma"),
        ("Title/Abstract", "baricitinib"),
        ("All Fields", "methotrexate"),
        ("Text Word", "psoriasis"),
        ("MeSH Terms", "alopecia"),
        ("MeSH Terms", "hair diseases"),
        ("MeSH Terms:noexp", "alopecia"),
        ("MeSH Terms", "humans"),
        ("MeSH Major Topic", "humans"),
        ("Author", "okafor b"),
        ("Author - First", "nowak"),
        ("Journal", "ann invent dermatol"),
        ("Publication Type", "randomized controlled trial"),
        ("Language", "eng"),
        ("Language", "chinese"),
        ("Filter", "hasabstract"),
        ("Article Identifier", SMALL.article_at(5).doi),
        ("Secondary Source ID", next(a.registration for a in map(SMALL.article_at, range(400)) if a.registration)),
    ],
)
def test_the_index_finds_what_reading_every_article_finds(field: str, words: str) -> None:
    pattern = f" {plain(words).strip()} "
    expected = [matches(SMALL.article_at(at), field, pattern) for at in range(len(SMALL))]
    mask = search(SMALL, f'"{words}"[{field}]').mask
    assert mask.tolist() == expected
    assert mask.any() != (field == "MeSH Major Topic")


def test_operators_bind_from_left_to_right_and_brackets_first(server: Server) -> None:
    a, b, c = (
        set(found(server, f"{word}[ti]", retmax=500)["idlist"]) for word in ("baricitinib", "adults", "vitiligo")
    )
    assert set(found(server, "baricitinib[ti] OR adults[ti] AND vitiligo[ti]", retmax=500)["idlist"]) == (a | b) & c
    assert set(found(server, "baricitinib[ti] OR (adults[ti] AND vitiligo[ti])", retmax=500)["idlist"]) == a | (b & c)
    assert set(found(server, "adults[ti] NOT vitiligo[ti]", retmax=500)["idlist"]) == b - c
    assert a
    assert b & c


WORDS = ("baricitinib", "adults", "vitiligo", "alopecia", "trial", "women")
TREES = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.tuples(st.sampled_from(("AND", "OR", "NOT")), inner, inner),
    max_leaves=8,
)
SETS = {word: {int(pmid) for pmid in titles(f" {word} ")} for word in WORDS}


def spelled(tree: Any) -> str:
    return f"{tree}[ti]" if isinstance(tree, str) else f"({spelled(tree[1])} {tree[0]} {spelled(tree[2])})"


def meant(tree: Any) -> set[int]:
    if isinstance(tree, str):
        return SETS[tree]
    left, right = meant(tree[1]), meant(tree[2])
    return {"AND": left & right, "OR": left | right, "NOT": left - right}[tree[0]]


@given(TREES)
def test_any_nest_of_brackets_means_the_algebra_of_sets(tree: Any) -> None:
    assert {int(pmid) for pmid in SMALL.ids[search(SMALL, spelled(tree)).mask]} == meant(tree)


def test_words_without_a_tag_are_mapped_and_the_mapping_told(server: Server) -> None:
    said = found(server, "alopecia areata baricitinib")
    [translation] = said["translationset"]
    assert translation["from"] == "alopecia areata"
    assert translation["to"] == (
        '"alopecia areata"[MeSH Terms] OR ("alopecia"[All Fields] AND "areata"[All Fields]) '
        'OR "alopecia areata"[All Fields]'
    )


def test_what_is_not_found_or_ignored_is_told_in_both_formats(server: Server) -> None:
    said = found(server, 'abcXYZ OR baricitinib[nofield] OR "hair regrowth of ferrets"[tiab] OR (of alopecia)')
    assert said["errorlist"] == {"phrasesnotfound": ["abcXYZ", "ferrets"], "fieldsnotfound": ["nofield"]}
    assert said["warninglist"]["phrasesignored"] == ["of"]
    assert said["warninglist"]["quotedphrasesnotfound"] == ['"hair regrowth of ferrets"[Title/Abstract]']
    none = read(ask(server, "esearch", term="abcXYZ"))
    assert none["Count"] == "0"
    assert none["ErrorList"]["PhraseNotFound"] == ["abcXYZ"]
    assert none["WarningList"]["OutputMessage"] == ["No items found."]
    assert none["QueryTranslation"] == "(abcXYZ[All Fields])"


def test_dates_by_tag_and_by_parameter_select_the_same(server: Server) -> None:
    first, last = dt.date(2020, 3, 1).toordinal(), dt.date(2020, 12, 31).toordinal()
    expected = int(((SMALL.created >= first) & (SMALL.created <= last)).sum())
    assert found(server, "2020/03:2020[crdt]")["count"] == str(expected)
    assert found(server, '"2020/03/01"[Date - Create] : "2020/12/31"[Date - Create]')["count"] == str(expected)
    by_parameter = found(server, "all[sb]", datetype="crdt", mindate="2020/03/01", maxdate="2020/12/31")
    assert by_parameter["count"] == str(expected)
    assert expected


def test_slices_by_create_date_and_by_identifier_add_up(large: Server) -> None:
    years = [int(found(large, f"(alopecia[tiab]) AND {year}[crdt]")["count"]) for year in range(2015, 2026)]
    assert sum(years) == 41_035
    day = int(found(large, "(alopecia[tiab]) AND 2020/05/04[crdt]")["count"])
    assert day > CEILING
    middle = int(LARGE.ids[20_000])
    halves = [f"0:{middle}[uid]", f"{middle + 1}:99999999[uid]"]
    counts = [int(found(large, f"(alopecia[tiab]) AND 2020/05/04[crdt] AND {half}")["count"]) for half in halves]
    assert sum(counts) == day


def test_nothing_comes_past_9999(large: Server) -> None:
    said = found(large, "alopecia[tiab]", retmax=100_000)
    assert said["count"] == "41035"
    assert len(said["idlist"]) == CEILING
    assert said["warninglist"]["outputmessages"] == ["Restrictions achieved. start and count adjusted to 0, 9999"]
    assert len(found(large, "alopecia[tiab]", retstart=9_500, retmax=500)["idlist"]) == 499
    past = ask(large, "esearch", term="alopecia[tiab]", retstart=9_999, retmode="json")
    assert past.status_code == 200
    with pytest.raises(json.JSONDecodeError, match="control character"):
        json.loads(past.text)
    error = json.loads(past.text, strict=False)["esearchresult"]["ERROR"]
    assert error.startswith(
        "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch"
    )
    stored = found(large, "alopecia[tiab]", usehistory="y")
    fetch = {"query_key": stored["querykey"], "WebEnv": stored["webenv"], "retmode": "xml"}
    beyond = ask(large, "efetch", retstart=9_999, retmax=10, **fetch)
    assert beyond.status_code == 400
    assert "first 9,999 records" in beyond.text
    last = ask(large, "efetch", retstart=9_998, retmax=10, **fetch)
    assert last.content.count(b"<PubmedArticle>") == 1


def test_the_ceiling_can_be_lowered_with_the_same_words() -> None:
    with start(EUtils(SMALL, ceiling=100)) as low:
        said = found(low, "all[sb]", retmax=400)
        past = found(low, "all[sb]", retstart=100)
    assert (said["count"], len(said["idlist"])) == ("400", 100)
    assert "'retstart' cannot be larger than 99. For PubMed, ESearch can only retrieve the first 100" in past["ERROR"]


def test_history_holds_searches_and_posts_and_can_be_combined(server: Server) -> None:
    one = found(server, "baricitinib[ti]", usehistory="y", retmax=500)
    two = found(server, "adults[ti]", usehistory="y", WebEnv=one["webenv"], retmax=500)
    assert (one["querykey"], two["querykey"], two["webenv"]) == ("1", "2", one["webenv"])
    both = found(server, "#1 AND #2", WebEnv=one["webenv"], retmax=500)
    assert set(both["idlist"]) == set(one["idlist"]) & set(two["idlist"])
    posted = read(ask(server, "epost", post=True, id=",".join(one["idlist"]), WebEnv=one["webenv"]))
    assert posted["QueryKey"] == "3"
    again = ask(server, "efetch", query_key=3, WebEnv=one["webenv"], rettype="uilist", retmode="text")
    assert again.text.split() == one["idlist"]
    assert found(server, "#9", WebEnv=one["webenv"]) == {"ERROR": "Unable to obtain query #9"}


def test_efetch_leaves_out_unknown_identifiers_in_silence(server: Server) -> None:
    known = [int(pmid) for pmid in SMALL.ids[:3]]
    reply = ask(server, "efetch", post=True, id=f"{known[2]},7,{known[0]}", retmode="xml")
    reading = read_bytes(reply.content)
    assert [dict(record.fields)["MedlineCitation/PMID"] for record in reading.accepted] == [
        str(known[2]),
        str(known[0]),
    ]
    assert reading.rejects == ()
    none = ask(server, "efetch", id="7", retmode="xml")
    assert none.status_code == 200
    assert none.text.endswith("<PubmedArticleSet>\n</PubmedArticleSet>")


def test_both_formats_tell_the_same_and_biopython_agrees(server: Server) -> None:
    ids = ",".join(str(pmid) for pmid in SMALL.ids[:40])
    xml = ask(server, "efetch", id=ids, retmode="xml").content
    text = ask(server, "efetch", id=ids, rettype="medline", retmode="text").text
    parsed = Entrez.read(BytesIO(xml))["PubmedArticle"]
    tagged = list(Medline.parse(StringIO(text)))
    assert len(parsed) == len(tagged) == 40
    for one, other in zip(parsed, tagged, strict=True):
        citation = one["MedlineCitation"]
        assert str(citation["PMID"]) == other["PMID"]
        assert str(citation["Article"]["ArticleTitle"]) == other["TI"]
        assert [author["LastName"] for author in citation["Article"]["AuthorList"]] == [
            name.split(",")[0] for name in other["FAU"]
        ]
        history = {str(day.attributes["PubStatus"]): day for day in one["PubmedData"]["History"]}
        assert other["CRDT"][0][:4] == str(history["entrez"]["Year"])
    ours = read_bytes(xml), read_bytes(text.encode())
    assert [reading.format for reading in ours] == ["pubmed-xml", "medline"]
    assert [len(reading.accepted) for reading in ours] == [40, 40]
    assert [reading.warnings for reading in ours] == [(), ()]


def test_chapters_of_books_come_in_an_element_of_their_own() -> None:
    corpus = make_corpus(60, books=5)
    assert corpus.ids.tolist() == make_corpus(60).ids.tolist()
    with start(EUtils(corpus)) as server:
        ids = ",".join(str(pmid) for pmid in corpus.ids)
        xml = ask(server, "efetch", id=ids, retmode="xml").content
    sets = Entrez.read(BytesIO(xml))
    chapters = [int(one["BookDocument"]["PMID"]) for one in sets["PubmedBookArticle"]]
    assert set(chapters) == set(corpus.patches)
    assert len(sets["PubmedArticle"]) == 55
    reading = read_bytes(xml)
    assert (len(reading.accepted), reading.rejects, reading.warnings) == (60, (), ())


def test_the_small_tools_answer_what_biopython_reads(server: Server) -> None:
    info = read(ask(server, "einfo", db="pubmed"))["DbInfo"][0]
    assert (info["DbName"], info["Count"]) == ("pubmed", "400")
    assert re.fullmatch(r"Build-[\d.]+", info["DbBuild"])
    assert read(ask(server, "einfo"))["DbList"] == ["pubmed"]
    spelled = read(ask(server, "espell", term="alopezia baricitinb"))
    assert spelled["CorrectedQuery"] == "alopecia baricitinib"
    assert read(ask(server, "espell", term="alopecia"))["CorrectedQuery"] == ""
    ids = [str(pmid) for pmid in SMALL.ids[:2]]
    assert [one["Id"] for one in read(ask(server, "esummary", id=",".join(ids)))] == ids
    summaries = ask(server, "esummary", id=",".join([*ids, "7"]), retmode="json").json()["result"]
    assert summaries["uids"] == [*ids, "7"]
    assert summaries["7"]["error"] == "cannot get document summary"


def test_elink_gives_a_set_for_each_id_and_both_directions_agree(server: Server) -> None:
    one, two = (int(pmid) for pmid in SMALL.ids[200:202])
    url = f"{server.url}elink.fcgi?linkname=pubmed_pubmed_refs"
    apart = read(requests.get(f"{url}&id={one}&id={two}", timeout=10))
    assert [list(links["IdList"]) for links in apart] == [[str(one)], [str(two)]]
    together = read(requests.get(f"{url}&id={one},{two}", timeout=10))
    assert len(together) == 1
    for cited in [link["Id"] for link in apart[0]["LinkSetDb"][0]["Link"]]:
        back = read(ask(server, "elink", id=cited, linkname="pubmed_pubmed_citedin"))
        assert str(one) in [link["Id"] for link in back[0]["LinkSetDb"][0]["Link"]]


@pytest.mark.parametrize(
    ("tool", "params", "words", "status"),
    [
        ("esearch", {"term": ""}, "Empty term and query_key - nothing todo", 200),
        ("esearch", {"term": "x", "db": "nothing"}, "Invalid db name specified: nothing", 200),
        ("esearch", {"term": "(("}, "Search Backend failed", 200),
        ("epost", {"id": ""}, "Empty ID list; Nothing to store", 200),
        ("esummary", {}, "Neither query_key nor id specified", 400),
        ("efetch", {"query_key": "1", "WebEnv": "MCID_gone", "retmode": "xml"}, "Unable to obtain query #1", 400),
    ],
)
def test_errors_have_the_words_of_the_service(
    server: Server, tool: str, params: dict[str, str], words: str, status: int
) -> None:
    reply = ask(server, tool, **params)
    assert reply.status_code == status
    assert f"<ERROR>{words}" in reply.text


def test_an_address_that_is_too_long_is_refused_and_a_post_is_not(server: Server) -> None:
    ids = ",".join(str(30_000_000 + n) for n in range(1_000))
    assert ask(server, "efetch", id=ids, retmode="xml").status_code == 414
    assert ask(server, "efetch", post=True, id=ids, retmode="xml").status_code == 200


def test_a_number_that_is_none_is_refused(server: Server) -> None:
    reply = ask(server, "esearch", term="alopecia", retmax="many")
    assert (reply.status_code, reply.text) == (400, "retmax must be a whole number, not many\n")


def test_the_second_state_differs_exactly_as_the_pair_says() -> None:
    pair = make_pair(300)
    with start(EUtils(pair)) as server:
        before = _everything(server)
        server.service.advance()
        after = _everything(server)
    old, new = set(before), set(after)
    assert new - old == pair.new
    assert old - new == pair.vanished
    differing = {pmid for pmid in old & new if before[pmid] != after[pmid]}
    assert differing == pair.changed | pair.retracted
    assert (old & new) - differing == pair.unchanged
    assert {pmid for pmid in new if 'RefType="RetractionIn"' in after[pmid]} == pair.retracted
    assert set(pair.kinds) == pair.changed
    assert set(pair.kinds.values()) == {"title", "abstract appeared", "type", "mesh", "erratum"}


def test_late_records_escape_a_limit_by_entry_date_and_not_one_by_create_date() -> None:
    pair = make_pair(300)
    with start(EUtils(pair)) as server:
        server.service.advance()
        recent = "AND 2025/11/01:3000[{}]"
        entered = {int(pmid) for pmid in found(server, f"alopecia[tiab] {recent.format('edat')}", retmax=900)["idlist"]}
        created = {int(pmid) for pmid in found(server, f"alopecia[tiab] {recent.format('crdt')}", retmax=900)["idlist"]}
    assert created == pair.new
    assert pair.new - entered == pair.late
    assert len(pair.late) == 5


def _everything(server: Server) -> dict[int, str]:
    ids = found(server, "alopecia[tiab]", retmax=CEILING)["idlist"]
    text = ask(server, "efetch", post=True, id=",".join(ids), retmode="xml").text
    pieces = re.findall(r"<PubmedArticle>.*?</PubmedArticle>", text)
    records = {int(re.search(r'<PMID Version="1">(\d+)', piece)[1]): piece for piece in pieces}  # type: ignore[index]
    assert len(records) == len(ids)
    return records
