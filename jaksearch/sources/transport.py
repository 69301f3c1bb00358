"""Send requests to a service: held back, retried where that helps, and never with the key in anything but the request.

What happens to a request is told by values, not by exceptions: those of the HTTP library carry the request, and with
it the key, into every traceback that mentions them.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_result

from jakdb.errors import SourceError, UsageError
from jaksearch.sources.introduction import Introduction, Names
from jaksearch.sources.limiter import Limiter, limiter_name

__all__ = ["Judge", "Method", "Transport", "Trouble", "by_status", "retry_after"]

log = logging.getLogger(__name__)

TRY_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))
FIRST_ATTEMPTS = 4
"""Attempts to reach a service that has never answered: more likely there is no network."""
LONGEST_BACKOFF = 30.0
"""Seconds between two attempts, unless the service asks for more."""
PATIENCE = 600.0
"""Seconds that a service may ask to wait; more than that is for the user to decide."""
LARGEST_REPLY = 512 << 20
CHUNK = 1 << 16
SLOWEST = 10
"""A reply may take so many times the time in which its next bytes must come."""
LONG_KEY = 16
"""Letters from which on a key is none of the words that a record may hold."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a reply cannot be used.

    Attributes
    ----------
    message : str
        What is wrong, to follow the name of the service and a colon.
    again : bool
        Whether the same request may succeed later.
    hint : str
        The way out, if the user knows one.
    met : bool
        Whether there was somebody at the address.
    """

    message: str
    again: bool = True
    hint: str = ""
    met: bool = True


Method = Literal["GET", "POST"]
"""How a service wants to be asked."""

Judge = Callable[[int, bytes], Trouble | None]
"""Says what is wrong with a reply, by its status and bytes (`by_status` helps); nothing if it can be used."""


class Transport:
    """Sends requests to one service.

    Parameters
    ----------
    base_url : str
        The address of the service's folder.
    tool, email, api_key : str
        How jak introduces itself; empty ones are not sent. The key goes into requests and nowhere else.
    per_second : float
        Requests a second that the service allows; 0 is no limit.
    state : Path
        The folder in which all threads and processes of this computer keep the limit.
    service : str
        What messages call the service.
    names : Names
        What the service calls the three; those of the E-utilities if not given.
    timeout : (float, float)
        Seconds to connect, and to wait for the next bytes.
    attempts : int
        How often a request is sent before giving up; `FIRST_ATTEMPTS` at most if nobody has ever answered.
    backoff : float
        Seconds before the second attempt, doubled at each further one, with jitter.
    window : float
        Seconds that stand for one second of the limit.

    Raises
    ------
    UsageError
        If the address is none, or would send the key over a line that others can read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        tool: str,
        email: str,
        api_key: str,
        per_second: float,
        state: Path,
        service: str = "the service",
        names: Names | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        timeout: tuple[float, float] = (10.0, 60.0),
        attempts: int = 8,
        backoff: float = 1.0,
        window: float = 1.0,
        seed: int | None = None,
    ) -> None:
        self.base_url = _checked_address(base_url, with_key=bool(api_key))
        self.service = service
        self.attempts = attempts
        name = limiter_name(urlsplit(self.base_url).netloc.rpartition("@")[2], with_key=bool(api_key))
        self.limiter = Limiter(state / name, per_second, window=window, clock=clock, sleep=sleep)
        self._introduction = Introduction(names or Names(), tool=tool, email=email, api_key=api_key)
        self._is_secret = len(api_key) >= LONG_KEY
        self._agent = tool
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout
        self._backoff = backoff
        self._random = random.Random(seed)
        self._own = threading.local()
        self._met = False

    def call(
        self,
        path: str,
        form: Sequence[tuple[str, str]],
        *,
        judge: Judge,
        attempts: int | None = None,
        method: Method = "POST",
    ) -> bytes:
        """Send a form until the judge can use the reply, and return the reply.

        Parameters
        ----------
        method : {"POST", "GET"}
            Whether the form is the body of the request or stands in its address.

        Raises
        ------
        SourceError
            If the service cannot be reached, refuses, or gives no usable reply at any attempt.
        """

        def attempt() -> bytes | Trouble:
            return self._send(path, form, judge, method)

        most = attempts or self.attempts
        retrying = Retrying(
            stop=lambda state: state.attempt_number >= most or self._is_alone(state),
            retry=retry_if_result(lambda found: isinstance(found, Trouble) and found.again),
            wait=self._wait,
            sleep=self._sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        found: bytes | Trouble = retrying(attempt)
        if isinstance(found, bytes):
            return found
        times = retrying.statistics.get("attempt_number", 1)
        tried = f" (tried {times} times)" if times > 1 else ""
        raise SourceError(
            f"{self.service}: {found.message}{tried}",
            hint=found.hint or ("try again later; what was fetched is kept" if found.again else ""),
        )

    def _is_alone(self, state: RetryCallState) -> bool:
        """Say whether nobody ever answered, so that waiting longer is in vain."""
        found = state.outcome.result() if state.outcome else None
        alone = isinstance(found, Trouble) and not found.met and not self._met
        return alone and state.attempt_number >= FIRST_ATTEMPTS

    def _wait(self, state: RetryCallState) -> float:
        """Return the seconds until the next attempt; what the service asks for holds for everybody."""
        found = state.outcome.result() if state.outcome else None
        number = state.attempt_number
        seconds = min(LONGEST_BACKOFF, self._backoff * 2.0 ** (number - 1)) * self._random.uniform(0.5, 1.0)
        if isinstance(found, Trouble):
            log.info("%s: %s; attempt %d in %.1f s", self.service, found.message, number + 1, seconds)
        return seconds

    def _send(self, path: str, form: Sequence[tuple[str, str]], judge: Judge, method: Method) -> bytes | Trouble:
        """Send a request once, when its turn has come."""
        with self.limiter.turn() as arrived:
            reply = self._exchange(path, form, arrived, method)
        if isinstance(reply, Trouble):
            return reply
        status, wait, body = reply
        trouble = judge(status, body)
        if trouble is None:
            return body
        if trouble.again and wait is not None and wait > PATIENCE:
            words = f"it asks to wait {wait / 60:.0f} minutes ({self._scrub(trouble.message)})"
            return Trouble(words, again=False, hint="run the command again then; what was fetched is kept")
        return replace(trouble, message=self._scrub(trouble.message))

    def _exchange(
        self, path: str, form: Sequence[tuple[str, str]], arrived: Callable[[], None], method: Method
    ) -> tuple[int, float | None, bytes] | Trouble:
        """Return status, seconds that are asked to wait, and body; every failure on the way is a trouble."""
        started = self._clock()
        in_address = method == "GET"
        try:
            with self._session().request(
                method,
                f"{self.base_url}{path}",
                params=[*form, *self._introduction.fields(method)] if in_address else None,
                data=None if in_address else [*form, *self._introduction.fields(method)],
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            ) as reply:
                self._met = True
                wait = retry_after(reply.headers.get("Retry-After", ""), now=datetime.now(UTC))
                if wait is not None and wait <= PATIENCE and reply.status_code in TRY_AGAIN:
                    self.limiter.pause(wait)  # before the slot is given to somebody else
                arrived()
                if reply.is_redirect:
                    return Trouble("it sends jak to another address", again=False, hint="check the service's address")
                body = bytearray()
                for piece in reply.iter_content(CHUNK):
                    body += piece
                    if len(body) > LARGEST_REPLY:
                        return Trouble(f"a reply of more than {LARGEST_REPLY >> 20} MiB", again=False)
                    if self._clock() - started > SLOWEST * self._timeout[1]:
                        return Trouble("the reply does not come to its end")
                return reply.status_code, wait, self._without_key(bytes(body))
        except requests.RequestException as error:
            return _trouble_of(error)
        except Exception as error:  # a bug somewhere below, which may print the request
            bug = self._retold(error)
            if bug is None:
                raise
        raise bug

    def _scrub(self, text: str) -> str:
        """Return a text of the service without the key, should it repeat it."""
        return self._introduction.scrub(text)

    def _without_key(self, body: bytes) -> bytes:
        """Return a reply without the key, should the service repeat it: replies are stored, and told in part."""
        return self._scrub(body.decode("latin-1")).encode("latin-1") if self._is_secret else body

    def _retold(self, error: Exception) -> RuntimeError | None:
        """Return an error that says the same without the key; nothing if it does not speak of it."""
        said = f"{type(error).__name__}: {error!r} {error}"
        return RuntimeError(self._scrub(said)) if self._scrub(said) != said else None

    def _session(self) -> requests.Session:
        """Return the connections of this thread."""
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.headers["User-Agent"] = self._agent or "jak"
            for scheme in ("https://", "http://"):
                session.mount(scheme, self._introduction.adapter())
        return session

    def close(self) -> None:
        """Close the connections of this thread."""
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is not None:
            session.close()
            del self._own.session


def by_status(status: int) -> Trouble | None:
    """Return what is wrong by the status alone; nothing if that is good.

    Examples
    --------
    >>> by_status(200), by_status(503).again, by_status(404).again
    (None, True, False)
    """
    if 200 <= status < 300:
        return None
    if status == 429:
        return Trouble("too many requests (429)")
    if status in TRY_AGAIN:
        return Trouble(f"it fails (status {status})")
    if status in (401, 403):
        hint = "check the key and the e-mail address; services block addresses that send too much"
        return Trouble(f"it refuses the request (status {status})", again=False, hint=hint)
    return Trouble(f"it does not accept the request (status {status})", again=False, hint="check the service's address")


def retry_after(text: str, *, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks to wait: a number or a date; nothing if it says neither.

    Examples
    --------
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> [retry_after(text, now=noon) for text in ("7", "Thu, 01 Jan 2026 12:00:30 GMT", "soon")]
    [7.0, 30.0, None]
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _checked_address(base_url: str, *, with_key: bool) -> str:
    """Return an address that ends with a slash."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(
            f"{base_url!r} is not the address of a service", hint="it begins with https:// and ends with a folder"
        )
    if with_key and parts.scheme == "http" and not _is_here(parts.hostname):
        raise UsageError(
            f"the API key would go to {parts.hostname} unencrypted", hint="use https://, or do without the key"
        )
    return base_url if base_url.endswith("/") else f"{base_url}/"


def _is_here(host: str) -> bool:
    """Say whether a host is this computer."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trouble_of(error: requests.RequestException) -> Trouble:
    """Say in words what the HTTP library says, without the request that its exception carries."""
    if isinstance(error, requests.exceptions.SSLError):
        hint = "a network that looks into encrypted lines needs its certificate in REQUESTS_CA_BUNDLE"
        return Trouble("its certificate cannot be checked", again=False, hint=hint)
    if isinstance(error, requests.exceptions.ProxyError):
        return Trouble("the proxy does not let jak through", hint="check HTTPS_PROXY")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Trouble("it cannot be reached (no connection in time)", hint="check the network", met=False)
    if isinstance(error, requests.exceptions.Timeout):
        return Trouble("it does not answer in time")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return Trouble("the reply breaks off")
    if isinstance(error, requests.exceptions.ConnectionError):
        if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
            return Trouble("it cannot be reached", hint="check the network and the service's address", met=False)
        return Trouble("the connection breaks")
    return Trouble(f"the request fails ({type(error).__name__})", again=False)
