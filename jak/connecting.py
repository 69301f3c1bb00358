"""Reach a service: who asks, with which key, at which address.

The environment (``JAK_EMAIL``, ``JAK_NCBI_API_KEY``, ``JAK_EUTILS_URL``, ``JAK_STATE_DIR``) beats the user's own
settings file. jak.toml has no say here: it is shared and kept under version control, and whoever could change the
address there would be sent the key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jakdb.errors import SettingsError

if TYPE_CHECKING:
    from jaksearch.sources import Source

__all__ = ["Connection", "connect", "connection", "missing_of"]

KEYRING = "keyring"
"""``ncbi_api_key = "keyring"`` in the settings file: the key is in the keyring of the computer, as user ncbi_api_key of
the service jak. It is opt-in, as a locked keyring asks for a password."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How jak introduces itself to a service; the key is in no representation of it."""

    email: str = ""
    base_url: str = ""
    state: Path | None = None
    api_key: str = field(default="", repr=False)


def connection(*, environment: Mapping[str, str] | None = None, own: Mapping[str, Any] | None = None) -> Connection:
    """Read how to reach the services.

    Parameters
    ----------
    environment, own : mapping, optional
        The environment and the user's settings file; the real ones if not given.

    Raises
    ------
    SettingsError
        If the keyring is asked for and cannot be used.

    Examples
    --------
    >>> found = connection(environment={"JAK_EMAIL": "a@b.org", "JAK_NCBI_API_KEY": "secret"}, own={})
    >>> found.api_key == "secret", "secret" in repr(found)
    (True, False)
    """
    from jak.settings import user_settings  # noqa: PLC0415

    env = os.environ if environment is None else environment
    mine = user_settings() if own is None else own

    def said(variable: str, key: str) -> str:
        return (env.get(variable, "") or str(mine.get(key, ""))).strip()

    state = env.get("JAK_STATE_DIR", "").strip()
    key = said("JAK_NCBI_API_KEY", "ncbi_api_key")
    return Connection(
        email=said("JAK_EMAIL", "email"),
        base_url=said("JAK_EUTILS_URL", "eutils_url"),
        state=Path(state) if state else None,
        api_key=_from_keyring() if key == KEYRING else key,
    )


def connect(name: str, through: Connection) -> Source:
    """Return the named source, ready to be asked."""
    from jaksearch.sources import make_source  # noqa: PLC0415 - not for --help

    return make_source(
        name, base_url=through.base_url, email=through.email, api_key=through.api_key, state=through.state
    )


def missing_of(through: Connection) -> tuple[str, ...]:
    """Return what would make the service treat jak better, in words."""
    said = []
    if not through.email:
        said.append("NCBI asks for an e-mail address, to write to before it blocks somebody: set JAK_EMAIL")
    if not through.api_key:
        said.append(
            "without an API key NCBI allows 3 requests a second to an address, which a library or a hospital shares; "
            "a key (JAK_NCBI_API_KEY, free) is yours alone and allows 10"
        )
    return tuple(said)


def _from_keyring() -> str:
    """Return the key that the computer's keyring keeps."""
    try:
        import keyring  # noqa: PLC0415 - optional
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            'settings.toml: ncbi_api_key = "keyring", but keyring is not installed',
            hint="install it (pip install keyring), or set JAK_NCBI_API_KEY",
        ) from None
    try:
        key = keyring.get_password("jak", "ncbi_api_key")
    except KeyringError as error:
        raise SettingsError(
            f"the keyring cannot be used: {type(error).__name__}", hint="unlock it, or set JAK_NCBI_API_KEY"
        ) from None
    if not key:
        raise SettingsError(
            "the keyring holds no API key of NCBI",
            hint="put it there with `keyring set jak ncbi_api_key`, or set JAK_NCBI_API_KEY",
        )
    return str(key)
