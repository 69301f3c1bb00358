"""PubMed is searched and fetched in full, whatever the service does in between."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from services.eutils import Chance, EUtils, Script, make_corpus, start
from services.faults import KINDS, Fault
from services.serving import Reply, Request

from jakdb.errors import ShortfallError, SourceError, UsageError
from jaksearch.formats import FORMATS, read_bytes
from jaksearch.sources import SOURCES, Batch, Source, make_source
from jaksearch.sources.citing import CitationIndex, Numbers
from jaksearch.sources.entrez import PubMed
from jaksearch.sources.entrez_replies import judge_reply, pmids_of, read_elink, read_esearch, read_espell
from jaksearch.sources.transport import Trouble

ROOT = Path(__file__).parents[2]
CORPUS = make_corpus(700, busy_day=(dt.date(2024, 5, 1), 260))
ALL = {str(pmid) for pmid in CORPUS.ids}
EVERYTHING = "all[sb]"


def source(url: str, state: Path, **options: Any) -> PubMed:
    """Return PubMed without a limit, with short waits."""
    options = {"per_second": 0, "backoff": 0.0001, "timeout": (2.0, 5.0)} | options
    made = make_source("pubmed", base_url=url, email="ann@example.org", state=state, **options)
    assert isinstance(made, PubMed)
    return made


def fetched(batch: Batch) -> set[str]:
    """Return the PMIDs that our reader finds in a batch."""
    reading = read_bytes(batch.data, format=batch.format)
    assert not reading.rejects
    return {value for record in reading.accepted for tag, value in record.fields if tag.endswith("Citation/PMID")}


def search_all(pubmed: PubMed, query: str = EVERYTHING) -> list[str]:
    """Return the PMIDs of all records of a query, as they were fetched."""
    ids = list(pubmed.ids(query))
    found: list[str] = []
    for at in range(0, len(ids), pubmed.batch_size):
        batch = pubmed.fetch(ids[at : at + pubmed.batch_size])
        assert batch.absent == ()
        found += sorted(fetched(batch))
    return found


def test_pubmed_is_a_source() -> None:
    assert "pubmed" in SOURCES
    made: Source = make_source("pubmed", per_second=0)
    assert (made.name, made.database, made.platform, made.batch_size) == ("pubmed", "PubMed", "NCBI E-utilities", 200)
    assert PubMed.format in FORMATS


def test_the_names_of_the_sources_load_nothing_heavy() -> None:
    program = "import sys, jaksearch.sources; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {"requests", "lxml", "tenacity", "Bio", "sqlalchemy"}.isdisjoint(done.stdout.split())


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(UsageError, match="'embase' is not a source") as caught:
        make_source("embase")
    assert "pubmed" in caught.value.hint


def test_a_look_counts_and_repeats_every_warning(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        lines = [("1", "alopecia[tiab]"), ("2", '"zzz qqq"[tiab]')]
        found = source(server.url, tmp_path).look(lines, "(alopecia[tiab])\nOR zzzq")
        assert found.query == "(alopecia[tiab])\nOR zzzq"
        assert found.lines[0][:2] == lines[0]
        assert found.count == found.lines[0][2] > 0
        assert found.lines[1] == ("2", '"zzz qqq"[tiab]', 0)
        assert "alopecia" in found.translation
        assert "phrase not found: zzzq" in found.warnings
        assert any(warning.startswith("line 2: ") for warning in found.warnings)
        assert found.version.startswith("Build-")
        assert server.log.of("efetch") == []
        assert "(alopecia[tiab])\nOR zzzq" in [request.params["term"] for request in server.log.of("esearch")]


def test_a_likelier_spelling_is_a_warning(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        assert "did you mean: alopecia" in source(server.url, tmp_path).look([], "alopeica").warnings


def test_spelling_that_cannot_be_checked_is_said_and_stops_nothing(tmp_path: Path) -> None:
    with start(EUtils(CORPUS, faults=Script(["500"] * 9, path="espell.fcgi"))) as server:
        found = source(server.url, tmp_path).look([], "alopecia")
        assert found.count > 0
        assert any("spelling could not be checked" in warning for warning in found.warnings)


@pytest.mark.parametrize("query", ["", "  \n"])
def test_an_empty_query_is_an_error(tmp_path: Path, query: str) -> None:
    with start(EUtils(CORPUS)) as server, pytest.raises(UsageError, match="query is empty"):
        source(server.url, tmp_path).look([], query)


def test_a_small_search_is_listed_in_one_request(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        assert set(source(server.url, tmp_path).ids(EVERYTHING)) == ALL
        assert len(server.log) == 1


def test_41035_records_are_all_found_behind_the_ceiling(tmp_path: Path) -> None:
    """12,000 of them were created on one day, over the ceiling of 9,999."""
    corpus = make_corpus(41_035, busy_day=(dt.date(2024, 5, 1), 12_000))
    with start(EUtils(corpus)) as server:
        pubmed = source(server.url, tmp_path)
        ids = list(pubmed.ids(EVERYTHING))
        assert len(ids) == len(set(ids)) == 41_035 == pubmed.look([], EVERYTHING).count
        assert set(ids) == {str(pmid) for pmid in corpus.ids}
        assert any("[uid]" in request.params["term"] for request in server.log.of("esearch"))


def test_a_large_query_is_in_brackets_before_any_limit(tmp_path: Path) -> None:
    """Without them the limit would hold for the last word only, and the sum be wrong."""
    with start(EUtils(CORPUS)) as server:
        pubmed = source(server.url, tmp_path, cap=100)
        query = "alopecia[tiab] OR all[sb]"
        assert set(pubmed.ids(query)) == ALL
        terms = [request.params["term"] for request in server.log.of("esearch")]
        assert terms[0] == query
        assert all(term.startswith(f"({query}) ") for term in terms[1:])


@pytest.mark.parametrize("kind", [*KINDS, "every"])
def test_a_fifth_of_all_requests_may_fail_and_the_set_is_exact(tmp_path: Path, kind: str) -> None:
    faults = Chance(0.2, seed=20, kinds=KINDS if kind == "every" else (kind,), in_a_row=3, seconds=0.4)
    with start(EUtils(CORPUS, faults=faults)) as server:
        pubmed = source(
            server.url,
            tmp_path,
            cap=150,
            batch_size=50 if kind == "stall" else 20,
            timeout=(2.0, 0.25) if kind == "stall" else (2.0, 5.0),
            sleep=lambda seconds: time.sleep(min(seconds, 0.001)),
        )
        found = search_all(pubmed)
        assert sum(request.fault != "" for request in server.log) >= 3
    assert len(found) == len(ALL)
    assert set(found) == ALL


def test_records_that_stay_missing_are_absent(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        some = sorted(ALL)[:3]
        batch = source(server.url, tmp_path).fetch([some[0], "999", some[1], "998", some[2], some[0]])
        assert batch.asked == (some[0], "999", some[1], "998", some[2])
        assert batch.absent == ("999", "998")
        assert batch.count == 3
        assert fetched(batch) == set(some)
        asked = [request.params["id"] for request in server.log.of("efetch")]
        assert asked[0] == ",".join(batch.asked)
        assert set(asked[1:]) == {"999,998"}


def test_a_batch_of_absent_records_only_is_empty(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        batch = source(server.url, tmp_path).fetch(["998", "999"])
        assert (batch.absent, batch.count, batch.data) == (("998", "999"), 0, b"")


def test_records_that_came_late_are_in_the_same_document(tmp_path: Path) -> None:
    some = sorted(ALL)[:5]
    with start(EUtils(CORPUS, faults=Script(["missing", "missing", None], path="efetch.fcgi"))) as server:
        batch = source(server.url, tmp_path).fetch(some)
        assert (batch.absent, fetched(batch)) == ((), set(some))
        assert batch.data.count(b"<PubmedArticleSet>") == batch.data.count(b"<?xml") == 1
        assert judge_reply(200, batch.data, ["PubmedArticleSet"]) is None


@pytest.mark.parametrize("pmid", ["", "1a", "-1", "0", "1.0", "１２"])
def test_what_is_no_pmid_is_an_error(tmp_path: Path, pmid: str) -> None:
    with pytest.raises(UsageError, match="is no PMID"):
        source("http://127.0.0.1:9/", tmp_path).fetch([pmid])


def test_too_many_for_a_batch_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="201 records in one batch"):
        source("http://127.0.0.1:9/", tmp_path).fetch([str(number) for number in range(1, 202)])


def test_a_key_that_is_not_valid_is_said_at_once(tmp_path: Path) -> None:
    with start(EUtils(CORPUS, keys=["good"])) as server:
        with pytest.raises(SourceError, match="API key invalid") as caught:
            source(server.url, tmp_path, api_key="bad-key-of-ann").look([], "hair")
        assert len(server.log) == 1
        assert "account" in caught.value.hint
        assert "bad-key-of-ann" not in str(caught.value)
        assert source(server.url, tmp_path, api_key="good").count("alopecia").count > 0


def test_another_service_at_the_address_is_an_error(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server, pytest.raises(SourceError, match="404") as caught:
        source(server.url.replace("/eutils/", "/other/"), tmp_path).look([], "hair")
    assert "address" in caught.value.hint


def test_a_service_that_loses_records_ends_in_a_shortfall(tmp_path: Path) -> None:
    class Losing(EUtils):
        """Finds 13 records fewer as soon as a day is named."""

        def _within(self, asked: dict[str, str]) -> Any:
            mask = super()._within(asked)
            if "[crdt]" in asked.get("term", ""):
                mask = mask.copy()
                mask[:13] = False
            return mask

    with start(Losing(CORPUS)) as server, pytest.raises(ShortfallError, match=r"counts 700 records.* 13 missing"):
        list(source(server.url, tmp_path, cap=150).ids(EVERYTHING))


def test_links_lead_from_each_record_to_its_own(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        pubmed = source(server.url, tmp_path, batch_size=50)
        some = sorted(ALL)[100:170]
        citing, cited = (pubmed.linked(some, link=f"pubmed_pubmed_{way}") for way in ("citedin", "refs"))
        assert list(citing) == list(cited) == some
        assert any(citing.values())
        for pmid, ends in citing.items():
            for end in ends:
                assert end not in some or pmid in cited[end]


def test_links_that_are_left_out_are_asked_for_again(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        pubmed = source(server.url, tmp_path)
        some = sorted(ALL)[-3:]
        whole = pubmed.linked(some, link="pubmed_pubmed_refs")
        server.service.faults = Script(["missing"], path="elink.fcgi")
        assert pubmed.linked(some, link="pubmed_pubmed_refs") == whole
        asked = [request.repeated["id"] for request in server.log.of("elink")]
        assert asked == [some, some, some[-1:]]
        server.service.faults = Script(["missing"] * 9, path="elink.fcgi")
        assert pubmed.linked(some[:1], link="pubmed_pubmed_refs") == {}, "no answer is not the answer 'none'"


def test_pubmed_knows_citations_in_both_directions(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        pubmed = source(server.url, tmp_path)
        assert isinstance(pubmed, CitationIndex)
        some = sorted(ALL)[100:103]
        assert pubmed.citations(some, "backward") == pubmed.linked(some, link="pubmed_pubmed_refs")
        assert pubmed.citations(some, "forward") == pubmed.linked(some, link="pubmed_pubmed_citedin")
    assert pubmed.citation_request(some, "backward") == (
        f"elink.fcgi: db=pubmed&dbfrom=pubmed&linkname=pubmed_pubmed_refs&id={'&id='.join(some)}"
    )
    assert len(pubmed.citation_request([str(n) for n in range(1, 202)], "forward").splitlines()) == 3
    assert pubmed.numbers_of(some[:1]) == {some[0]: Numbers(pmid=some[0])}


def test_many_links_are_asked_for_by_the_hundred(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with start(EUtils(CORPUS)) as server:
        some = sorted(ALL)[:150]
        found = source(server.url, tmp_path).linked(some, tick=lambda done, total: told.append((done, total)))
        assert [len(request.repeated["id"]) for request in server.log.of("elink")] == [100, 50]
        assert {request.method for request in server.log.of("elink")} == {"POST"}
    assert list(found) == some
    assert told == [(0, 150), (100, 150), (150, 150)]


@pytest.mark.skipif(os.environ.get("JAK_LIVE") != "1", reason="asks the live service only with JAK_LIVE=1")
def test_the_live_service_understands_slices(tmp_path: Path) -> None:
    """A search of some dozen records, cut as if no more than 20 were listed; about 40 requests at NCBI's rate."""
    query = "alopecia areata[ti] AND baricitinib[ti]"
    plain = make_source("pubmed", state=tmp_path)
    found = plain.look([("1", "alopecia areata[ti]")], query)
    whole = sorted(plain.ids(query))
    assert 20 < found.count == len(whole) < found.lines[0][2]
    assert found.version
    assert sorted(make_source("pubmed", state=tmp_path, cap=20).ids(query)) == whole
    batch = plain.fetch([*whole[:5], "99999999"])
    assert batch.absent == ("99999999",)
    assert fetched(batch) == set(whole[:5])


