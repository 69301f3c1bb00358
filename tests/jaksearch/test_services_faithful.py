"""What jak relies on, asked of the local E-utilities; with ``JAK_LIVE=1`` also of the real ones."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
from Bio import Entrez
from services.eutils import EUtils, make_corpus, start

LIVE = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
UNKNOWN = "999999998"
COMMON = "humans[mh]"
Ask = Callable[..., requests.Response]


@pytest.fixture(
    scope="module",
    params=[
        "local",
        pytest.param("live", marks=pytest.mark.skipif(not os.environ.get("JAK_LIVE"), reason="JAK_LIVE=1")),
    ],
)
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Return a function that asks a tool, three times a second at most where it is the real one."""

    def make(url: str, pause: float) -> Ask:
        def one(tool: str, **params: object) -> requests.Response:
            time.sleep(pause)
            given = {"db": "pubmed", "tool": "jak", "email": os.environ.get("JAK_EMAIL", ""), **params}
            return requests.post(f"{url}{tool}.fcgi", data=given, timeout=30)

        return one

    if request.param == "live":
        yield make(LIVE, 0.5)
    else:
        with start(EUtils(make_corpus(20_000, topic=1.0), per_second=None)) as server:
            yield make(server.url, 0.0)


def searched(ask: Ask, term: str, **params: object) -> dict[str, Any]:
    """Return what esearch says in JSON."""
    result = json.loads(ask("esearch", term=term, retmode="json", **params).text, strict=False)["esearchresult"]
    assert isinstance(result, dict)
    return result


def test_einfo_names_the_build_and_the_fields_that_slicing_needs(ask: Ask) -> None:
    info = Entrez.read(BytesIO(ask("einfo").content))["DbInfo"][0]
    assert info["DbBuild"].startswith("Build-")
    assert int(info["Count"]) > 9_999
    assert {"UID", "CRDT", "EDAT", "PDAT", "TIAB", "MESH"} <= {field["Name"] for field in info["FieldList"]}


def test_a_search_shows_9999_records_and_no_more(ask: Ask) -> None:
    assert int(searched(ask, COMMON, retmax=0)["count"]) > 9_999
    refused = ask("esearch", term=COMMON, retstart=9_999, retmode="json")
    assert "'retstart' cannot be larger than 9998" in refused.text
    assert "ESearch can only retrieve the first 9,999 records matching the query" in refused.text


def test_a_day_and_its_identifiers_can_be_cut_in_two(ask: Ask) -> None:
    day = int(searched(ask, f"({COMMON}) AND 2020/05[crdt]", retmax=0)["count"])
    halves = ["2020/05/01:2020/05/15", "2020/05/16:2020/05/31"]
    assert sum(int(searched(ask, f"({COMMON}) AND {half}[crdt]", retmax=0)["count"]) for half in halves) == day
    cuts = ["1:32300000", "32300001:999999999"]
    found = [int(searched(ask, f"({COMMON}) AND 2020/05[crdt] AND {cut}[uid]", retmax=0)["count"]) for cut in cuts]
    assert sum(found) == day > 0


def test_what_is_not_found_is_named(ask: Ask) -> None:
    said = searched(ask, "zzqjakwordthatnobodywrites")
    assert said["count"] == "0"
    told = [*said["errorlist"]["phrasesnotfound"], *said.get("warninglist", {}).get("quotedphrasesnotfound", [])]
    assert [one for one in told if "zzqjakwordthatnobodywrites" in one]


def test_history_is_kept_and_an_unknown_one_refused(ask: Ask) -> None:
    ids = searched(ask, COMMON, retmax=3)["idlist"]
    posted = Entrez.read(BytesIO(ask("epost", id=",".join(ids)).content))
    again = searched(ask, f"#{posted['QueryKey']} AND {COMMON}", WebEnv=posted["WebEnv"], usehistory="y")
    assert sorted(again["idlist"]) == sorted(ids)
    lost = ask("efetch", query_key=1, WebEnv="MCID_000000000000000000000000", retmode="xml")
    assert lost.status_code == 400 or "<ERROR>" in lost.text


def test_unknown_identifiers_are_left_out_in_silence(ask: Ask) -> None:
    [known] = searched(ask, COMMON, retmax=1)["idlist"]
    sets = Entrez.read(BytesIO(ask("efetch", id=f"{UNKNOWN},{known}", retmode="xml").content))
    assert [str(one["MedlineCitation"]["PMID"]) for one in sets["PubmedArticle"]] == [known]
