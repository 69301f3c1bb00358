"""Judge replies that should be an object of JSON by their status and bytes, and ask until one can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from jaksearch.sources.transport import Method, Transport, Trouble, by_status

__all__ = ["QUOTED", "ask_json", "judge_json", "message_of", "quoted"]

WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title)\b", re.I | re.S
)
TOO_MANY = re.compile(r"rate limit|too many requests", re.I)
QUOTED = 200
"""Characters of a service's own words in a message."""

T = TypeVar("T")


def ask_json(
    transport: Transport,
    path: str,
    form: Sequence[tuple[str, str]],
    *,
    read: Callable[[dict[str, Any], bytes], T | Trouble],
    words: Callable[[int, str], T | Trouble | None] = lambda _status, _text: None,
    method: Method = "GET",
    attempts: int | None = None,
) -> T:
    """Send a request until its reply can be read, and return what is read.

    Parameters
    ----------
    read : callable
        Reads the object and the bytes it was written in, or says what is wrong with it.
    words : callable
        Says what a refusal in words means (status, the service's message): a trouble, or what is read from it, such
        as that a cursor is too old; nothing if the status says it all.

    Raises
    ------
    SourceError
        If there is no usable reply at any attempt.
    """
    kept: list[T] = []
    meant = Trouble("")

    def refused(status: int, text: str) -> Trouble | None:
        found = words(status, text)
        if found is None or isinstance(found, Trouble):
            return found
        kept[:] = [found]
        return meant

    def judge(status: int, body: bytes) -> Trouble | None:
        said = judge_json(status, body, refused)
        if isinstance(said, Trouble):
            return None if said is meant else said
        found = read(said, body)
        if isinstance(found, Trouble):
            return found
        kept[:] = [found]
        return None

    transport.call(path, form, judge=judge, attempts=attempts, method=method)
    return kept[0]


def judge_json(
    status: int, body: bytes, words: Callable[[int, str], Trouble | None] = lambda _status, _text: None
) -> dict[str, Any] | Trouble:
    """Return the object of a reply, or say why it is none.

    Parameters
    ----------
    words : callable
        Says what a refusal in words means; nothing if the status says it all.

    Examples
    --------
    >>> def trouble(status, body):
    ...     found = judge_json(status, body)
    ...     return getattr(found, "message", found)
    >>> trouble(200, b""), trouble(200, b"<html></html>"), trouble(200, b'{"a": 1')
    ('an empty reply', 'a web page instead of a reply', 'the reply breaks off')
    >>> trouble(200, b'{"a": 1}'), trouble(200, b'[1]'), trouble(429, b"{}")
    ({'a': 1}, 'a reply that is no object of JSON', 'too many requests (429)')
    >>> trouble(400, b'{"message": "no such filter"}')
    "it does not accept the request: 'no such filter'"
    """
    bad = by_status(status)
    text = body.strip()
    if not text or WEB_PAGE.match(text):
        if bad is not None:
            return _refused(status, "", bad, words)
        hint = "often a login page of the network or a notice of maintenance: open the service in a browser"
        return Trouble("a web page instead of a reply", hint=hint) if text else Trouble("an empty reply")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        if bad is None:
            return Trouble("the reply breaks off" if text[:1] in (b"{", b"[") else "a reply that is no JSON")
        return _refused(status, text.decode("utf-8", "replace"), bad, words)
    if not isinstance(said, dict):
        return bad or Trouble("a reply that is no object of JSON")
    if bad is not None:
        return _refused(status, message_of(said), bad, words)
    if TOO_MANY.search(str(said.get("error", ""))):
        return Trouble(f"it reports {quoted(str(said['error']))}")
    return said


def message_of(said: dict[str, Any]) -> str:
    """Return what a refusal in JSON says, wherever it stands.

    Examples
    --------
    >>> message_of({"message": [{"type": "x", "message": "a"}, {"message": "b"}]}), message_of({"errMsg": "c"})
    ('a; b', 'c')
    """
    for name in ("message", "errMsg", "detail", "error"):
        found = said.get(name)
        if isinstance(found, list):
            found = "; ".join(str(one.get("message", "")) for one in found if isinstance(one, dict))
        if isinstance(found, str) and found.strip():
            return found
    return ""


def quoted(text: str) -> str:
    """Return a service's words in quotation marks, on one line, and not too many."""
    return repr(" ".join(text.split())[:QUOTED])


def _refused(status: int, text: str, bad: Trouble, words: Callable[[int, str], Trouble | None]) -> Trouble:
    """Return what a refusal means."""
    known = words(status, text)
    if known is not None:
        return known
    if status in (400, 404, 414, 422) and text.strip():
        return Trouble(f"it does not accept the request: {quoted(text)}", again=False, hint="check the query")
    return bad