REPLIES: list[tuple[int, bytes, str, bool]] = [
    (200, b"", "an empty reply", True),
    (200, b"  \n", "an empty reply", True),
    (200, b"<html><body>Log in</body></html>", "a web page", True),
    (200, b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html/>', "a web page", True),
    (200, b'{"error":"API rate limit exceeded","api-key":"1.2.3.4"}', "rate limit", True),
    (429, b'{"error":"API rate limit exceeded"}', "rate limit", True),
    (400, b'{"error":"API key invalid","api-key":"x"}', "API key invalid", False),
    (200, b'{"header":{}}', "JSON instead of XML", True),
    (200, b'{"head', "JSON that breaks off", True),
    (200, b"<eSearchResult><Count>3</Count><IdList><Id>1</I", "breaks off", True),
    (200, b'<?xml version="1.0"', "breaks off", True),
    (200, b"plain words", "no XML", True),
    (200, b"<PubmedArticleSet></PubmedArticleSet>", "PubmedArticleSet instead of eSearchResult", True),
    (200, b"<eSearchResult><ERROR>Search Backend failed: timed out</ERROR></eSearchResult>", "timed out", True),
    (200, b"<eSearchResult><ERROR>'retstart' cannot be larger than 9998.</ERROR></eSearchResult>", "9998", False),
    (400, b"<eSearchResult><ERROR>Invalid db name specified: x</ERROR></eSearchResult>", "Invalid db name", False),
    (503, b"<html>busy</html>", "503", True),
    (404, b"<html>none</html>", "404", False),
]


@pytest.mark.parametrize(("status", "body", "message", "again"), REPLIES)
def test_a_reply_is_judged_by_status_and_bytes(status: int, body: bytes, message: str, again: bool) -> None:
    trouble = judge_reply(status, body, ["eSearchResult"])
    assert trouble is not None
    assert message in trouble.message
    assert trouble.again is again


def test_an_empty_list_of_identifiers_is_a_reply() -> None:
    """As NCBI answers where it knows none of the identifiers."""
    body = b"<eFetchResult><ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR></eFetchResult>"
    assert judge_reply(400, body, ["PubmedArticleSet", "eFetchResult"]) is None
    assert pmids_of(body) == ()


def test_a_record_cut_in_the_middle_of_a_reply_is_noticed() -> None:
    article = b"<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>"
    assert pmids_of(article * 2) == ("7", "7")
    for damaged in (article[:-5] + article, article.replace(b"<PMID>7</PMID>", b""), article + b"<PubmedArticle>"):
        assert isinstance(pmids_of(damaged), Trouble)


def test_an_error_among_records_is_noticed_on_the_way_through_them() -> None:
    article = b"<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>"
    for error in (b"<ERROR>Search Backend failed</ERROR>", b'<error code="1">Search Backend failed</error>'):
        body = b"<PubmedArticleSet>" + article + error + b"</PubmedArticleSet>"
        assert judge_reply(200, body, ["PubmedArticleSet"], errors=False) is None
        for trouble in (pmids_of(body), judge_reply(200, body, ["PubmedArticleSet"])):
            assert isinstance(trouble, Trouble)
            assert "it reports 'Search Backend failed'" in trouble.message
    assert pmids_of(article + b"<ERROR>Empty id list</ERROR><ErrorList/><ERROR></ERROR>") == ("7",)
    cut = b"<PubmedArticleSet>" + article + b"<ERROR>Search Backend failed</ERROR>"
    trouble = judge_reply(200, cut, ["PubmedArticleSet"], errors=False)
    assert trouble is not None
    assert "it reports" in trouble.message


class Reporting(EUtils):
    """Reports an error at the end of its first reply with records."""

    def efetch(self, request: Request, fault: Fault | None) -> Reply:
        reply = super().efetch(request, fault)
        error, self.error = getattr(self, "error", b"<ERROR>Search Backend failed: x</ERROR>"), b""
        return Reply(reply.body.replace(b"</PubmedArticleSet>", error + b"</PubmedArticleSet>"))


def test_records_with_an_error_among_them_are_asked_for_again(tmp_path: Path) -> None:
    with start(Reporting(CORPUS)) as server:
        some = sorted(ALL)[:3]
        batch = source(server.url, tmp_path).fetch(some)
        assert (fetched(batch), b"ERROR" in batch.data) == (set(some), False)
        assert len(server.log.of("efetch")) == 2


def test_only_the_own_number_of_a_record_counts() -> None:
    cited = b"<CommentsCorrections><PMID>9</PMID></CommentsCorrections>"
    article = b"<PubmedArticle><MedlineCitation><PMID>7</PMID>" + cited + b"</MedlineCitation></PubmedArticle>"
    book = b"<PubmedBookArticle><BookDocument>\n<PMID Version='1'>8</PMID></BookDocument></PubmedBookArticle>"
    assert pmids_of(article + book) == ("7", "8")


@pytest.mark.parametrize("ids", ["<Id>1</Id>", "<Id>1</Id><Id>1</Id>", "<Id>1</Id><Id>x</Id>"])
def test_a_list_that_is_not_as_long_as_its_count_is_no_reply(ids: str) -> None:
    body = f"<eSearchResult><Count>2</Count><IdList>{ids}</IdList></eSearchResult>".encode()
    assert isinstance(read_esearch(body, 20), Trouble)


def test_a_word_about_the_list_is_no_warning_about_the_query() -> None:
    messages = b"<OutputMessage>Restrictions achieved. start and count adjusted to 0, 9999</OutputMessage>"
    ignored = b"<PhraseIgnored>the</PhraseIgnored>"
    body = b"<eSearchResult><Count>0</Count><WarningList>" + ignored + messages + b"</WarningList></eSearchResult>"
    found = read_esearch(body, 0)
    assert not isinstance(found, Trouble)
    assert found.warnings == ("phrase ignored: the",)


def test_entities_of_a_reply_open_nothing() -> None:
    bomb = b'<!DOCTYPE eSpellResult [<!ENTITY a SYSTEM "file:///etc/passwd">]><eSpellResult>'
    body = bomb + b"<Query>x</Query><CorrectedQuery>&a;</CorrectedQuery></eSpellResult>"
    assert read_espell(body) == ""


CHECK = """
import io, sys, tempfile, warnings
from Bio import Entrez
Entrez.local_cache = tempfile.mkdtemp()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import json
    print(json.dumps(Entrez.read(io.BytesIO(sys.stdin.buffer.read()))))
"""


def by_biopython(body: bytes) -> Any:
    """Return what Bio.Entrez reads, in a process of its own: it writes to the home folder."""
    import json

    done = subprocess.run([sys.executable, "-c", CHECK], input=body, capture_output=True, check=True)
    return json.loads(done.stdout)


def test_biopython_reads_the_same(tmp_path: Path) -> None:
    with start(EUtils(CORPUS)) as server:
        form = {"db": "pubmed", "term": "alopecia AND zzzq OR hair", "retmax": "5"}
        body = requests.post(f"{server.url}esearch.fcgi", data=form, timeout=5).content
        ours, theirs = read_esearch(body, 5), by_biopython(body)
        assert not isinstance(ours, Trouble)
        assert (str(ours.count), [*ours.ids]) == (theirs["Count"], theirs["IdList"])
        assert ours.translation == theirs["QueryTranslation"]
        assert ours.warnings == tuple(f"phrase not found: {one}" for one in theirs["ErrorList"]["PhraseNotFound"])
        pmid = sorted(ALL)[150]
        links = {"dbfrom": "pubmed", "id": pmid, "linkname": "pubmed_pubmed_refs"}
        body = requests.post(f"{server.url}elink.fcgi", data=links, timeout=5).content
        [linkset] = by_biopython(body)
        theirs = tuple(link["Id"] for group in linkset["LinkSetDb"] for link in group["Link"])
        assert read_elink(body, "pubmed_pubmed_refs") == {pmid: theirs}
