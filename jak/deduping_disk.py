"""Look for duplicates among more records than the memory holds: what is compared waits on disk."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jakdb.shelf import FactShelf
    from jaksearch.dedupe.decide import Verdict
    from jaksearch.dedupe.find import Found
    from jaksearch.dedupe.prepare import Facts

__all__ = ["find_on_disk"]

PIECE = 400_000
"""Pairs whose facts are held at a time, as text."""
PARSED = 20_000
"""Facts that are held as objects."""


class _Shelved(Mapping[int, "Facts"]):
    """The facts on a shelf; those of the records that were loaded last are at hand."""

    def __init__(self, shelf: FactShelf) -> None:
        self._shelf = shelf
        self._texts: dict[int, str] = {}
        self._parsed: OrderedDict[int, Facts] = OrderedDict()

    def load(self, records: Iterable[int]) -> None:
        """Take some records from the shelf, and put the others back."""
        self._texts = self._shelf.facts(sorted(set(records)))

    def __getitem__(self, number: int) -> Facts:
        from jaksearch.dedupe.stored import facts_from_json  # noqa: PLC0415

        facts = self._parsed.get(number)
        if facts is None:
            text = self._texts.get(number) or self._shelf.facts([number])[number]
            facts = self._parsed[number] = facts_from_json(text)
            if len(self._parsed) > PARSED:
                self._parsed.popitem(last=False)
        return facts

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 1 <= number <= self._shelf.count

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self._shelf.count + 1))

    def __len__(self) -> int:
        return self._shelf.count


def find_on_disk(
    facts: Iterable[Facts],
    *,
    tick: Callable[[int, int], None] = lambda _done, _total: None,
    executor: Executor | None = None,
) -> Found:
    """Find duplicates as `jaksearch.dedupe.find_among` does, with the facts on disk.

    Parameters
    ----------
    facts : iterable of Facts
        Numbered from 1 without a gap; gone through once.

    Raises
    ------
    UsageError
        If DuckDB is not installed.
    """
    from jak.deduping import keyed  # noqa: PLC0415 - not for --help
    from jakdb.shelf import FactShelf  # noqa: PLC0415
    from jaksearch.dedupe.find import judge, settle  # noqa: PLC0415

    verdicts: dict[tuple[int, int], Verdict] = {}
    with TemporaryDirectory(prefix="jak-dedupe-") as folder, FactShelf(Path(folder)) as shelf:
        shelf.add(map(keyed, facts))
        total, done = shelf.pair(), 0
        shelved = _Shelved(shelf)
        for piece in shelf.pairs(PIECE):
            shelved.load(number for pair in piece for number in pair)
            verdicts |= judge(shelved, piece, executor=executor)
            done += len(piece)
            tick(done, total)
        shelved.load(number for pair, verdict in verdicts.items() if verdict.kind != "related" for number in pair)
        return settle(shelved, verdicts, compared=total)
