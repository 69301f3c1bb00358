"""The API key is in no byte that jak writes: real processes at -vv, a service that repeats the key, bugs and kills.

Everything that the processes print and every file below one folder, which holds their home, settings, state and
temporary files too, is searched for any twelve letters of the key that stand together; what is compressed is unpacked.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from services.eutils import EUtils, Fault, Script, make_corpus, start
from services.openalex import OpenAlex
from services.serving import Reply, Request, Server

KEY = "7f3a9c5e1b8d2046e9a7c3f158b0d6427e1c"
PIECE = 12
ROOT = Path(__file__).parents[2]
MAIN = """
[search.main]
source = "pubmed"
lines = {1 = "alopecia[tiab]", 2 = "english[la]"}
query = "#1 AND #2"
"""
JAK = ("-m", "jak")
QUICK = (
    "-c",
    """
import functools, os, sys
import jaksearch.sources
quick = functools.partial(jaksearch.sources.make_source, attempts=2, backoff=0.01, per_second=0)
jaksearch.sources.make_source = quick
exec(os.environ.get("BUG", ""))
from jak.cli import main
sys.exit(main())
""",
)
"""The same command line that does not wait long, and in which a bug can be planted."""
READER = """
import jaksearch.sources.entrez as entrez
def broken(body, listed): raise ValueError(f"broken by a test: {body!r}")
entrez.read_esearch = broken
"""
LIBRARY = """
import requests.adapters
def broken(self, request, **options): raise ValueError(f"broken by a test: {request.url} {request.body!r}")
requests.adapters.HTTPAdapter.send = broken
"""
CONNECTION = """
import http.client
def broken(self, method, url, *args, **options): raise ValueError(f"broken by a test: {url}")
http.client.HTTPConnection.putrequest = broken
"""
REPEATED = {
    "json": Reply(json.dumps({"error": f"{'x' * 160} API key {KEY} is over its limit"}).encode(), "text/json", 429),
    "refused": Reply(json.dumps({"error": f"API key invalid: {KEY}", "api-key": KEY}).encode(), "text/json", 400),
    "xml": Reply(f"<eSearchResult><ERROR>Invalid db for {KEY}</ERROR></eSearchResult>".encode()),
    "forbidden": Reply(f"<html>{KEY}</html>".encode(), "text/html", 403),
    "redirect": Reply(b"", "text/html", 302, {"Location": f"https://example.invalid/?api_key={KEY}"}),
    "500": Reply(f"<html>{KEY}</html>".encode(), "text/html", 500, {"X-Api-Key": KEY}),
}


class Repeating(EUtils):
    """A service that says the key wherever it can."""

    refuses = ""
    """Name of the reply that every request gets."""
    boasts = False
    """Whether good replies hold the key as well: in a record, a warning, the translation, the build."""

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        if self.refuses:
            return REPEATED[self.refuses]
        reply = super().answer(request, key, fault)
        if not self.boasts:
            return reply
        body = reply.body.replace(b"<Abstract>", f"<Abstract><AbstractText>{KEY}</AbstractText>".encode())
        for end in (b"</QueryTranslation>", b"</DbBuild>", b"</PhraseNotFound>", b"</CorrectedQuery>"):
            body = body.replace(end, KEY.encode() + end)
        return replace(reply, body=body)


class RepeatingAlex(OpenAlex):
    """An OpenAlex that says the key in every work, or refuses with it."""

    refuses = False

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        if self.refuses:
            return Reply(json.dumps({"error": key, "message": f"{'x' * 160} {key}"}).encode(), "text/json", 403)
        reply = super().answer(request, key, fault)
        return replace(reply, body=reply.body.replace(b'"language":', f'"echo": "{key}", "language":'.encode()))


class Desk:
    """A person's computer: a folder with everything that jak may write to, and all that it printed."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.printed: list[bytes] = []
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("JAK_", "XDG_"))},
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db"))),
            "JAK_EMAIL": "ann@example.org",
            "JAK_NCBI_API_KEY": KEY,
            "JAK_EUTILS_URL": server.url,
            "JAK_REVIEWER": "ann",
        }
        places = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
        for name in places:
            place = folder / name.lower()
            place.mkdir()
            self.environment[name] = str(place)

    def start(self, *words: str, by: Sequence[str] = JAK, **more: str) -> subprocess.Popen[bytes]:
        """Start jak in the review."""
        command = [sys.executable, *by, "-vv", *words]
        return subprocess.Popen(
            command,
            cwd=self.folder / "review" if (self.folder / "review").exists() else self.folder,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def jak(self, *words: str, code: int = 0, by: Sequence[str] = JAK, **more: str) -> str:
        """Run jak to its end, and return what it printed."""
        process = self.start(*words, by=by, **more)
        out, err = process.communicate(timeout=120)
        self.printed += [out, err]
        said = (out + err).decode()
        assert process.returncode == code, said
        return said

    def leaks(self) -> list[str]:
        """Return where a piece of the key was written to."""
        found = [f"printed: {text!r}" for text in self.printed if tells(text)]
        for path in self.folder.rglob("*"):
            if tells(str(path).encode()) or (path.is_file() and tells(path.read_bytes())):
                found.append(str(path))
            if path.is_file() and zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    found += [f"{path}: {name}" for name in archive.namelist() if tells(archive.read(name))]
        return found


def tells(text: bytes) -> bool:
    """Say whether any twelve letters of the key stand in a text, as they are, in UTF-16 or in base64."""
    pieces = (KEY[at : at + PIECE] for at in range(len(KEY) - PIECE + 1))
    coded = base64.b64encode(KEY.encode())[:PIECE]
    return coded in text or any(p.encode() in text or p.encode("utf-16-le") in text for p in pieces)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with a review that has a strategy."""
    with start(Repeating(make_corpus(300))) as server:
        made = Desk(tmp_path, server)
        made.jak("init", "review")
        with (tmp_path / "review" / "jak.toml").open("a", encoding="utf-8") as settings:
            settings.write(MAIN)
        yield made
        assert {request.key for request in server.log} <= {"key 1"}, "every request bears the key"


def write_everything(desk: Desk) -> None:
    """Let every command that writes or prints something of a search do so."""
    for name in ("log.md", "log.docx", "log.json"):
        desk.jak("search", "log", "--to", name)
    desk.jak("report", "--svg", "flow.svg")
    desk.jak("screen", "export", "-o", "reports.ris")
    desk.jak("search", "export", "-o", "records.jsonl")
    desk.jak("search", "show", "1")
    desk.jak("backup", "copy.db")


def test_the_key_is_in_no_byte_of_a_search_that_goes_well(desk: Desk) -> None:
    assert "complete" not in desk.jak("search", "run", "main", "--dry-run", "--json")
    assert "urllib3" in desk.jak("search", "run")  # the HTTP library is as loud as it can be
    desk.jak("search", "refresh", "main", "--json")
    desk.jak("search", "pubmed", "ritlecitinib[tiab]")
    desk.server.service.boasts = True
    assert "(key)" in desk.jak("search", "pubmed", "hippogriff[tiab] OR alopecia[tiab]", "--json", by=QUICK)
    write_everything(desk)
    assert "(key)" in (desk.folder / "review" / "log.md").read_text(encoding="utf-8")
    assert desk.leaks() == []
    written = {path.relative_to(desk.folder).as_posix() for path in desk.folder.rglob("*") if path.is_file()}
    wanted = ("review.db", "log.docx", "log.json", "log.md", "report.html", "flow.svg", "records.jsonl", "copy.db")
    assert written > {f"review/{name}" for name in wanted}
    assert any(name.startswith("xdg_state_home/") for name in written), "the limit is kept in the state folder"


def test_the_key_is_in_no_byte_of_a_search_that_goes_wrong(desk: Desk) -> None:
    service = desk.server.service
    for kind in ("500", "429", "reset", "truncated"):
        service.faults = Script([kind] * 9)
        assert "PubMed: " in desk.jak("search", "run", by=QUICK, code=5)
    service.faults = Script(["429-retry-after", "500", "reset"])
    assert "attempt 2 in" in desk.jak("search", "pubmed", "hair", by=JAK)
    service.faults = None
    for service.refuses in REPEATED:
        assert "PubMed: " in desk.jak("search", "pubmed", "skin", by=QUICK, code=5)
    service.refuses = ""
    nobody = "http://127.0.0.1:9/entrez/eutils/"
    assert "cannot be reached" in desk.jak("search", "pubmed", "skin", by=QUICK, code=5, JAK_EUTILS_URL=nobody)
    for url in ("http://example.invalid/", f"nowhere/{'x' * 30}"):
        desk.jak("search", "pubmed", "skin", code=2, JAK_EUTILS_URL=url)
    desk.jak("search", "log", "--json")
    assert desk.leaks() == []


@pytest.mark.parametrize("bug", [READER, LIBRARY])
def test_the_key_is_in_no_traceback(desk: Desk, bug: str) -> None:
    """A bug in the reader of replies, and one in the HTTP library that prints the whole request."""
    desk.server.service.boasts = True
    for more in ({"BUG": bug}, {"BUG": bug, "JAK_DEBUG": "1"}):
        said = desk.jak("search", "pubmed", "skin", by=QUICK, code=1, **more)
        assert "broken by a test" in said
        assert ("Traceback" in said) is ("JAK_DEBUG" in more)
        assert "(key)" in said
    assert desk.leaks() == []


def test_the_key_is_in_no_byte_that_a_killed_search_leaves(desk: Desk) -> None:
    """With its write-ahead log and its temporary files, while they are still there."""
    desk.server.service.delay = 0.05
    process = desk.start("search", "run", by=QUICK)
    while len(desk.server.log.of("efetch")) < 1:
        time.sleep(0.01)
        assert process.poll() is None
    time.sleep(0.1)
    process.kill()
    desk.printed += process.communicate()
    assert desk.leaks() == []
    desk.server.service.delay = 0.0
    assert "carried on" in desk.jak("search", "run", by=QUICK)
    assert desk.leaks() == []


def test_a_key_that_stands_in_addresses_is_nowhere_else(desk: Desk) -> None:
    """OpenAlex is asked by GET; the HTTP library prints addresses at -vv, and errors below it carry them."""
    with start(RepeatingAlex(make_corpus(60))) as other:
        desk.environment |= {"JAK_OPENALEX_API_KEY": KEY, "JAK_OPENALEX_URL": other.url}
        ask = ("search", "openalex", "alopecia")
        assert "GET /works" in desk.jak(*ask, by=QUICK)
        assert "broken by a test: /works" in desk.jak(*ask, by=QUICK, code=1, BUG=CONNECTION, JAK_DEBUG="1")
        for kind in ("500", "reset", "truncated"):
            other.service.faults = Script([kind] * 9)
            assert "OpenAlex: " in desk.jak(*ask, by=QUICK, code=5)
        other.service.faults, other.service.refuses = None, True
        assert "OpenAlex: " in desk.jak(*ask, by=QUICK, code=5)
        assert {request.key for request in other.log} == {"key 1"}
    desk.jak("search", "export", "-o", "records.jsonl")
    desk.jak("search", "log", "--to", "log.md")
    assert "(key)" in desk.jak("search", "show", "1")
    assert desk.leaks() == []


def test_a_key_of_the_settings_file_stays_in_it(desk: Desk) -> None:
    own = Path(desk.environment["XDG_CONFIG_HOME"]) / "jak" / "settings.toml"
    own.parent.mkdir()
    own.write_text(f'ncbi_api_key = "{KEY}"\n', encoding="utf-8")
    del desk.environment["JAK_NCBI_API_KEY"]
    desk.jak("search", "run", by=QUICK)
    own.write_text(f'ncbi_api_key = "{KEY}"\nbroken\n', encoding="utf-8")
    desk.jak("search", "run", by=QUICK, code=2)
    assert desk.leaks() == [str(own)]


def test_a_leak_would_be_found(desk: Desk) -> None:
    desk.jak("search", "run", by=QUICK)
    assert desk.leaks() == []
    (desk.folder / "piece.txt").write_text(f"...{KEY[5:20]}...", encoding="utf-8")
    with zipfile.ZipFile(desk.folder / "log.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", KEY)
    desk.printed.append(base64.b64encode(KEY.encode()))
    assert len(desk.leaks()) == 3
