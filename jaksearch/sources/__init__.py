"""Services that jak searches itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jakdb.errors import UsageError
from jaksearch.sources.known import KnownItems, Resolved
from jaksearch.sources.protocol import Batch, Found, Source, Tick

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SOURCES", "Batch", "Found", "KnownItems", "Resolved", "Source", "Tick", "make_source"]

SOURCES: dict[str, str] = {
    "pubmed": "PubMed, through NCBI's E-utilities",
    "europepmc": "Europe PMC: PubMed, preprints, patents, Agricola and full texts",
    "clinicaltrials": "ClinicalTrials.gov, the register of trials",
    "openalex": "OpenAlex, an index of all sciences with citations",
    "crossref": "Crossref, what publishers say of their DOIs; a ranking, no Boolean search",
}
"""Name of each source -> what it is."""


def make_source(
    name: str,
    *,
    base_url: str = "",
    email: str = "",
    tool: str = "jak",
    api_key: str = "",
    per_second: float | None = None,
    state: Path | None = None,
    timeout: tuple[float, float] = (10.0, 60.0),
    attempts: int = 8,
    backoff: float = 1.0,
    window: float = 1.0,
    cap: int | None = None,
    batch_size: int | None = None,
    page_size: int | None = None,
    sleep: Callable[[float], None] | None = None,
) -> Source:
    """Return a source by its name, ready to be asked; nothing is sent yet.

    Parameters
    ----------
    base_url : str
        The address of the service's folder; the service's own if empty.
    email, tool, api_key : str
        How jak introduces itself, as far as the service has a place for it. The key is kept nowhere.
    per_second : float, optional
        Requests a second; what the service allows if not given, 0 for no limit.
    state : Path, optional
        The folder in which threads and processes share the limit; the user's state folder if not given.
    timeout, attempts, backoff, window, sleep
        As for `jaksearch.sources.transport.Transport`.
    cap, batch_size, page_size : int, optional
        Records of one query that the service lists (PubMed) or that are fetched (OpenAlex, Crossref); records that are
        fetched, and identifiers that are listed, with one request.

    Raises
    ------
    UsageError
        If there is no such source, the address is none, or the state folder cannot be written.
    """
    import time  # noqa: PLC0415

    from platformdirs import user_state_path  # noqa: PLC0415

    from jaksearch.sources.transport import Transport  # noqa: PLC0415 - requests is not for --help

    kind = _class_of(name)
    key = api_key if kind.names.api_key else ""
    transport = Transport(
        base_url or kind.base_url,
        tool=tool,
        email=email,
        api_key=key,
        per_second=kind.rate(email=email, api_key=key) if per_second is None else per_second,
        state=state or user_state_path("jak"),
        service=kind.database,
        names=kind.names,
        sleep=sleep or time.sleep,
        timeout=timeout,
        attempts=attempts,
        backoff=backoff,
        window=window,
    )
    wanted = {"cap": cap, "batch_size": batch_size, "page_size": page_size}
    options: dict[str, Any] = {option: value for option, value in wanted.items() if value is not None}
    if name == "openalex":
        options["has_key"] = bool(key)
    made: Source = kind(transport, **options)
    return made


def _class_of(name: str) -> Any:
    """Return the class of a source, loaded only when it is wanted."""
    if name not in SOURCES:
        raise UsageError(f"{name!r} is not a source jak knows", hint=f"sources: {', '.join(SOURCES)}")
    if name == "pubmed":
        from jaksearch.sources.entrez import PubMed  # noqa: PLC0415

        return PubMed
    if name == "europepmc":
        from jaksearch.sources.europepmc import EuropePMC  # noqa: PLC0415

        return EuropePMC
    if name == "clinicaltrials":
        from jaksearch.sources.clinicaltrials import ClinicalTrials  # noqa: PLC0415

        return ClinicalTrials
    if name == "openalex":
        from jaksearch.sources.openalex import OpenAlex  # noqa: PLC0415

        return OpenAlex
    from jaksearch.sources.crossref import Crossref  # noqa: PLC0415

    return Crossref
