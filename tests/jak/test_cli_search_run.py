"""`jak search run`, `pubmed` and `log` as people type them, against the local E-utilities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from services.eutils import EUtils, Script, make_corpus, start
from services.serving import Server
from tests_support import ris

from jak.connecting import connection
from jak.strategies import LOG_KEYS
from jakdb import imports
from jakdb.errors import SettingsError
from jakdb.store import Store
from jaksearch.sources import make_source

KEY = "0123456789abcdef0123456789abcdef0123"
Run = Callable[..., Any]


def settings(folder: Path, text: str) -> None:
    """Write searches into the review's jak.toml."""
    path = folder / "jak.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


MAIN = """
[search.main]
source = "pubmed"
lines = {1 = "alopecia areata[mh]", 2 = "english[la]"}
query = "#1 AND #2"
press = {by = "a librarian", date = "2026-01-02"}
"""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """Serve a corpus, and point jak to it."""
    with start(EUtils(make_corpus(40))) as server:
        monkeypatch.setenv("JAK_EUTILS_URL", server.url)
        monkeypatch.setenv("JAK_EMAIL", "ann@example.org")
        monkeypatch.setenv("JAK_NCBI_API_KEY", KEY)
        monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path / "state"))
        impatient = partial(make_source, attempts=2, backoff=0.01)
        monkeypatch.setattr("jaksearch.sources.make_source", impatient)
        yield server


def test_the_commands_search_list_and_log(review: Path, jak: Run, served: Server, tmp_path: Path) -> None:
    settings(review, MAIN)
    dry = jak("search", "run", "--dry-run")
    assert dry.code == 0
    assert "sent: (alopecia areata[mh]) AND (english[la])" in dry.out
    assert imports_of(review) == 0
    ran = jak("search", "run", "main", "--json")
    assert ran.code == 0
    [done] = ran.json["searches"]
    count = done["run"]["count"]
    assert done["equation"] == f"count {count} = listed {count} = fetched {count} + absent 0"
    assert imports_of(review) == count > 5
    [row] = jak("search", "list").out.splitlines()[2:]
    assert re.search(rf"PubMed .* {count} .* run 1: 1 batch +{count} +{count} +0 +0", row)
    assert "unfinished" not in jak("status").out
    log = jak("search", "log").out
    assert "```text\n(alopecia areata[mh]) AND (english[la])\n```" in log
    assert f"count {count} = listed {count}" in log
    assert "main: by: a librarian; date: 2026-01-02" in log
    assert jak("search", "log", "--to", tmp_path / "log.md").code == 0
    assert (tmp_path / "log.md").read_text(encoding="utf-8") == log
    assert jak("search", "log", "--to", tmp_path / "log.json").code == 0
    assert '"command": "search log"' in (tmp_path / "log.json").read_text(encoding="utf-8")
    assert jak("search", "log", "--to", tmp_path / "log.txt").code == 2
    assert {request.tool for request in served.log} >= {"esearch", "efetch", "einfo"}
    assert {request.key for request in served.log} == {"key 1"}


def imports_of(folder: Path) -> int:
    """Count the records of a review."""
    with Store(folder / "review.db") as store:
        return len(imports.active_records(store))


def test_a_query_at_the_prompt_finds_or_ends_with_three(review: Path, jak: Run, served: Server) -> None:
    assert jak("search", "pubmed", "alopecia areata[mh]").code == 0
    assert imports_of(review) > 0
    nothing = jak("-vv", "search", "pubmed", "zzzzqqqq[ti]")
    assert nothing.code == 3
    assert "count 0 = listed 0 = fetched 0 + absent 0" in nothing.out


def test_the_key_is_in_no_byte_that_jak_writes(review: Path, jak: Run, served: Server, tmp_path: Path) -> None:
    settings(review, MAIN)
    told = [jak("-vv", "search", "run"), jak("-vv", "search", "log", "--json"), jak("status")]
    told.append(jak("search", "log", "--to", tmp_path / "log.md"))
    served.service.faults = Script(["500"] * 30)
    told.append(jak("-vv", "search", "pubmed", "hair"))
    assert told[-1].code == 5
    assert all(KEY not in one.out + one.err for one in told)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"review.db", "log.md", "jak.toml"}
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
    assert KEY not in repr(connection())


def test_an_unreachable_service_ends_with_five_and_the_next_run_goes_on(
    review: Path, jak: Run, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(review, MAIN)
    served.service.faults = Script(["html"] * 30, path="efetch.fcgi")
    assert jak("search", "run").code == 5
    status = jak("status").out
    assert "! unfinished: main, run 1: " in status
    assert "unfinished: " in jak("search", "list").out
    served.service.faults = None
    again = jak("search", "run")
    assert (again.code, "carried on" in again.out) == (0, True)
    assert "unfinished" not in jak("status").out


def test_without_a_search_in_the_settings_the_way_out_is_named(review: Path, jak: Run) -> None:
    done = jak("search", "run")
    assert (done.code, "[search.NAME]" in done.err) == (2, True)
    assert jak("search", "run", "other").code == 2


def test_the_log_of_imported_files_shows_what_is_missing(review: Path, jak: Run, tmp_path: Path) -> None:
    (tmp_path / "embase.ris").write_text(ris("One", "Two"), encoding="utf-8")
    assert jak("search", "import", tmp_path / "embase.ris", "--source", "Embase").code == 0
    found = jak("search", "log", "--json").json
    assert [item["number"] for item in found["items"]] == list(range(1, 17))
    missing = {item["number"]: item["missing"] for item in found["items"] if item["missing"]}
    assert set(missing) == {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
    assert found["searches"][0]["files"][0]["sha256"] in jak("search", "log").out
    said = "".join(f'{key} = "told"\n' for key in LOG_KEYS)
    settings(review, f"\n[search_log]\n{said}")
    (tmp_path / "more.ris").write_text(ris("Three"), encoding="utf-8")
    named = ["--platform", "Embase.com", "--searched", "2026-01-02", "--strategy", "hair/exp", "--source", "Embase"]
    named += ["--hits", "1"]
    assert jak("search", "undo", 1).code == 0
    assert jak("search", "import", tmp_path / "more.ris", *named).code == 0
    assert jak("search", "dedupe").code == 0
    complete = jak("search", "log")
    assert "MISSING:" not in complete.out
    assert "hair/exp" in complete.out
    assert "### Search 1: Embase (taken back)" in complete.out


def test_settings_of_the_service_come_from_the_environment_first() -> None:
    own = {"email": "own@example.org", "ncbi_api_key": "own", "eutils_url": "http://own/"}
    assert connection(environment={}, own=own).email == "own@example.org"
    assert connection(environment={"JAK_EMAIL": "x@example.org"}, own=own).email == "x@example.org"
    assert connection(environment={}, own=own).base_url == "http://own/"
    assert connection(environment={}, own={}).api_key == ""


def test_a_keyring_is_asked_only_when_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.errors import NoKeyringError

    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: kept.get((service, user)))
    with pytest.raises(SettingsError, match="holds no API key"):
        connection(environment={"JAK_NCBI_API_KEY": "keyring"}, own={})
    kept["jak", "ncbi_api_key"] = KEY
    assert connection(environment={}, own={"ncbi_api_key": "keyring"}).api_key == KEY
    assert connection(environment={"JAK_NCBI_API_KEY": "mine"}, own={"ncbi_api_key": "keyring"}).api_key == "mine"

    def locked(_service: str, _user: str) -> str:
        raise NoKeyringError

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(SettingsError, match="cannot be used"):
        connection(environment={}, own={"ncbi_api_key": "keyring"})
