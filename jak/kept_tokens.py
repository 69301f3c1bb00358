"""What ranking has read of each report, kept in the store by a digest of the text: a refresh reads only what is new."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jak.workspace import Snapshot
    from jakdb.ranking import FeaturesKept
    from jakdb.store import Store
    from jakscreen.rank import ReportText, Tokens

__all__ = ["VERSION", "tokens_of"]

log = logging.getLogger(__name__)

VERSION = "tokens 1"
"""Of the reading; what another version has read is forgotten."""
MOST_PARTS = 8
"""Entries in the store before they are put together in fewer."""
PART = 20_000
"""Reports in one entry, at most."""
DIGEST = 16
"""Bytes of the digest by which a text is known."""


def tokens_of(store: Store, snapshot: Snapshot) -> Tokens:
    """Return the tokens of every report of the review; those of new texts are kept for the next time.

    A record that a later search found changed is read as its source said last, as it is shown to who decides on it.
    What is kept and damaged is read anew from the records. A store that cannot be written costs the time and nothing
    else.
    """
    from jak.places import as_last_seen  # noqa: PLC0415
    from jakdb import changes, ranking  # noqa: PLC0415 - SQLAlchemy is not for --help
    from jakdb.errors import StoreError  # noqa: PLC0415
    from jakscreen.rank import joined, report_fields, tokenise  # noqa: PLC0415

    changed = {n: snapshot.records[n] for n in changes.last_of_changed(store) if n in snapshot.records}
    records = {**snapshot.records, **as_last_seen(store, changed)}
    texts = {report: report_fields([records[r] for r in rs]) for report, rs in snapshot.members.items()}
    digests = {report: _digest(text) for report, text in texts.items()}
    kept = ranking.features_kept(store, VERSION)
    tokens = tokenise({})
    known: set[bytes] = set()
    stale: list[int] = []
    used, held = 0, 0
    for entry in kept:
        part = _unpacked(entry)
        if part is None:
            stale.append(entry.id)
            continue
        found, mine = _wanted(part, digests, set(tokens.ids.tolist()))
        known.update(part[0])
        held += len(part[0])
        used += len(mine)
        tokens = joined(tokens, found) if len(mine) else tokens
    have = set(tokens.ids.tolist())
    fresh = {report: text for report, text in texts.items() if report not in have}
    if fresh:
        tokens = joined(tokens, tokenise(fresh))
    new = [report for report in fresh if digests[report] not in known]
    whole = len(kept) - len(stale) + bool(new) > MOST_PARTS or held > 2 * used + PART
    if new or stale or whole:
        instead = [entry.id for entry in kept] if whole else stale
        try:
            ranking.keep_features(
                store, VERSION, list(_parts(tokens, digests, None if whole else new)), instead_of=instead
            )
        except StoreError as error:
            log.info("what ranking has read cannot be kept: %s", error)
    return tokens


def _digest(text: ReportText) -> bytes:
    """Return what a text is known by."""
    from hashlib import blake2b  # noqa: PLC0415

    fields = (text.title, text.abstract, text.keywords, text.authors, text.journal)
    return blake2b(repr(fields).encode(), digest_size=DIGEST).digest()


def _parts(tokens: Tokens, digests: Mapping[int, bytes], reports: Sequence[int] | None) -> Iterator[tuple[int, bytes]]:
    """Yield the tokens of some reports, or of all, as bytes: each text once."""
    from jakscreen.rank import without  # noqa: PLC0415

    first = {digests[report]: report for report in sorted(digests if reports is None else reports, reverse=True)}
    chosen = sorted(first.values())
    for start in range(0, len(chosen), PART):
        some = set(chosen[start : start + PART])
        part = without(tokens, [number for number in tokens.ids.tolist() if number not in some])
        yield len(some), _packed(part, [digests[number] for number in part.ids.tolist()])


def _packed(tokens: Tokens, digests: Sequence[bytes]) -> bytes:
    """Return tokens and the digests of their texts as NumPy's npz, without objects."""
    import numpy as np  # noqa: PLC0415

    from jakscreen.rank import to_arrays  # noqa: PLC0415

    stream = io.BytesIO()
    arrays: dict[str, Any] = {"digests": np.frombuffer(b"".join(digests), dtype=np.uint8), **to_arrays(tokens)}
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def _unpacked(entry: FeaturesKept) -> tuple[list[bytes], Tokens] | None:
    """Return the digests and tokens of an entry, or none if it is damaged or of another kind."""
    import numpy as np  # noqa: PLC0415

    from jakscreen.rank import from_arrays  # noqa: PLC0415

    if entry.content is None:
        return None
    try:
        with np.load(io.BytesIO(entry.content), allow_pickle=False) as arrays:
            tokens = from_arrays(arrays)
            said = arrays["digests"].tobytes()
    except (KeyError, OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    digests = [said[start : start + DIGEST] for start in range(0, len(said), DIGEST)]
    return (digests, tokens) if len(digests) == len(tokens.ids) == len(set(digests)) else None


def _wanted(part: tuple[list[bytes], Tokens], digests: Mapping[int, bytes], have: set[int]) -> tuple[Tokens, list[int]]:
    """Return the tokens of a part under the numbers that their reports have now, and those numbers."""
    import numpy as np  # noqa: PLC0415

    from jakscreen.rank import without  # noqa: PLC0415

    known, tokens = part
    report_of = {digest: report for report, digest in sorted(digests.items(), reverse=True) if report not in have}
    now = [report_of.get(digest, -1 - place) for place, digest in enumerate(known)]
    renamed = replace(tokens, ids=np.array(now, dtype=np.int64))
    return without(renamed, [number for number in now if number < 0]), [number for number in now if number >= 0]
