"""Requests arrive, are sent again where that helps, and leave the key nowhere."""

from __future__ import annotations

import logging
import pickle
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from jakdb.errors import SourceError, UsageError
from jaksearch.sources.introduction import Introduction, Names
from jaksearch.sources.transport import Method, Transport, Trouble, by_status

KEY = "0123456789abcdef-the-key"
Answer = tuple[int, dict[str, str], bytes]


class Replies(BaseHTTPRequestHandler):
    """Gives the answers of a list, the last one again and again."""

    answers: ClassVar[list[Answer]] = []
    seen: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.seen.append((self.path, form))
        status, headers, body = self.answers[min(len(self.seen), len(self.answers)) - 1]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing."""


@contextmanager
def serving(*answers: Answer) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Serve answers; give the address and what was asked."""

    class Own(Replies):
        seen: ClassVar[list[tuple[str, str]]] = []

    Own.answers = list(answers)
    server = HTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/entrez/eutils/", Own.seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def transport(tmp_path: Path) -> Callable[..., Transport]:
    def make(url: str, **options: Any) -> Transport:
        options = {"api_key": "", "per_second": 0.0, "attempts": 3, "backoff": 0.001, "timeout": (1.0, 0.3)} | options
        return Transport(
            url, tool="jak", email="ann@example.org", state=tmp_path / "state", service="PubMed", **options
        )

    return make


def judge(status: int, body: bytes) -> Trouble | None:
    return by_status(status) or (None if body else Trouble("an empty reply"))


GOOD: Answer = (200, {}, b"good")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(transport: Callable[..., Transport], status: int) -> None:
    with serving((status, {}, b"no"), (200, {}, b""), GOOD) as (url, seen):
        assert transport(url).call("x.fcgi", [("term", "a\nß")], judge=judge) == b"good"
        assert [path for path, _ in seen] == ["/entrez/eutils/x.fcgi"] * 3
        assert {form for _, form in seen} == {"term=a%0A%C3%9F&tool=jak&email=ann%40example.org"}


def test_a_get_request_carries_its_form_in_the_address(transport: Callable[..., Transport]) -> None:
    names = Names(tool="", email="mailto", api_key="api_key")
    with serving((503, {}, b"no"), GOOD) as (url, seen):
        sender = transport(url, api_key="a key&b", names=names)
        assert sender.call("works", [("filter", "cites:W1|W2")], judge=judge, method="GET") == b"good"
        sent = "/entrez/eutils/works?filter=cites%3AW1%7CW2&mailto=ann%40example.org&api_key=a+key%26b"
        assert seen == [(sent, "")] * 2


def test_what_a_service_has_no_name_for_is_not_sent(transport: Callable[..., Transport]) -> None:
    with serving(GOOD) as (url, seen):
        sender = transport(url, api_key=KEY, names=Names("", "", ""))
        sender.call("studies", [], judge=judge, method="GET")
        sender.call("studies", [("a", "b")], judge=judge)
        assert seen == [("/entrez/eutils/studies", ""), ("/entrez/eutils/studies", "a=b")]


