"""Finding duplicates among many records: blocking, clusters, refreshes, and what people have decided."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jakdb.errors import UsageError
from jakdb.words import Author, Record
from jaksearch.dedupe import Found, candidate_pairs, find_duplicates, keys
from jaksearch.dedupe.cluster import join

TITLE = "Oral ruxolitinib induces hair regrowth in patients with moderate-to-severe alopecia areata"
WORDS = "alpha beta gamma delta theta lambda sigma omega kinase receptor mouse human liver kidney heart lung".split()  # noqa: SIM905


def clusters(pairs: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for a, b in pairs:
        union = groups.get(a, {a}) | groups.get(b, {b})
        for x in union:
            groups[x] = union
    return {frozenset(g) for g in groups.values()}


def merged(found: Found) -> set[frozenset[int]]:
    return clusters((p.a, p.b) for p in found.merges)


def paper(number: int, seed: int) -> Record:
    draw = random.Random(seed)
    return Record(
        id=number,
        title=" ".join(draw.choices(WORDS, k=9)) + f" {draw.randrange(10**6)}",
        authors=(Author(draw.choice(["Smith", "Miller", "Okafor", "Tanaka"]), draw.choice("ABCD")),),
        year=2000 + draw.randrange(20),
        journal=draw.choice(["Lancet", "BMJ", "Gut"]),
        volume=str(draw.randrange(1, 90)),
        pages=str(draw.randrange(1, 900)),
    )


def test_nothing_in_nothing_out() -> None:
    assert find_duplicates([]) == Found((), ())


def test_records_without_a_number_are_refused() -> None:
    with pytest.raises(UsageError, match="distinct numbers"):
        find_duplicates([Record(title=TITLE)])
    with pytest.raises(UsageError, match="distinct numbers"):
        find_duplicates([Record(id=1), Record(id=1)])


def test_merges_span_each_cluster_with_their_own_reasons() -> None:
    records = [Record(id=i, title=TITLE, year=2016, pmid="7" if i < 3 else "") for i in range(1, 6)]
    found = find_duplicates(records)
    assert merged(found) == {frozenset({1, 2, 3, 4, 5})}
    assert len(found.merges) == 4
    assert found.merges[0].reasons[0] == "PMID 7"
    assert not found.asks
    assert all("PMID 7" not in p.reasons for p in found.merges[1:])


def test_a_sparse_record_between_two_papers_is_asked_not_merged() -> None:
    records = [
        Record(id=1, title=TITLE, year=2016, pmid="1"),
        Record(id=2, title=TITLE, year=2016),
        Record(id=3, title=TITLE, year=2016, pmid="2"),
    ]
    found = find_duplicates(records)
    assert not found.merges
    assert {(p.a, p.b) for p in found.asks} >= {(1, 2), (2, 3)}
    assert any("two PMIDs" in reason for p in found.asks for reason in p.reasons)


def test_a_doubtful_record_does_not_keep_sure_ones_apart() -> None:
    records = [
        Record(id=1, title=TITLE, year=2016, pmid="1"),
        Record(id=2, title=TITLE, year=2016),
        Record(id=3, title=TITLE, year=2016, pmid="2"),
        Record(id=4, title=TITLE, year=2016, pmid="1"),
        Record(id=5, title=TITLE, year=2016, pmid="2"),
    ]
    assert merged(find_duplicates(records)) == {frozenset({1, 4}), frozenset({3, 5})}


def test_two_reports_are_asked_about_once() -> None:
    article = Record(title=TITLE, year=2016, authors=(Author("Liu", "L"),), journal="Gut", volume="5", pages="1-9")
    one = [replace(article, id=i, doi="10.1/a") for i in (1, 2, 3)]
    two = [replace(article, id=i, doi="10.1/b") for i in (4, 5)]
    found = find_duplicates(one + two)
    assert merged(found) == {frozenset({1, 2, 3}), frozenset({4, 5})}
    assert len(found.asks) == 1
    assert "veto: two DOIs" in found.asks[0].reasons


def test_what_a_person_told_apart_stays_apart() -> None:
    records = [Record(id=i, title=TITLE, year=2016) for i in (1, 2, 3)]
    found = find_duplicates(records, settled={(2, 1)})
    assert not any({1, 2} <= group for group in merged(found))
    assert (1, 2) not in {(p.a, p.b) for p in (*found.merges, *found.asks)}


def test_an_answer_about_two_reports_is_remembered_for_all_their_records() -> None:
    article = Record(title=TITLE, year=2016, authors=(Author("Liu", "L"),), journal="Gut", volume="5", pages="1-9")
    records = [replace(article, id=i, doi="10.1/a" if i < 3 else "10.1/b") for i in (1, 2, 3, 4)]
    (ask,) = find_duplicates(records).asks
    assert not find_duplicates(records, settled={(ask.a, ask.b)}).asks


def test_what_a_person_joined_is_not_proposed_again() -> None:
    records = [Record(id=1, title=TITLE, year=2016), Record(id=2, title=TITLE, year=2016)]
    assert find_duplicates(records, settled={(1, 2)}, joined={(1, 2)}) == Found((), ())


def test_a_refresh_compares_only_what_is_new() -> None:
    records = [Record(id=i, title=TITLE, year=2016) for i in (1, 2, 3)]
    found = find_duplicates(records, new_ids={3}, joined={(1, 2)})
    assert found.compared == 2
    assert merged(found) in ({frozenset({1, 3})}, {frozenset({2, 3})})


def test_a_refresh_respects_what_was_merged_before() -> None:
    """Record 2 was merged with a record of another PMID: the new one cannot join both."""
    records = [
        Record(id=1, title=TITLE, year=2016, pmid="1"),
        Record(id=2, title=TITLE, year=2016),
        Record(id=3, title=TITLE, year=2016, pmid="2"),
    ]
    found = find_duplicates(records, new_ids={3}, joined={(1, 2)})
    assert not found.merges
    assert [p.kind for p in found.asks] == ["ask"]


def test_progress_ends_at_the_total() -> None:
    seen: list[tuple[int, int]] = []
    find_duplicates(
        [Record(id=1, title=TITLE), Record(id=2, title=TITLE)], tick=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (1, 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=2, max_size=14), st.randoms())
def test_clusters_do_not_depend_on_the_order_of_records(plan: list[tuple[int, int]], shuffler: random.Random) -> None:
    records = []
    for number, (seed, change) in enumerate(plan, 1):
        record = paper(number, seed)
        if change == 1:
            record = replace(record, pmid=str(number))
        elif change == 2:
            record = replace(record, journal="", volume="", pages="", year=None, authors=())
        elif change == 3:
            record = replace(record, title=record.title.upper(), doi=f"10.1/{seed}")
        records.append(record)
    shuffled = list(records)
    shuffler.shuffle(shuffled)
    one, two = find_duplicates(records), find_duplicates(shuffled)
    assert one == two
    for group in merged(one):
        assert len({r.pmid for r in records if r.id in group and r.pmid}) <= 1


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda p: p[0] < p[1]), st.sampled_from([1.0, 2.0, 3.0])
    ),
    st.dictionaries(st.integers(1, 8), st.sampled_from("ab")),
    st.permutations(range(1, 9)),
)
def test_clusters_do_not_depend_on_the_numbers(
    scores: dict[tuple[int, int], float], label: dict[int, str], renamed: list[int]
) -> None:
    """Whatever numbers the records have, and whatever contradicts, the clusters are the same and free of it."""
    new = dict(zip(range(1, 9), renamed, strict=True))
    other = {(min(new[a], new[b]), max(new[a], new[b])): s for (a, b), s in scores.items()}
    labels = {new[k]: v for k, v in label.items()}

    def unlike(table: dict[int, str]) -> Callable[[int, int], str]:
        return lambda a, b: "unlike" if table.get(a, "") and table.get(b, "") and table[a] != table[b] else ""

    one = join(scores, contradiction=unlike(label))
    two = join(other, contradiction=unlike(labels))
    assert {frozenset(new[x] for x in g) for g in clusters(one.merges)} == clusters(two.merges)
    for group in clusters(one.merges):
        assert len({label[x] for x in group if x in label}) <= 1


def test_new_pairs_are_a_part_of_all_pairs() -> None:
    records = [paper(i, i % 7) for i in range(1, 40)]
    every = set(candidate_pairs(records))
    new = {3, 17, 30}
    assert set(candidate_pairs(records, new)) == {p for p in every if new & set(p)}


def test_a_huge_block_of_editorials_is_cut_and_identifiers_are_not() -> None:
    editorials = [Record(id=i, title="Editorial comment", year=1900 + i, pmid="99") for i in range(1, 81)]
    assert len(candidate_pairs(editorials)) == 80 * 79 // 2
    without = [replace(r, pmid="") for r in editorials]
    assert 0 < len(candidate_pairs(without)) <= 80 * 15


def test_chinese_titles_with_a_changed_character_share_a_key() -> None:
    one = keys(Record(title="托法替布治疗重度斑秃患者的疗效与安全性观察"))
    assert one & keys(Record(title="托法替尼治疗重度斑秃患者的疗效及安全性观察"))
    assert one & keys(Record(title="托法替布治療重度斑禿患者的療效與安全性觀察"))


def test_a_thousand_different_papers_stay_a_thousand() -> None:
    found = find_duplicates([paper(i, i) for i in range(1, 1001)])
    assert not found.merges
    assert not found.asks
