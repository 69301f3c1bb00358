"""A search larger than what a service lists is cut into slices that lose nothing and add up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import ShortfallError, UsageError
from jaksearch.sources.slicing import FIRST_DAY, LAST_DAY, Listing, Slice, every_id, is_balanced

TERM = re.compile(
    r"\((?P<query>.*)\) (?P<word>AND|NOT) (?P<first>[\d/]+):(?P<last>[\d/]+)\[crdt\]"
    r"(?: AND (?P<low>\d+):(?P<high>\d+)\[uid\])?"
)
Records = dict[int, date]


class Service:
    """Records with a PMID and a day, of which no more than `cap` are listed."""

    def __init__(self, records: Records, cap: int, *, query: str = "a OR b") -> None:
        self.records, self.cap, self.query = records, cap, query
        self.asked: list[str] = []

    def __call__(self, term: str) -> Listing:
        self.asked.append(term)
        found = sorted(self.found(term), reverse=True)
        return Listing(len(found), tuple(map(str, found[: self.cap])))

    def found(self, term: str) -> Iterator[int]:
        if term == self.query:
            yield from self.records
            return
        match = TERM.fullmatch(term)
        assert match is not None, term
        assert match["query"] == self.query
        low, high = int(match["low"] or 0), int(match["high"] or 10**12)
        first, last = (date.fromisoformat(match[name].replace("/", "-")) for name in ("first", "last"))
        for pmid, day in self.records.items():
            inside = first <= day <= last
            if inside == (match["word"] == "AND") and low <= pmid <= high:
                yield pmid


def run(service: Callable[[str], Listing], cap: int, query: str = "a OR b") -> list[str]:
    return list(every_id(query, service, cap=cap, service="PubMed"))


DAYS = st.one_of(st.dates(date(2023, 12, 30), date(2024, 1, 2)), st.dates(date(1850, 1, 1), date(2150, 1, 1)))


@given(records=st.dictionaries(st.integers(1, 99_999_999), DAYS, max_size=60), cap=st.integers(2, 12))
def test_every_record_is_found_once_wherever_the_days_lie(records: Records, cap: int) -> None:
    service = Service(records, cap)
    found = run(service, cap)
    assert sorted(map(int, found)) == sorted(records)


def test_41035_records_need_few_requests() -> None:
    """Behind a ceiling of 9,999; 12,000 of them were created on one day."""
    start = date(2015, 1, 1)
    records = {n: start + timedelta(days=n * 3900 // 29035) for n in range(1, 29036)}
    records |= dict.fromkeys(range(40_000, 52_000), date(2020, 2, 29))
    service = Service(records, 9_999)
    found = run(service, 9_999)
    assert len(found) == len(set(found)) == 41_035
    assert len(service.asked) < 50


def test_a_search_that_is_listed_in_full_is_asked_for_as_it_stands() -> None:
    service = Service({7: date(2020, 1, 1)}, 5, query="unbalanced (")
    assert run(service, 5, "unbalanced (") == ["7"]
    assert service.asked == ["unbalanced ("]


@pytest.mark.parametrize("query", ["a) OR (b", 'a "b', "a[ti", "(a"])
def test_a_query_that_a_limit_would_not_hold_for_is_refused(query: str) -> None:
    service = Service({n: date(2020, 1, 1) for n in range(1, 9)}, 5, query=query)
    with pytest.raises(UsageError, match="do not match") as caught:
        run(service, 5, query)
    assert caught.value.hint


def test_brackets_in_quotation_marks_do_not_count() -> None:
    assert is_balanced('"a (b" AND c[ti]')
    assert not is_balanced("a]b[")


def records_of(count: int) -> Records:
    return {n: date(2020, 1, 1) + timedelta(days=n % 50) for n in range(1, count + 1)}


def test_a_record_that_no_slice_holds_is_a_shortfall() -> None:
    class Forgetful(Service):
        def found(self, term: str) -> Iterator[int]:
            return (pmid for pmid in super().found(term) if term == self.query or pmid != 13)

    with pytest.raises(ShortfallError, match=r"counts 40 records in 'a OR b', but its parts hold 39: 1 missing"):
        run(Forgetful(records_of(40), 5), 5)


def test_a_record_in_two_slices_is_a_shortfall() -> None:
    class Doubling(Service):
        def found(self, term: str) -> Iterator[int]:
            inside = list(super().found(term))
            return iter([*inside, 13] if " NOT " in term else [pmid for pmid in inside if pmid != 14])

    with pytest.raises(ShortfallError):
        run(Doubling(records_of(40), 5), 5)


def test_the_same_day_twice_is_noticed_though_the_counts_add_up() -> None:
    class Swapping(Service):
        """Gives 13 in place of 14."""

        def found(self, term: str) -> Iterator[int]:
            return (13 if pmid == 14 else pmid for pmid in super().found(term))

    with pytest.raises(ShortfallError, match="record 13 came in two parts"):
        run(Swapping(records_of(40), 5), 5)


def test_more_records_under_one_number_than_are_listed_cannot_be_cut() -> None:
    with pytest.raises(ShortfallError, match=r"1:1\[uid\]"):
        run(Stubborn(records_of(4), 2), 2)


class Stubborn(Service):
    """Says that everything lies in the first half, however small."""

    def found(self, term: str) -> Iterator[int]:
        match = TERM.fullmatch(term)
        if match is None:
            return iter(self.records)
        first = match["first"] == f"{FIRST_DAY:%Y/%m/%d}" and match["word"] == "AND"
        return iter(self.records if first and match["low"] in (None, "1") else ())


def test_counts_that_were_wrong_once_are_asked_for_again() -> None:
    class Unsure(Service):
        """Says one too many in every fourth answer that is not listed in full."""

        def __call__(self, term: str) -> Listing:
            listing = super().__call__(term)
            wrong = len(self.asked) % 4 == 1 and listing.count > self.cap
            return Listing(listing.count + wrong, listing.ids)

    assert sorted(map(int, run(Unsure(records_of(90), 5), 5))) == list(range(1, 91))


def test_a_database_that_grows_meanwhile_is_counted_anew() -> None:
    class Growing(Service):
        def __call__(self, term: str) -> Listing:
            if len(self.asked) == 1:
                self.records[99] = date(2020, 1, 5)
            return super().__call__(term)

    assert sorted(map(int, run(Growing(records_of(40), 5), 5))) == [*range(1, 41), 99]


def test_progress_ends_with_the_count() -> None:
    told: list[tuple[int, int]] = []
    list(every_id("a OR b", Service(records_of(40), 5), cap=5, tick=lambda *both: told.append(both)))
    assert told[0] == (0, 40)
    assert told[-1] == (40, 40)


@given(st.sampled_from([(FIRST_DAY, LAST_DAY), (date(2024, 2, 28), date(2024, 3, 1))]), st.sets(st.integers(1, 99)))
def test_halves_touch_and_do_not_overlap(days: tuple[date, date], listed: Iterable[int]) -> None:
    left, right = Slice(days).halves()
    assert left.days is not None
    assert right.days is not None
    assert left.days[0] == days[0]
    assert right.days == (left.days[1] + timedelta(days=1), days[1])
    low, high = Slice((days[0], days[0]), (1, 99)).halves([*map(str, listed)])
    assert low.uids is not None
    assert high.uids is not None
    assert 1 == low.uids[0] <= low.uids[1] == high.uids[0] - 1
    assert high.uids[1] == 99
