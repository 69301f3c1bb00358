"""Read each report once: its words as numbers, in order, so that a pool can grow without reading it again.

`Tokens` is all of a pool that costs time to read from text; every matrix of `features` is computed from it. A refresh
joins what it brings (`joined`), and plain arrays carry it in and out of a file (`to_arrays`, `from_arrays`): no pickle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jakscreen.rank.text import ReportText, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Tokens", "from_arrays", "joined", "spans", "to_arrays", "tokenise", "without"]

HEADING, AUTHOR, JOURNAL = "\x01", "\x02", "\x03"
"""The first letter of a name says what it is the name of."""

_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words and names of a pool, as numbers.

    Attributes
    ----------
    ids : array of int, shape (reports,)
        Report ids, ascending.
    vocabulary : tuple of str
        Every word, by alphabet; a word's number is its place.
    stream : array of int32
        Numbers of the words of all reports, report after report, title before abstract.
    titles, ends : array of int64, shape (reports,)
        Where in `stream` each report's title ends, and where the report ends.
    names : tuple of str
        Every subject heading, author and journal, by alphabet, the kind in front (see `HEADING`).
    named : array of int32
        Numbers of the names of all reports, report after report.
    named_ends : array of int64, shape (reports,)
        Where in `named` each report ends.
    """

    ids: NDArray[np.int64]
    vocabulary: tuple[str, ...]
    stream: NDArray[np.int32]
    titles: NDArray[np.int64]
    ends: NDArray[np.int64]
    names: tuple[str, ...]
    named: NDArray[np.int32]
    named_ends: NDArray[np.int64]


def tokenise(texts: Mapping[int, ReportText | str]) -> Tokens:
    """Return the tokens of a pool.

    Parameters
    ----------
    texts : mapping of int to ReportText or str
        By report id; a plain text counts as an abstract.

    Examples
    --------
    >>> found = tokenise({7: ReportText("Hair", "Loss of hair"), 2: "lung"})
    >>> found.ids.tolist(), found.vocabulary, found.stream.tolist(), found.titles.tolist(), found.ends.tolist()
    ([2, 7], ('hair', 'loss', 'lung', 'of'), [2, 0, 1, 3, 0], [0, 2], [1, 5])
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light

    ids = sorted(texts)
    seen, called = _Numbers(), _Numbers()
    chunks: list[NDArray[np.int32]] = []
    named: list[int] = []
    titles, ends, named_ends = [], [], []
    length = 0
    for report_id in ids:
        text = texts[report_id]
        fields = text if isinstance(text, ReportText) else ReportText(abstract=text)
        title, abstract = words(fields.title), words(fields.abstract)
        titles.append(length + len(title))
        length += len(title) + len(abstract)
        ends.append(length)
        chunks.append(np.fromiter(map(seen.__getitem__, title + abstract), dtype=np.int32, count=-1))
        named.extend(map(called.__getitem__, dict.fromkeys(_names(fields))))
        named_ends.append(len(named))
    stream = np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.int32)
    return _by_alphabet(
        Tokens(
            np.array(ids, dtype=np.int64),
            tuple(seen),
            stream,
            np.array(titles, dtype=np.int64),
            np.array(ends, dtype=np.int64),
            tuple(called),
            np.array(named, dtype=np.int32),
            np.array(named_ends, dtype=np.int64),
        )
    )


def joined(tokens: Tokens, more: Tokens) -> Tokens:
    """Return the tokens of two pools in one; where both know a report, `more` counts.

    It is what `tokenise` would make of all texts together.

    Examples
    --------
    >>> both = joined(tokenise({1: "hair", 2: "lung"}), tokenise({2: "hair loss", 3: "skin"}))
    >>> both.ids.tolist(), both.vocabulary, both.stream.tolist()
    ([1, 2, 3], ('hair', 'loss', 'skin'), [0, 0, 1, 2])
    """
    import numpy as np  # noqa: PLC0415

    kept = without(tokens, more.ids.tolist())
    seen, called = _Numbers(kept.vocabulary), _Numbers(kept.names)
    new_word = np.array([seen[word] for word in more.vocabulary], dtype=np.int32)
    new_name = np.array([called[name] for name in more.names], dtype=np.int32)
    ids = np.concatenate([kept.ids, more.ids])
    both = Tokens(
        ids,
        tuple(seen),
        np.concatenate([kept.stream, new_word[more.stream]]).astype(np.int32),
        np.concatenate([kept.titles, more.titles + len(kept.stream)]),
        np.concatenate([kept.ends, more.ends + len(kept.stream)]),
        tuple(called),
        np.concatenate([kept.named, new_name[more.named]]).astype(np.int32),
        np.concatenate([kept.named_ends, more.named_ends + len(kept.named)]),
    )
    return _by_alphabet(_rows(both, np.argsort(ids, kind="stable")))


def without(tokens: Tokens, ids: Iterable[int]) -> Tokens:
    """Return the tokens without some reports.

    >>> without(tokenise({1: "hair", 2: "lung"}), [1]).vocabulary
    ('lung',)
    """
    import numpy as np  # noqa: PLC0415

    gone = set(ids)
    keep = np.flatnonzero([report_id not in gone for report_id in tokens.ids.tolist()])
    return tokens if len(keep) == len(tokens.ids) else _by_alphabet(_rows(tokens, keep))


def to_arrays(tokens: Tokens) -> dict[str, NDArray[Any]]:
    """Return plain arrays that hold the tokens, for ``numpy.savez`` and ``numpy.load(..., allow_pickle=False)``.

    Examples
    --------
    >>> again = from_arrays(to_arrays(tokenise({1: "斑秃 hair"})))
    >>> again.vocabulary, again.stream.tolist()
    (('hair', '斑秃'), [1, 0])
    """
    import numpy as np  # noqa: PLC0415

    packed = {
        name: np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)
        for name, texts in (("vocabulary", tokens.vocabulary), ("names", tokens.names))
    }
    numbers = {name: getattr(tokens, name) for name in ("ids", "stream", "titles", "ends", "named", "named_ends")}
    return {"version": np.array([_VERSION]), **packed, **numbers}


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Tokens:
    """Return the tokens that `to_arrays` put into arrays.

    Raises
    ------
    ValueError
        If another version of jak wrote them, or they do not fit together.
    """
    if "version" not in arrays or arrays["version"].tolist() != [_VERSION]:
        raise ValueError("the words of this pool were counted by another version of jak: count them anew")
    vocabulary, names = (
        tuple(arrays[key].tobytes().decode().split("\n")) if len(arrays[key]) else () for key in ("vocabulary", "names")
    )
    found = Tokens(
        arrays["ids"], vocabulary, arrays["stream"], arrays["titles"], arrays["ends"],
        names, arrays["named"], arrays["named_ends"],
    )  # fmt: skip
    n = len(found.ids)
    fits = len(found.titles) == len(found.ends) == len(found.named_ends) == n
    for numbers, ends, known in ((found.stream, found.ends, vocabulary), (found.named, found.named_ends, names)):
        fits = fits and len(numbers) == (ends[-1] if len(ends) else 0)
        fits = fits and (not len(numbers) or (numbers.min() >= 0 and numbers.max() < len(known)))
    if not fits:
        raise ValueError("the counted words of this pool are damaged: count them anew")
    return found


def spans(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all places from each start to before its end.

    >>> import numpy as np
    >>> spans(np.array([4, 0]), np.array([6, 1])).tolist()
    [4, 5, 0]
    """
    import numpy as np  # noqa: PLC0415

    length = ends - starts
    before = np.concatenate([[0], np.cumsum(length)[:-1]]) if len(length) else length
    return np.asarray(np.arange(int(length.sum()), dtype=np.int64) + np.repeat(starts - before, length))


