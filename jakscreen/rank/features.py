"""What a ranking sees of a pool: blocks of features, each made once from the tokens of its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from jakscreen.rank.text import ReportText
from jakscreen.rank.tokens import AUTHOR, HEADING, JOURNAL, Tokens, joined, tokenise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BLOCKS", "Features", "Seen", "extract"]

BLOCKS = ("words", "title", "parts", "headings", "authors", "journal", "diffusion")


class Seen(Protocol):
    """One way to see how much two reports are alike: an inner product of rows of length one."""

    def gram(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the products of some rows with others, shape (rows, others)."""
        ...

    def direction(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the sum of some rows times coefficients, in whatever space the rows live."""
        ...

    def scores(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product of every row with a direction."""
        ...

    def unshared(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what `gram` counts of a row with itself beyond `direction` and `scores`."""
        ...

    def terms(self, row: int, direction: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Return what each term of a row adds to its product with a direction: key of the term, part."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A pool as blocks of features.

    Attributes
    ----------
    tokens : Tokens
        What the blocks are made of, and all of the pool that is worth keeping in a file. Guiding texts (a question,
        studies known from elsewhere) stand before the reports, under negative ids.
    ids : tuple of int
        Report ids, ascending.
    extra : int
        How many guiding texts there are; report ``ids[i]`` is row ``extra + i`` of each block.
    """

    tokens: Tokens
    ids: tuple[int, ...]
    extra: int = 0
    _made: dict[str, Seen] = field(default_factory=dict, repr=False)

    def block(self, name: str) -> Seen:
        """Return a block by its name (see `BLOCKS`), made when it is first asked for.

        Raises
        ------
        KeyError
            If there is no such block.
        """
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def term(self, name: str, key: int) -> str:
        """Return in words what a key of a block means."""
        if name in ("headings", "authors", "journal"):
            return self.tokens.names[key][1:]
        first, second = divmod(key, max(len(self.tokens.vocabulary), 1))
        word = self.tokens.vocabulary[second]
        return f"{self.tokens.vocabulary[first - 1]} {word}" if first else word

    def _make(self, name: str) -> Seen:
        from jakscreen.rank import blocks  # noqa: PLC0415 - importing jakscreen stays light

        if name in ("words", "title"):
            return blocks.word_block(self.tokens, extra=self.extra, titles=name == "title")
        if name == "parts":
            return blocks.part_block(self.tokens, extra=self.extra)
        if name == "diffusion":
            from jakscreen.rank.diffusion import diffusion  # noqa: PLC0415

            words = self.block("words")
            assert isinstance(words, blocks.Block)
            return diffusion(words, extra=self.extra)
        kind = {"headings": HEADING, "authors": AUTHOR, "journal": JOURNAL}[name]
        return blocks.name_block(self.tokens, kind, extra=self.extra)


def extract(texts: Mapping[int, ReportText | str] | Tokens, *, guides: Sequence[ReportText | str] = ()) -> Features:
    """Return the features of all reports of a pool.

    The weight of a term in a report is ``(1 + ln tf) * idf``, rows scaled to length one. Terms in more than 95 % of the
    reports are left out, unless nothing would be left.

    Parameters
    ----------
    texts : mapping of int to ReportText or str, or Tokens
        By report id (zero or more); a plain text counts as an abstract. Tokens that were kept save the reading.
    guides : sequence of ReportText or str
        A question, or studies from elsewhere, to learn from; they change no feature of the reports.

    Examples
    --------
    >>> found = extract({2: "alopecia areata", 1: "atopic dermatitis", 3: ""})
    >>> found.ids, found.block("words").matrix.shape
    ((1, 2, 3), (3, 4))
    """
    tokens = texts if isinstance(texts, Tokens) else tokenise(texts)
    ids = tuple(tokens.ids.tolist())
    if ids and ids[0] < 0:
        raise ValueError(f"report ids are zero or more, not {ids[0]}")
    if guides:
        tokens = joined(tokens, tokenise({-1 - number: guide for number, guide in enumerate(guides)}))
    return Features(tokens, ids, len(guides))
