"""Reach a service: who asks, with which key, at which address.

The environment (``JAK_EMAIL``, ``JAK_NCBI_API_KEY``, ``JAK_EUTILS_URL``, ``JAK_STATE_DIR``, ...) beats the user's own
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
ADDRESSES = {
    "pubmed": "eutils_url",
    "europepmc": "europepmc_url",
    "clinicaltrials": "clinicaltrials_url",
    "openalex": "openalex_url",
    "crossref": "crossref_url",
}
"""Source -> key of the settings file for another address; in capitals behind ``JAK_`` it is the variable."""
KEYS = {"pubmed": "ncbi_api_key", "openalex": "openalex_api_key"}
"""Source -> key of the settings file for its API key, and likewise the variable."""
OWNERS = {"pubmed": "NCBI", "openalex": "OpenAlex"}
"""Source -> who gives the API key."""
MAIL = {
    "pubmed": "NCBI asks for an e-mail address, to write to before it blocks somebody: set JAK_EMAIL",
    "europepmc": "an e-mail address lets Europe PMC write to you before it blocks you: set JAK_EMAIL",
    "crossref": "Crossref answers those three times as often who give an e-mail address: set JAK_EMAIL",
}
"""Source -> what an e-mail address would do."""
BETTER = {
    "pubmed": (
        "without an API key NCBI allows 3 requests a second to an address, which a library or a hospital shares; "
        "a key (JAK_NCBI_API_KEY, free) is yours alone and allows 10"
    ),
    "openalex": (
        "without an API key OpenAlex allows a hundred searches a day or fewer, for all who share an address; "
        "a key (JAK_OPENALEX_API_KEY, free) is yours alone and allows 1000"
    ),
}
"""Source -> what an API key would do."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How jak introduces itself to a service, and where; the key is in no representation of it."""

    email: str = ""
    base_url: str = ""
    state: Path | None = None
    api_key: str = field(default="", repr=False)
    source: str = "pubmed"


def connection(
    source: str = "pubmed", *, environment: Mapping[str, str] | None = None, own: Mapping[str, Any] | None = None
) -> Connection:
    """Read how to reach a source.

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
    >>> connection("crossref", environment={"JAK_NCBI_API_KEY": "secret"}, own={}).api_key
    ''
    """
    from jak.settings import user_settings  # noqa: PLC0415

    env = os.environ if environment is None else environment
    mine = user_settings() if own is None else own

    def said(key: str) -> str:
        return (env.get(f"JAK_{key.upper()}", "") or str(mine.get(key, ""))).strip() if key else ""

    state = env.get("JAK_STATE_DIR", "").strip()
    key = said(KEYS.get(source, ""))
    return Connection(
        email=said("email"),
        base_url=said(ADDRESSES.get(source, "")),
        state=Path(state) if state else None,
        api_key=_from_keyring(source) if key == KEYRING else key,
        source=source,
    )


def connect(name: str, through: Connection | None = None) -> Source:
    """Return the named source, ready to be asked; a connection to another one is not used."""
    from jaksearch.sources import make_source  # noqa: PLC0415 - not for --help

    way = through if through is not None and through.source == name else connection(name)
    return make_source(name, base_url=way.base_url, email=way.email, api_key=way.api_key, state=way.state)


def missing_of(through: Connection) -> tuple[str, ...]:
    """Return what would make the service treat jak better, in words."""
    said = []
    if not through.email and through.source in MAIL:
        said.append(MAIL[through.source])
    if not through.api_key and through.source in BETTER:
        said.append(BETTER[through.source])
    return tuple(said)


def _from_keyring(source: str) -> str:
    """Return the key that the computer's keyring keeps for a source."""
    name, variable = KEYS[source], f"JAK_{KEYS[source].upper()}"
    try:
        import keyring  # noqa: PLC0415 - optional
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            f'settings.toml: {name} = "keyring", but keyring is not installed',
            hint=f"install it (pip install keyring), or set {variable}",
        ) from None
    try:
        key = keyring.get_password("jak", name)
    except KeyringError as error:
        raise SettingsError(
            f"the keyring cannot be used: {type(error).__name__}", hint=f"unlock it, or set {variable}"
        ) from None
    if not key:
        raise SettingsError(
            f"the keyring holds no API key of {OWNERS[source]}",
            hint=f"put it there with `keyring set jak {name}`, or set {variable}",
        )
    return str(key)
