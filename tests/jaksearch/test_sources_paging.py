"""A list that is given page by page is complete, or it is a shortfall; it never ends without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import ShortfallError
from jaksearch.sources.paging import Page, every_row


def rows(ask: Callable[[str], Page[int]], count: int, *, size: int = 3) -> list[int]:
    return list(every_row(ask, key=str, count=lambda: count, size=size, service="it"))


def pages(held: list[int], size: int, *, said: int | None = None) -> Callable[[str], Page[int]]:
    """Give a list in pages of a size; the cursor is a place."""

    def ask(cursor: str) -> Page[int]:
        at = 0 if cursor == "*" else int(cursor)
        end = at + size
        return Page(tuple(held[at:end]), str(end) if end < len(held) else "", len(held) if said is None else said)

    return ask


@given(st.integers(0, 40), st.integers(1, 7))
def test_every_row_comes_once_and_in_order(held: int, size: int) -> None:
    assert rows(pages(list(range(held)), size), held, size=size) == list(range(held))


def test_a_row_that_comes_twice_is_one() -> None:
    assert rows(pages([1, 2, 3, 3, 4, 1], 3, said=4), 4) == [1, 2, 3, 4]


def test_a_service_that_goes_in_a_circle_is_left() -> None:
    asked: list[str] = []

    def ask(cursor: str) -> Page[int]:
        asked.append(cursor)
        return Page((1, 2, 3), "again", 5)

    with pytest.raises(ShortfallError, match="it counts 5 records, but lists 3: 2 missing"):
        rows(ask, 5)
    assert len(asked) < 50


def test_pages_that_lose_different_rows_make_up_the_whole_together() -> None:
    passes = 0

    def ask(cursor: str) -> Page[int]:
        nonlocal passes
        passes += cursor == "*"
        at = 0 if cursor == "*" else int(cursor)
        held = [n for n in range(at, at + 3) if n % 5 != passes % 5]
        return Page(tuple(held), str(at + 3) if at < 9 else "", 12)

    assert sorted(rows(ask, 12)) == list(range(12))
    assert passes > 1


def test_a_list_that_gives_nothing_new_is_not_asked_for_for_ever() -> None:
    asked: list[str] = []

    def ask(cursor: str) -> Page[int]:
        asked.append(cursor)
        return pages([1, 2, 3, 4], 2, said=5)(cursor)

    with pytest.raises(ShortfallError):
        rows(ask, 5, size=2)
    assert asked.count("*") == 3


def test_a_short_page_is_asked_for_again_before_the_next() -> None:
    asked: list[str] = []

    def ask(cursor: str) -> Page[int]:
        asked.append(cursor)
        whole = pages([1, 2, 3, 4], 2)(cursor)
        return Page(whole.rows[:1], whole.following, 4) if asked == ["*"] else whole

    assert rows(ask, 4, size=2) == [1, 2, 3, 4]
    assert asked == ["*", "*", "2"]


def test_a_cursor_that_is_too_old_begins_the_pass_again_and_one_that_always_is_ends_it() -> None:
    asked: list[str] = []

    def once(cursor: str) -> Page[int]:
        asked.append(cursor)
        return Page((), is_expired=True) if asked.count("3") == 1 and cursor == "3" else pages([1, 2, 3, 4], 3)(cursor)

    assert rows(once, 4) == [1, 2, 3, 4]
    assert asked == ["*", "3", "*", "3"]

    def always(cursor: str) -> Page[int]:
        return Page((), is_expired=True) if cursor != "*" else pages([1, 2, 3, 4], 3)(cursor)

    with pytest.raises(ShortfallError, match="1 missing"):
        rows(always, 4)


@pytest.mark.parametrize(("said", "words"), [(4, "lists 3: 1 missing"), (2, "lists 3: 1 too many")])
def test_a_count_that_is_not_met_is_a_shortfall_at_the_end(said: int, words: str) -> None:
    found = []
    with pytest.raises(ShortfallError, match=words):
        found.extend(every_row(pages([1, 2, 3], 3, said=said), key=str, count=lambda: said, size=3, service="it"))
    assert found == [1, 2, 3]


def test_a_count_that_changes_while_it_is_paged_is_asked_for_again() -> None:
    """A record came in before the first page when that was read: the second pass has it."""
    state = {"held": [1, 2, 3, 4], "pages": 0}

    def ask(cursor: str) -> Page[int]:
        state["pages"] += 1  # type: ignore[operator]
        held: list[int] = state["held"]  # type: ignore[assignment]
        page = pages(held, 2)(cursor)
        if state["pages"] == 1:
            state["held"] = [5, *held]
        return page

    assert sorted(every_row(ask, key=str, count=lambda: len(state["held"]), size=2)) == [1, 2, 3, 4, 5]  # type: ignore[arg-type]


def test_a_count_that_stands_on_the_first_page_only_is_enough() -> None:
    def ask(cursor: str) -> Page[int]:
        page = pages([1, 2, 3, 4, 5], 2)(cursor)
        return Page(page.rows, page.following, 5 if cursor == "*" else None)

    assert rows(ask, 5, size=2) == [1, 2, 3, 4, 5]


def test_rows_come_before_the_last_page_is_asked_for() -> None:
    asked: list[str] = []

    def ask(cursor: str) -> Page[int]:
        asked.append(cursor)
        return pages(list(range(9)), 3)(cursor)

    found: Iterator[int] = every_row(ask, key=str, count=lambda: 9, size=3)
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    assert asked == ["*"]