class _Numbers(dict[str, int]):
    """A number for each text, given when it is first asked for."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__((text, number) for number, text in enumerate(known))

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


def _names(fields: ReportText) -> Iterable[str]:
    """Yield headings, authors and the journal, each with its kind in front."""
    for kind, texts in ((HEADING, fields.keywords), (AUTHOR, fields.authors), (JOURNAL, (fields.journal,))):
        for text in texts:
            name = " ".join(words(text)) if kind == HEADING else " ".join(text.casefold().split())
            if name:
                yield kind + name


def _rows(tokens: Tokens, rows: NDArray[np.intp]) -> Tokens:
    """Return some reports of the pool, in the order given."""
    import numpy as np  # noqa: PLC0415

    starts = np.concatenate([[0], tokens.ends[:-1]]).astype(np.int64)
    named_starts = np.concatenate([[0], tokens.named_ends[:-1]]).astype(np.int64)
    ends = np.cumsum((tokens.ends - starts)[rows])
    return Tokens(
        tokens.ids[rows],
        tokens.vocabulary,
        tokens.stream[spans(starts[rows], tokens.ends[rows])],
        (ends - (tokens.ends - tokens.titles)[rows]).astype(np.int64),
        ends.astype(np.int64),
        tokens.names,
        tokens.named[spans(named_starts[rows], tokens.named_ends[rows])],
        np.cumsum((tokens.named_ends - named_starts)[rows]).astype(np.int64),
    )


def _by_alphabet(tokens: Tokens) -> Tokens:
    """Return the tokens with the words that occur, numbered by alphabet: equal pools are equal however they came."""
    vocabulary, stream = _renumbered(tokens.vocabulary, tokens.stream)
    names, named = _renumbered(tokens.names, tokens.named)
    return Tokens(tokens.ids, vocabulary, stream, tokens.titles, tokens.ends, names, named, tokens.named_ends)


def _renumbered(texts: tuple[str, ...], numbers: NDArray[np.int32]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the texts that occur by alphabet, and the numbers in them."""
    import numpy as np  # noqa: PLC0415

    used = np.flatnonzero(np.bincount(numbers, minlength=len(texts))).tolist()
    used.sort(key=texts.__getitem__)
    number = np.zeros(len(texts), dtype=np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    return tuple(texts[i] for i in used), number[numbers]