def test_a_key_in_the_address_goes_through_a_proxy(
    transport: Callable[..., Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(GOOD) as (proxy, seen):
        for variable in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(variable, proxy)
        for variable in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(variable, "")
        transport("http://localhost:9/", api_key=KEY).call("works", [], judge=judge, method="GET")
        assert seen[0][0].startswith("http://localhost:9/works?")
        assert seen[0][0].endswith(f"&api_key={KEY}")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
def test_what_stays_wrong_is_not_tried_again(transport: Callable[..., Transport], status: int) -> None:
    with serving((status, {}, b"no"), GOOD) as (url, seen):
        with pytest.raises(SourceError, match=rf"PubMed: .*\(status {status}\)$") as caught:
            transport(url).call("x.fcgi", [], judge=judge)
        assert len(seen) == 1
        assert caught.value.exit_code == 5
        assert caught.value.hint


def test_after_the_last_attempt_it_is_an_error(transport: Callable[..., Transport]) -> None:
    with serving((503, {}, b"")) as (url, seen):
        with pytest.raises(SourceError, match=r"it fails \(status 503\) \(tried 3 times\)") as caught:
            transport(url).call("x.fcgi", [], judge=judge)
        assert len(seen) == 3
        assert "later" in caught.value.hint


def test_waits_grow_and_differ(transport: Callable[..., Transport]) -> None:
    slept: list[float] = []
    with serving((503, {}, b"")) as (url, _), pytest.raises(SourceError):
        transport(url, attempts=9, backoff=1.0, sleep=slept.append).call("x.fcgi", [], judge=judge)
    assert len(slept) == 8
    for number, seconds in enumerate(slept):
        assert min(30, 2**number) / 2 <= seconds <= min(30, 2**number)
    assert len({seconds / min(30, 2**number) for number, seconds in enumerate(slept)}) == 8


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept(transport: Callable[..., Transport], status: int) -> None:
    with serving((status, {"Retry-After": "1"}, b""), GOOD) as (url, _):
        started = time.monotonic()
        assert transport(url, per_second=3.0).call("x.fcgi", [], judge=judge) == b"good"
        assert time.monotonic() - started >= 1


def test_a_wait_that_is_too_long_is_for_the_user_to_decide(transport: Callable[..., Transport]) -> None:
    with serving((503, {"Retry-After": "7200"}, b""), GOOD) as (url, seen):
        with pytest.raises(SourceError, match="asks to wait 120 minutes"):
            transport(url).call("x.fcgi", [], judge=judge)
        assert len(seen) == 1


def test_another_address_does_not_get_the_request(transport: Callable[..., Transport]) -> None:
    with serving(GOOD) as (other, unseen), serving((302, {"Location": f"{other}x.fcgi"}, b"")) as (url, _):
        with pytest.raises(SourceError, match="another address"):
            transport(url, api_key=KEY).call("x.fcgi", [], judge=judge)
        assert unseen == []


def test_nobody_there_is_an_error_with_a_way_out(transport: Callable[..., Transport]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(SourceError, match="cannot be reached") as caught:
            transport(url, api_key=KEY, attempts=9).call("x.fcgi", [], judge=judge)
        assert str(caught.value).endswith("(tried 4 times)")
        assert "address" in caught.value.hint
        assert caught.value.__cause__ is caught.value.__context__ is None
        assert KEY not in everything_of(caught.value)


def test_nobody_there_does_not_show_a_key_in_the_address(
    transport: Callable[..., Transport], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(SourceError, match="cannot be reached") as caught:
            transport(url, api_key=KEY).call("works", [], judge=judge, method="GET")
    assert KEY not in everything_of(caught.value) + caplog.text


def test_a_service_that_goes_away_is_waited_for(transport: Callable[..., Transport]) -> None:
    with serving(GOOD) as (url, _):
        sender = transport(url, attempts=9)
        assert sender.call("x.fcgi", [], judge=judge) == b"good"
        sender.close()
    with pytest.raises(SourceError, match="tried 9 times"):
        sender.call("x.fcgi", [], judge=judge)


def test_silence_ends(transport: Callable[..., Transport]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        started = time.monotonic()
        with pytest.raises(SourceError, match="does not answer in time"):
            transport(url, attempts=2, timeout=(1.0, 0.1)).call("x.fcgi", [], judge=judge)
        assert time.monotonic() - started < 10


def test_a_reply_that_drips_for_ever_ends(transport: Callable[..., Transport]) -> None:
    """Each byte comes in time, and the reply never comes to its end."""
    stop = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try:
                while not stop.wait(0.02):
                    connection.sendall(b"1\r\nx\r\n")
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(SourceError, match="does not come to its end"):
            transport(url, attempts=1, timeout=(1.0, 0.1)).call("x.fcgi", [], judge=judge)
        stop.set()
        thread.join()


@pytest.mark.parametrize("url", ["", "eutils.ncbi.nlm.nih.gov", "ftp://x/", "https://", "https://x/?a=b"])
def test_what_is_no_address_is_an_error(transport: Callable[..., Transport], url: str) -> None:
    with pytest.raises(UsageError, match="not the address"):
        transport(url)


def test_the_key_goes_over_encrypted_lines_only(transport: Callable[..., Transport]) -> None:
    with pytest.raises(UsageError, match="unencrypted") as caught:
        transport("http://eutils.example.org/", api_key=KEY)
    assert KEY not in str(caught.value)
    for url in ("https://eutils.example.org", "http://localhost:1/", "http://127.0.0.1/", "http://[::1]:5/"):
        assert transport(url, api_key=KEY).base_url.endswith("/")


def everything_of(error: BaseException | None) -> str:
    """Return what can be printed of an error: its words and fields, its causes, and every variable of our frames."""
    text = ""
    while error is not None:
        text += f"{error} {error!r} {vars(error)}"
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "jaksearch/sources" in Path(frame.f_code.co_filename).as_posix():
                text += f"{frame.f_code.co_name}: {frame.f_locals}"
        error = error.__cause__ or error.__context__
    return text


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(((500, {}, KEY.encode()),), id="500"),
        pytest.param(((429, {"Retry-After": "0"}, b"{}"),), id="429"),
        pytest.param(((403, {}, KEY.encode()),), id="403"),
        pytest.param(((301, {"Location": f"https://x/?api_key={KEY}"}, b""),), id="redirect"),
        pytest.param(((200, {}, KEY.encode()),), id="echo"),
        pytest.param((), id="breaks"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_key_is_in_nothing_but_the_request(
    transport: Callable[..., Transport],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answers: tuple[Answer, ...],
    method: Method,
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(*(answers or ((200, {"Content-Encoding": "gzip"}, b"broken"),))) as (url, seen):
        sender = transport(url, api_key=KEY, per_second=10.0)
        with pytest.raises(SourceError) as caught:
            sender.call(
                "x.fcgi",
                [],
                judge=lambda status, body: by_status(status) or Trouble(f"it says {body!r}"),
                method=method,
            )
        assert all(f"api_key={KEY}" in (path if method == "GET" else form) for path, form in seen)
        assert all(KEY not in (form if method == "GET" else path) for path, form in seen)
        assert seen
    assert caught.value.__cause__ is caught.value.__context__ is None  # that of the HTTP library carries the request
    printed = everything_of(caught.value)
    assert "call: " in printed
    assert KEY not in printed
    assert caplog.records
    assert KEY not in caplog.text
    assert KEY not in repr(sender) + str(vars(sender)) + repr(sender.limiter.folder)
    for path in (tmp_path / "state").rglob("*"):
        assert KEY not in path.name
        assert path.is_dir() or KEY.encode() not in path.read_bytes()


def test_a_transport_cannot_be_written_to_disk_with_its_key(transport: Callable[..., Transport]) -> None:
    hidden = transport("https://eutils.example.org/", api_key=KEY)._introduction
    assert isinstance(hidden, Introduction)
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(hidden)
