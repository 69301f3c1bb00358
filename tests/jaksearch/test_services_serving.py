"""The local services keep their limit, play their faults, write their log, and run alone."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests
from services.eutils import Chance, EUtils, Fault, Script, make_corpus, start
from services.faults import KINDS
from services.serving import Log, Request, Server

SMALL = make_corpus(400)


def ask(server: Server, tool: str, *, post: bool = False, **params: object) -> requests.Response:
    url = f"{server.url}{tool}.fcgi"
    values = {name: str(value) for name, value in params.items()}
    return requests.post(url, data=values, timeout=10) if post else requests.get(url, params=values, timeout=10)


def found(server: Server, term: str, **params: object) -> dict[str, Any]:
    result = ask(server, "esearch", term=term, retmode="json", **params).json()["esearchresult"]
    assert isinstance(result, dict)
    return result


def test_the_limit_counts_addresses_and_keys_apart_and_the_log_keeps_no_key() -> None:
    with start(EUtils(SMALL, per_second=3, keyed_per_second=10, keys=["secret-key"])) as limited:
        plain_codes = [ask(limited, "einfo").status_code for _ in range(5)]
        keyed = [ask(limited, "einfo", post=True, api_key="secret-key").status_code for _ in range(5)]
        refused = ask(limited, "einfo")
        invalid = ask(limited, "einfo", api_key="other-key")
    assert plain_codes == [200, 200, 200, 429, 429]
    assert keyed == [200] * 5
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.json() == {
        "error": "API rate limit exceeded", "api-key": "127.0.0.1", "count": "6", "limit": "3"
    }  # fmt: skip
    assert invalid.status_code == 400
    assert invalid.json()["error"] == "API key invalid"
    assert "secret-key" not in repr(limited.log)
    assert Counter(request.key for request in limited.log) == {"": 6, "key 1": 5, "key 2": 1}


def test_the_log_finds_the_busiest_second_and_who_came_too_early() -> None:
    moments = [0.0, 0.1, 0.2, 1.05, 5.0]
    log = Log([Request(moment, "a", "", "GET", "/", {}, {}) for moment in moments])
    assert log.busiest() == 3
    assert log.early() == []
    log.requests[3].retry_after, log.requests[3].answered = 4, 1.06
    assert [(a.time, b.time) for a, b in log.early()] == [(1.05, 5.0)]
    log.requests[3].retry_after = 3
    assert log.early() == []
    log.requests[0].retry_after, log.requests[0].answered = 1, 0.06
    assert [(a.time, b.time) for a, b in log.early()] == [(0.0, 0.2), (0.0, 1.05)]


def test_every_kind_of_fault_does_what_its_name_says() -> None:
    ids = ",".join(str(pmid) for pmid in SMALL.ids[:4])
    script = Script([Fault(kind, retry_after=7, seconds=0.1) for kind in KINDS if kind not in ("expired", "count")])
    outcome: dict[str, object] = {}
    with start(EUtils(SMALL, faults=script)) as faulty:
        whole = len(EUtils(SMALL).answer(_request(ids), "", None).body)
        for fault in list(script.left):
            assert fault is not None
            try:
                reply = ask(faulty, "efetch", id=ids, retmode="xml")
            except requests.RequestException as error:
                outcome[fault.kind] = type(error)
                continue
            records = reply.text.count("<PubmedArticle>")
            outcome[fault.kind] = (reply.status_code, reply.headers.get("Retry-After"), len(reply.content) * 2 // whole)
            outcome[f"records {fault.kind}"] = records
        assert ask(faulty, "efetch", id=ids, retmode="xml").content.endswith(b"</PubmedArticleSet>")
        assert faulty.log.requests[1].retry_after == 7
    assert outcome["429"] == (429, None, 0)
    assert outcome["429-retry-after"] == (429, "7", 0)
    assert outcome["500"] == (500, None, 0)
    assert outcome["502"] == (502, None, 0)
    assert outcome["reset"] is requests.ConnectionError
    assert outcome["stall"] is requests.ConnectionError
    assert outcome["truncated"] is requests.exceptions.ChunkedEncodingError
    assert outcome["cut"] in ((200, None, 0), (200, None, 1))
    assert outcome["empty"] == outcome["html"] == outcome["limit-200"] == (200, None, 0)
    assert outcome["records missing"] == 3


def _request(ids: str) -> Request:
    return Request(0.0, "a", "", "GET", "/entrez/eutils/efetch.fcgi", {"id": ids, "retmode": "xml"}, {})


def test_retry_after_can_be_a_date() -> None:
    with start(EUtils(SMALL, faults=Script([Fault("429-retry-after", retry_after=2, as_date=True)]))) as server:
        before = time.time()
        told = ask(server, "einfo").headers["Retry-After"]
    moment = parsedate_to_datetime(told).timestamp()
    assert before + 2 <= moment <= time.time() + 3
    assert server.log.requests[0].retry_after == 2


def test_a_webenv_expires_and_a_count_lies_when_told_to() -> None:
    script = Script([None, "expired"])
    with start(EUtils(SMALL, faults=script)) as faulty:
        stored = found(faulty, "alopecia[tiab]", usehistory="y")
        lost = ask(faulty, "efetch", query_key=1, WebEnv=stored["webenv"], retmode="xml")
        assert (lost.status_code, "Unable to obtain query #1" in lost.text) == (400, True)
        script.left.append(Fault("count"))
        assert int(found(faulty, "alopecia[tiab]")["count"]) == int(stored["count"]) + 1
        assert found(faulty, "alopecia[tiab]")["count"] == stored["count"]


def test_chance_is_seeded_and_lets_a_request_pass_in_the_end() -> None:
    def play() -> list[str]:
        chance = Chance(0.9, seed=1, in_a_row=3)
        met = [chance.choose("efetch.fcgi", {"id": "1"}) for _ in range(200)]
        return [fault.kind if fault else "" for fault in met]

    kinds = play()
    assert kinds == play()
    assert set(kinds) == {*KINDS, ""}
    assert max(len(run) for run in "".join("x" if kind else " " for kind in kinds).split()) == 3


def test_many_threads_are_served_at_once() -> None:
    with start(EUtils(SMALL, delay=0.2)) as slow, ThreadPoolExecutor(8) as pool:
        others = set(threading.enumerate())
        began = time.monotonic()
        codes = list(pool.map(lambda _: ask(slow, "einfo").status_code, range(8)))
        assert time.monotonic() - began < 8 * 0.2
    assert codes == [200] * 8
    assert not set(threading.enumerate()) - others


def test_it_runs_alone_and_writes_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "tests.services.eutils", "--corpus", "50", "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          cwd=Path(__file__).parents[2]) as alone:  # fmt: skip
        assert alone.stdout is not None
        url = alone.stdout.readline().strip().removeprefix("JAK_EUTILS_URL=")
        assert url.endswith("/entrez/eutils/")
        assert "<Count>50</Count>" in requests.get(f"{url}esearch.fcgi?term=all[sb]&rettype=count", timeout=10).text
        alone.terminate()
        _, err = alone.communicate(timeout=10)
    assert err == "1 requests\n"
    [line] = log.read_text().splitlines()
    assert json.loads(line)["path"] == "/entrez/eutils/esearch.fcgi"


def test_alone_a_line_of_input_moves_it_to_the_second_state() -> None:
    command = [sys.executable, "-m", "tests.services.eutils", "--corpus", "refresh"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
                          cwd=Path(__file__).parents[2]) as alone:  # fmt: skip
        assert alone.stdout is not None
        assert alone.stderr is not None
        assert alone.stdin is not None
        url = alone.stdout.readline().strip().removeprefix("JAK_EUTILS_URL=")
        count = f"{url}esearch.fcgi?term=all[sb]&rettype=count"
        assert "<Count>2500</Count>" in requests.get(count, timeout=10).text
        alone.stdin.write("\n")
        alone.stdin.flush()
        assert alone.stderr.readline() == "half a year later\n"
        assert "<Count>2536</Count>" in requests.get(count, timeout=10).text
        alone.terminate()
        alone.communicate(timeout=10)
    assert alone.returncode == 0
