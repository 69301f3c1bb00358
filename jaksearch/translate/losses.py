"""What a draft loses or leaves in doubt, line by line."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Loss", "Notes"]

KINDS = (
    "order",
    "not",
    "small letters",
    "heading",
    "explosion",
    "major topic",
    "subheading",
    "mapping",
    "phrase",
    "truncation",
    "proximity",
    "field",
    "date",
    "filter",
    "characters",
)
"""The kinds of losses, as docs/search.md explains them."""


SHOWN = 60
"""Letters of a piece of the strategy that are printed."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss or doubt.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    line : str
        Label of the line; empty for all lines.
    words : tuple of str
        The pieces of the PubMed strategy that are concerned; may be empty if all are.
    sentence : str
        What is lost, and what a person should do.
    """

    kind: str
    line: str
    words: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        # Labels that hold a blank (filter 1) are not lines that a person wrote.
        line = self.line if " " in self.line else self.line and f"line {self.line}"
        where = ", ".join(filter(None, (line, "; ".join(map(_shortened, self.words)))))
        return f"{where}: {self.sentence}" if where else self.sentence


def _shortened(text: str) -> str:
    """Return a text that fits a line."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


class Notes:
    """Collects losses: one of a sentence and a line, with all its words."""

    def __init__(self) -> None:
        self.line = ""
        self._found: dict[tuple[str, str, str], dict[str, None]] = {}

    def add(self, kind: str, sentence: str, *words: str) -> None:
        """Note a loss in the present line."""
        self._note(kind, self.line, sentence, words)

    def once(self, kind: str, sentence: str) -> None:
        """Note a loss that concerns the whole strategy, once."""
        self._note(kind, "", sentence, ())

    def _note(self, kind: str, line: str, sentence: str, words: tuple[str, ...]) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind} is no kind of loss")
        self._found.setdefault((kind, line, sentence), {}).update(dict.fromkeys(words))

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What was noted: what concerns every line first, then line by line."""
        found = [Loss(kind, line, tuple(words), said) for (kind, line, said), words in self._found.items()]
        return (*(loss for loss in found if not loss.line), *(loss for loss in found if loss.line))
