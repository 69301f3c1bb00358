"""The order of one reviewer as bytes: NumPy's npz without objects, so that reading it can run nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

__all__ = ["Order", "fingerprint", "order_from_bytes", "order_to_bytes"]


@dataclass(frozen=True, slots=True)
class Order:
    """Reports in the order in which they should be read, and what other queries take.

    Attributes
    ----------
    reports, scores : tuples of the same length
        Most relevant first.
    uncertain : tuple of int
        The most uncertain first.
    clusters : tuple of tuple of int
        Groups of the best reports that are alike.
    note, learner : str
        What the order rests on, in words, and who learnt it.
    fingerprint : str
        Of all that it was computed from.
    """

    reports: tuple[int, ...]
    scores: tuple[float, ...]
    uncertain: tuple[int, ...]
    clusters: tuple[tuple[int, ...], ...]
    note: str
    learner: str
    fingerprint: str


def fingerprint(labels: Mapping[int, object], texts: Iterable[tuple[int, str]], settings: Sequence[object]) -> str:
    """Return a digest of what an order is computed from.

    The same digest, the same order, but for reports whose scores are equal to the precision of the learner: one that
    has followed the votes and one that is asked for the first time differ in the fifth digit of a score.

    Parameters
    ----------
    labels : mapping of int to object
        What each report teaches.
    texts : iterable of (int, str)
        Each report and the digest of its text.
    settings : sequence
        Learner, seed, question and whatever else bears on the order; told apart by their ``repr``.

    Examples
    --------
    >>> one = fingerprint({1: 1, 2: 0}, [(1, "a"), (2, "b")], ["elas", 0])
    >>> one == fingerprint({2: 0, 1: 1}, [(2, "b"), (1, "a")], ["elas", 0]), one[:1] == fingerprint({}, [], [])
    (True, False)
    """
    digest = sha256(repr(list(settings)).encode())
    for report, label in sorted(labels.items()):
        digest.update(f"|{report}={label!r}".encode())
    for report, text in sorted(texts):
        digest.update(f"|{report}:{text}".encode())
    return digest.hexdigest()


def order_to_bytes(order: Order) -> bytes:
    """Return an order's numbers as bytes; its words are kept beside them.

    Examples
    --------
    >>> order = Order((3, 1), (0.5, -0.5), (1,), ((3,), (1,)), "likeness", "elas", "f")
    >>> order_from_bytes(order_to_bytes(order), note="likeness", learner="elas", fingerprint="f") == order
    True
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        reports=np.array(order.reports, dtype=np.int64),
        scores=np.array(order.scores, dtype=np.float64),
        uncertain=np.array(order.uncertain, dtype=np.int64),
        grouped=np.array([report for group in order.clusters for report in group], dtype=np.int64),
        sizes=np.array([len(group) for group in order.clusters], dtype=np.int64),
    )
    return stream.getvalue()


def order_from_bytes(content: bytes, *, note: str, learner: str, fingerprint: str) -> Order | None:
    """Return the order that was written, or none if the bytes are not what `order_to_bytes` writes."""
    import numpy as np  # noqa: PLC0415

    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            found = {name: kept[name].tolist() for name in ("reports", "scores", "uncertain", "grouped", "sizes")}
    except (KeyError, OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    if len(found["reports"]) != len(found["scores"]) or sum(found["sizes"]) != len(found["grouped"]):
        return None
    groups, start = [], 0
    for size in found["sizes"]:
        groups.append(tuple(found["grouped"][start : start + size]))
        start += size
    return Order(
        reports=tuple(found["reports"]),
        scores=tuple(found["scores"]),
        uncertain=tuple(found["uncertain"]),
        clusters=tuple(groups),
        note=note,
        learner=learner,
        fingerprint=fingerprint,
    )
