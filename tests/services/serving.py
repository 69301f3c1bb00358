"""Serve a service over HTTP on the loopback address: threads, rate limit, faults, and a log of every request."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from .faults import Fault, Faults

__all__ = ["BadParameterError", "Log", "Reply", "Request", "Server", "Service", "start", "whole"]

LONGEST_URL = 8_192
HIDDEN = "(kept)"
SECRET = ("api_key", "apikey", "api-key")


@dataclass(slots=True)
class Request:
    """One request as it arrived.

    Attributes
    ----------
    time : float
        The monotonic clock when its headers had been read.
    key : str
        ``key 1``, ``key 2`` ... in the order of their first appearance; empty without a key. The value is not kept.
    params : dict of str
        Of the address and of the body; of a name given several times the values are joined by commas.
    status : int
        As answered; 0 if the connection ended without one.
    fault : str
        The kind of the fault it met.
    retry_after : int, optional
        What the answer asked for, in seconds.
    answered : float
        The monotonic clock when the answer began; 0 if there was none.
    """

    time: float
    address: str
    key: str
    method: str
    path: str
    params: dict[str, str]
    repeated: dict[str, list[str]]
    agent: str = ""
    status: int = 0
    fault: str = ""
    retry_after: int | None = None
    size: int = 0
    answered: float = 0.0

    @property
    def tool(self) -> str:
        """The last part of the path without ``.fcgi``."""
        return self.path.rstrip("/").rpartition("/")[2].removesuffix(".fcgi")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    body: bytes
    kind: str = "text/xml; charset=UTF-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class BadParameterError(Exception):
    """A parameter is not what it must be; the request is answered with 400."""


def whole(params: Mapping[str, str], name: str, default: int) -> int:
    """Return a parameter that must be a whole number, zero or more.

    Examples
    --------
    >>> whole({"retmax": "7"}, "retmax", 20), whole({}, "retmax", 20)
    (7, 20)
    """
    text = params.get(name, "").strip() or str(default)
    if not text.isdecimal():
        raise BadParameterError(f"{name} must be a whole number, not {text}")
    return int(text)


@dataclass(slots=True)
class Log:
    """Every request, in the order of arrival."""

    requests: list[Request] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.requests)

    def __iter__(self) -> Iterator[Request]:
        return iter(sorted(self.requests, key=lambda request: request.time))

    def of(self, tool: str) -> list[Request]:
        """Return the requests to one tool."""
        return [request for request in self if request.tool == tool]

    def busiest(self, *, seconds: float = 1.0) -> int:
        """Return the highest number of requests in any window of so many seconds, both ends counted."""
        times = [request.time for request in self]
        window: deque[float] = deque()
        most = 0
        for moment in times:
            window.append(moment)
            while moment - window[0] > seconds:
                window.popleft()
            most = max(most, len(window))
        return most

    def early(self, *, grace: float = 0.05) -> list[tuple[Request, Request]]:
        """Return each answer with Retry-After and every request that came before its time.

        What arrives within `grace` seconds of the answer was on its way when the answer was given, and is not counted.
        """
        return [
            (told, later)
            for told in self
            if told.retry_after is not None
            for later in self
            if told.answered + grace < later.time < told.answered + told.retry_after
        ]

    def shortest_gap(self) -> float:
        """Return the shortest time between two arrivals."""
        return min((b.time - a.time for a, b in pairwise(self)), default=float("inf"))


class Service(Protocol):
    """What `start` serves: where it lives, its limit and faults, and how it answers."""

    root: str
    per_second: float | None
    keyed_per_second: float | None
    faults: Faults | None
    delay: float

    def answer(self, request: Request, key: str, fault: Fault | None) -> Reply:
        """Answer a request; `fault` is one that only the service can play (``expired``, ``count``, ``missing`` ...)."""


@dataclass(slots=True)
class Server:
    """A running server.

    Attributes
    ----------
    url : str
        The address of the service, with the path and a slash at the end.
    """

    url: str
    log: Log
    service: Any


@contextlib.contextmanager
def start(service: Any, *, port: int = 0, limited_by: Callable[[Request], str] | None = None) -> Iterator[Server]:
    """Serve until the block ends.

    Parameters
    ----------
    service : Service
        For example `services.eutils.EUtils`.
    limited_by : callable, optional
        Whom the limit counts for; by default the key, or the address of who asks.
    """
    log = Log()
    web = _Web(("127.0.0.1", port), service, log, limited_by)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{web.server_address[1]}{service.root}", log, service)
    finally:
        web.stopping.set()
        web.shutdown()
        thread.join()
        web.server_close()
        web.hang_up()


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], service: Service, log: Log, limited_by: Callable[[Request], str] | None
    ) -> None:
        super().__init__(address, _Handler)
        self.service, self.log, self.limited_by = service, log, limited_by
        self.keys: dict[str, str] = {}
        self.arrivals: dict[str, deque[float]] = defaultdict(deque)
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.open: dict[socket.socket, threading.Thread] = {}

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self.lock:
            self.open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.lock:
                self.open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that hung up go in silence; anything else is a fault of the service and is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End connections that are kept alive, and wait for their threads."""
        with self.lock:
            left = dict(self.open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left.values():
            thread.join(timeout=5)

    def over_limit(self, who: str, limit: float | None, moment: float) -> int:
        """Count an arrival; return how many there were in the last second if that is too many, else 0."""
        if limit is None:
            return 0
        with self.lock:
            times = self.arrivals[who]
            times.append(moment)
            while moment - times[0] > 1.0:
                times.popleft()
            return len(times) if len(times) > limit else 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Apache", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Web

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: the log is `Server.log`."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        moment = time.monotonic()
        request, key = self._arrived(moment)
        service = self.server.service
        if service.delay:
            self.server.stopping.wait(service.delay)
        fault = service.faults.choose(request.path, request.params) if service.faults else None
        request.fault = fault.kind if fault else ""
        who = self.server.limited_by(request) if self.server.limited_by else request.key or request.address
        limit = service.keyed_per_second if key else service.per_second
        count = self.server.over_limit(who, limit, moment)
        if len(self.path) > LONGEST_URL:
            page = b"<html><head><title>414 Request-URI Too Large</title></head></html>"
            return self._send(request, Reply(page, "text/html", 414))
        if count:
            return self._send(request, _too_many(key or request.address, count, limit))
        try:
            return self._fail(request, key, fault) if fault else self._send(request, service.answer(request, key, None))
        except BadParameterError as error:
            return self._send(request, Reply(f"{error}\n".encode(), "text/plain", 400))

    def _arrived(self, moment: float) -> tuple[Request, str]:
        """Read the parameters and put the request into the log, without the key."""
        parts = urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            pairs += parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True)
        repeated: dict[str, list[str]] = defaultdict(list)
        key = self.headers.get("api-key") or ""
        for name, value in pairs:
            if name.lower() in SECRET:
                key = value
            repeated[name].append(HIDDEN if name.lower() in SECRET else value)
        with self.server.lock:
            label = self.server.keys.setdefault(key, f"key {len(self.server.keys) + 1}") if key else ""
            request = Request(
                time=moment,
                address=self.client_address[0],
                key=label,
                method=self.command,
                path=parts.path,
                params={name: ",".join(values) for name, values in repeated.items()},
                repeated=dict(repeated),
                agent=self.headers.get("User-Agent") or "",
            )
            self.server.log.requests.append(request)
        return request, key

    def _fail(self, request: Request, key: str, fault: Fault) -> None:
        """Play a fault."""
        page = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
        if fault.kind in ("429", "429-retry-after"):
            after = (fault.retry_after or 1) if fault.kind == "429-retry-after" else None
            limit = self.server.service.per_second or 3
            told = formatdate(math.ceil(time.time() + after), usegmt=True) if after and fault.as_date else after
            request.retry_after = after
            return self._send(request, _too_many(key or request.address, int(limit) + 1, limit, retry_after=told))
        if fault.kind in ("500", "502"):
            text = page.format({"500": "Internal Server Error", "502": "Bad Gateway"}[fault.kind])
            return self._send(request, Reply(text.encode(), "text/html", int(fault.kind)))
        if fault.kind == "html":
            return self._send(request, Reply(page.format("Scheduled maintenance").encode(), "text/html"))
        if fault.kind == "empty":
            return self._send(request, Reply(b""))
        if fault.kind == "limit-200":
            reply = _too_many(key or request.address, 4, 3)
            return self._send(request, Reply(reply.body, reply.kind))
        if fault.kind == "stall":
            self.server.stopping.wait(fault.seconds)
            self.close_connection = True
            return None
        if fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return None
        reply = self.server.service.answer(request, key, fault)
        half = reply.body[: len(reply.body) // 2]
        if fault.kind == "cut":
            return self._send(request, Reply(half, reply.kind, reply.status))
        if fault.kind == "truncated":
            return self._send(request, reply, only=half)
        return self._send(request, reply)

    def _send(self, request: Request, reply: Reply, *, only: bytes | None = None) -> None:
        request.status, request.size, request.answered = reply.status, len(reply.body), time.monotonic()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body if only is None else only)
        self.wfile.flush()
        if only is not None:
            self.close_connection = True


def _too_many(who: str, count: int, limit: float | None, *, retry_after: int | str | None = None) -> Reply:
    """Say that the limit is reached, in the words of NCBI's gateway: it names the key, or the address without one."""
    said = {"error": "API rate limit exceeded", "api-key": who, "count": str(count), "limit": f"{limit:g}"}
    headers = {"X-RateLimit-Limit": f"{limit:g}", "X-RateLimit-Remaining": "0"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    body = json.dumps(said, separators=(",", ":")).encode() + b"\n"
    return Reply(body, "application/json", 429, headers)
