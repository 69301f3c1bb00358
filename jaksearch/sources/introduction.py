"""Introduce jak to a service, and keep the key out of everything but the bytes that leave.

A key that belongs into the address of a request is put there by the connection itself, one step before it is sent: the
HTTP libraries above it log addresses, and their exceptions and replies carry them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

__all__ = ["Introduction", "Names"]


@dataclass(frozen=True, slots=True)
class Names:
    """What a service calls the parameters by which a program introduces itself; what has no name is not sent."""

    tool: str = "tool"
    email: str = "email"
    api_key: str = "api_key"


class Introduction:
    """What is sent with every request; the key is printed nowhere.

    Examples
    --------
    >>> mine = Introduction(Names(email="mailto"), tool="", email="a@b.org", api_key="secret")
    >>> mine.fields("GET"), mine.scrub("bad key: secret")
    ((('mailto', 'a@b.org'),), 'bad key: (key)')
    >>> mine
    (hidden)
    """

    __slots__ = ("_fields", "_key", "_key_name")

    def __init__(self, names: Names, *, tool: str, email: str, api_key: str) -> None:
        told = ((names.tool, tool), (names.email, email))
        self._fields = tuple((name, text) for name, text in told if name and text)
        self._key_name = names.api_key
        self._key = api_key if names.api_key else ""

    def __repr__(self) -> str:
        return "(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written to disk")

    def fields(self, method: str) -> tuple[tuple[str, str], ...]:
        """Return the fields of a form; with the key only if they go into the body."""
        with_key = self._key and method != "GET"
        return (*self._fields, (self._key_name, self._key)) if with_key else self._fields

    def address(self, method: str, url: str) -> str:
        """Return the address that is sent: that of a GET request holds the key."""
        if not self._key or method != "GET":
            return url
        return f"{url}{'&' if '?' in url else '?'}{self._key_name}={quote_plus(self._key)}"

    def scrub(self, text: str) -> str:
        """Return a text without the key."""
        for key in {self._key, quote(self._key), quote_plus(self._key)} - {""}:
            text = text.replace(key, "(key)")
        return text

    def adapter(self) -> HTTPAdapter:
        """Return the way to the connections that put the key into the address."""
        return _Adapter(self) if self._key else HTTPAdapter()


class _Adapter(HTTPAdapter):
    """Makes connections that know the introduction."""

    def __init__(self, introduction: Introduction) -> None:
        self._pools = _pools(introduction)
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(introduction: Introduction) -> dict[str, type[HTTPConnectionPool]]:
    """Return the classes of connections for each scheme."""

    class Plain(HTTPConnection):
        """A connection to this computer."""

        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            """Begin a request."""
            super().putrequest(method, introduction.address(method, url), *args, **options)

    class Secure(HTTPSConnection):
        """An encrypted connection."""

        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            """Begin a request."""
            super().putrequest(method, introduction.address(method, url), *args, **options)

    class PlainPool(HTTPConnectionPool):
        """Connections to this computer."""

        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        """Encrypted connections."""

        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
