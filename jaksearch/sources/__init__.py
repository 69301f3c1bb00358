"""Services that jak searches itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jakdb.errors import UsageError
from jaksearch.sources.known import KnownItems, Resolved
from jaksearch.sources.protocol import Batch, Found, Source, Tick

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SOURCES", "Batch", "Found", "KnownItems", "Resolved", "Source", "Tick", "make_source"]

SOURCES: dict[str, str] = {"pubmed": "PubMed, through NCBI's E-utilities"}
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
    sleep: Callable[[float], None] | None = None,
) -> Source:
    """Return a source by its name, ready to be asked; nothing is sent yet.

    Parameters
    ----------
    base_url : str
        The address of the service's folder; the service's own if empty.
    email, tool, api_key : str
        How jak introduces itself. The key is sent in the body of requests and kept nowhere.
    per_second : float, optional
        Requests a second; what the service allows if not given, 0 for no limit.
    state : Path, optional
        The folder in which threads and processes share the limit; the user's state folder if not given.
    timeout, attempts, backoff, window, sleep
        As for `jaksearch.sources.transport.Transport`.
    cap, batch_size : int, optional
        Records that the service lists of one query, and that are fetched at a time.

    Raises
    ------
    UsageError
        If there is no such source, the address is none, or the state folder cannot be written.
    """
    if name not in SOURCES:
        raise UsageError(f"{name!r} is not a source jak knows", hint=f"sources: {', '.join(SOURCES)}")
    import time  # noqa: PLC0415

    from platformdirs import user_state_path  # noqa: PLC0415

    from jaksearch.sources.entrez import BASE_URL, BATCH, PubMed  # noqa: PLC0415 - requests and lxml are not for --help
    from jaksearch.sources.slicing import CAP  # noqa: PLC0415
    from jaksearch.sources.transport import Transport  # noqa: PLC0415

    transport = Transport(
        base_url or BASE_URL,
        tool=tool,
        email=email,
        api_key=api_key,
        per_second=(10.0 if api_key else 3.0) if per_second is None else per_second,
        state=state or user_state_path("jak"),
        service="PubMed",
        sleep=sleep or time.sleep,
        timeout=timeout,
        attempts=attempts,
        backoff=backoff,
        window=window,
    )
    return PubMed(transport, cap=cap or CAP, batch_size=batch_size or BATCH)
