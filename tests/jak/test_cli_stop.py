"""`jak screen stop`: advice that changes nothing, and rests on what the reviewer may see."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests_support import Run, ris

from jak.session import Session
from jak.workspace import open_review
from jakdb import ranking, screening
from jakdb.ranking import NewDraw
from jakdb.screening import NewDecision
from jakscreen.rank.queries import Mix, random_order

TOML = """
[review]
question = "Does ginger help?"
[screening]
reviewers_required = 2
"""


def _title(number: int) -> str:
    """Return a title of letters that no other has, so that nothing is compared for duplicates."""
    letters = hashlib.sha256(str(number).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))
    return " ".join(letters[i : i + 8] for i in range(0, 64, 8))


@pytest.fixture
def pool(review: Path, jak: Run) -> Path:
    """Return a review with 200 records."""
    Path("jak.toml").write_text(TOML, encoding="utf-8")
    Path("a.ris").write_text(ris(*(_title(n) for n in range(1, 201))), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    return review


def read(review: Path, relevant: int, irrelevant: int, *, by: str = "ann", first: int = 1) -> None:
    """Vote include on some records, then exclude on some more."""
    verdicts = ["include"] * relevant + ["exclude"] * irrelevant
    with open_review(review) as opened:
        new = [NewDecision(n, "abstract", by, verdict) for n, verdict in enumerate(verdicts, start=first)]
        screening.add_decisions(opened.store, new)


def asked(jak: Run, *more: str, by: str = "ann") -> dict[str, Any]:
    found = jak("screen", "stop", "--json", "--as", by, *more)
    assert found.code == 0
    answer: dict[str, Any] = found.json
    return answer


def says(answer: dict[str, Any], rule: str, *, batch: int = 0, level: int = 0) -> dict[str, Any]:
    rules = answer["batches"][batch]["levels"][level]["rules"]
    found: dict[str, Any] = next(row for row in rules if row["rule"] == rule)
    return found


def test_below_20_found_there_is_no_advice(pool: Path, jak: Run) -> None:
    read(pool, 19, 150)
    answer = asked(jak)
    assert answer["may_stop"] is None
    assert all(row["stop"] is None for row in answer["batches"][0]["levels"][0]["rules"])
    out = jak("screen", "stop", "--as", "ann").out
    assert "No advice: 19 relevant records found" in out
    assert "of the 31 unread at random" in out
    assert "hypergeometric test supports" not in out
    read(pool, 1, 0, first=170)
    assert "hypergeometric test supports a recall of at least" in jak("screen", "stop", "--as", "ann").out


def test_a_long_silence_may_end_the_reading_and_nothing_is_stored(pool: Path, jak: Run) -> None:
    read(pool, 25, 165)
    answer = asked(jak)
    assert answer["may_stop"] is True
    assert says(answer, "calibrated")["stop"] is True
    assert answer["batches"][0]["levels"][0]["may_miss"] == 1
    out = jak("screen", "stop", "--as", "ann").out
    assert "may stop" in out
    assert "departs from Cochrane's standards" in out
    assert "Wilson 95 % interval" in out
    assert jak("screen", "status", "--json").json["flow"]["not_screened"] == []


def test_safe_waits_for_the_key_papers_of_the_settings(pool: Path, jak: Run) -> None:
    read(pool, 25, 165)
    assert says(asked(jak), "safe")["stop"] is True
    Path("jak.toml").write_text(TOML + '[ranking]\nseeds = ["report 1", "report 199"]\n', encoding="utf-8")
    assert (says(asked(jak), "safe")["stop"], says(asked(jak), "safe")["why"]) == (
        False,
        "not met: all key papers found",
    )
    read(pool, 1, 0, first=199)
    assert "key papers" not in says(asked(jak), "safe")["why"]


def test_a_young_reading_goes_on(pool: Path, jak: Run) -> None:
    read(pool, 25, 5)
    answer = asked(jak)
    assert answer["may_stop"] is False
    assert "advises to go on" in " ".join(answer["sentences"])


def test_blind_nothing_of_the_other_reviewer_shows(pool: Path, jak: Run) -> None:
    read(pool, 25, 165, by="bob")
    answer = asked(jak)
    assert answer["batches"][0]["read"] == 0
    assert answer["may_stop"] is None
    Path("jak.toml").write_text(TOML + "blind = false\n", encoding="utf-8")
    assert asked(jak)["batches"][0]["read"] == 190


def test_records_that_come_later_are_read_by_their_own_stop(pool: Path, jak: Run) -> None:
    read(pool, 25, 165)
    Path("b.ris").write_text(ris("Peppermint on a bus", "Acupressure on a train"), encoding="utf-8")
    assert jak("search", "import", "b.ris").code == 0
    answer = asked(jak)
    assert [batch["records"] for batch in answer["batches"]] == [200, 2]
    assert says(answer, "calibrated", batch=0)["stop"] is True
    assert says(answer, "calibrated", batch=1)["stop"] is None
    assert answer["may_stop"] is None


def test_a_stop_says_nothing_of_records_that_came_after_it(pool: Path, jak: Run) -> None:
    def left() -> tuple[int, int]:
        flow = jak("screen", "status", "--json").json["flow"]
        return sum(one["n"] for one in flow["not_screened"]), flow["unscreened"]

    read(pool, 25, 165)
    read(pool, 25, 165, by="bob")
    assert jak("search", "dedupe").code == 0
    assert jak("screen", "stop", "calibrated", "--as", "ann").code == 0
    assert left() == (10, 0)
    assert "abstract" not in jak("status").out.splitlines()[-1]
    Path("b.ris").write_text(ris("Peppermint on a bus", "Acupressure on a train"), encoding="utf-8")
    assert jak("search", "import", "b.ris").code == 0
    assert jak("search", "dedupe").code == 0
    assert left() == (10, 2)
    assert "screen 2 abstracts" in jak("status").out
    assert jak("screen", "stop", "calibrated, both batches", "--as", "ann").code == 0
    assert left() == (12, 0)
    assert jak("screen", "stop", "", "--as", "ann").code == 0
    assert left() == (0, 12)
    assert "screen 12 abstracts" in jak("status").out
    done = jak("screen", "stop", "", "--as", "ann")
    assert (done.code, "none to take back" in done.err) == (2, True)


def test_a_stop_of_full_texts_leaves_the_abstracts_to_screen(pool: Path, jak: Run) -> None:
    assert jak("search", "dedupe").code == 0
    assert jak("screen", "stop", "out of time", "--stage", "fulltext").code == 0
    assert "screen 200 abstracts" in jak("status").out


def test_a_target_goes_with_advice_only(pool: Path, jak: Run) -> None:
    done = jak("screen", "stop", "calibrated", "--target", "0.9")
    assert (done.code, "--target goes with advice" in done.err) == (2, True)
    assert jak("screen", "status", "--json").json["flow"]["not_screened"] == []


def test_a_batch_read_whole_says_so(pool: Path, jak: Run) -> None:
    read(pool, 5, 195)
    assert asked(jak)["may_stop"] is True
    assert "The batch is read whole" in jak("screen", "stop", "--as", "ann").out


def test_a_random_sample_advises_where_few_were_found(pool: Path, jak: Run) -> None:
    """195 of 200 drawn, 10 of them relevant, 10 found: at most one is missed with 95 % confidence."""
    drawn = random_order(range(1, 201), seed=0)[:195]
    with open_review(pool) as opened:
        draws = [NewDraw(report, place, 200) for place, report in enumerate(drawn, start=1)]
        ranking.add_draws(opened.store, "abstract", draws, seed=0, by="ann")
        votes = [NewDecision(n, "abstract", "ann", "exclude" if at >= 10 else "include") for at, n in enumerate(drawn)]
        screening.add_decisions(opened.store, votes)
    answer = asked(jak, "--target", "0.9")
    sample = answer["batches"][0]["levels"][0]["sample"]
    assert (sample["drawn"], sample["relevant"], sample["missed_high"]) == (195, 10, 1)
    assert says(answer, "sample")["stop"] is True
    assert answer["may_stop"] is True
    said = " ".join(answer["sentences"])
    assert "calibrated rule has no advice (10 relevant records found: below 20" in said
    assert "by the random sample reading of this batch may stop" in said
    assert "figures of replays are for a recall of 95 % with 95 % confidence" in said
    assert asked(jak, "--target", "0.9", by="bob")["batches"][0]["levels"][0]["sample"] is None


def test_a_sample_that_is_too_small_says_how_many_more_to_draw(pool: Path, jak: Run) -> None:
    drawn = random_order(range(1, 201), seed=0)[:20]
    with open_review(pool) as opened:
        draws = [NewDraw(report, place, 200) for place, report in enumerate(drawn, start=1)]
        ranking.add_draws(opened.store, "abstract", draws, seed=0, by="ann")
        screening.add_decisions(opened.store, [NewDecision(n, "abstract", "ann", "exclude") for n in drawn[1:]])
        screening.add_decisions(opened.store, [NewDecision(drawn[0], "abstract", "ann", "include")])
    answer = asked(jak, "--target", "0.975")
    assert answer["may_stop"] is False
    said = " ".join(answer["sentences"])
    assert "a recall of 97.5 % may miss 0" in said
    assert (
        f"by the random sample it is too early. Read the batch to its end, or draw {answer['batches'][0]['draw']} of"
        in said
    )
    assert "rule advises" not in said


def test_random_turns_are_counted_as_the_votes_stand(pool: Path, jak: Run) -> None:
    """Half of 30 turns are random. The sample is what they drew: votes may change, and one taken back ends it."""
    records = range(1, 201)
    relevant = {n for n in records if n % 10 == 0}

    def sample(by: str = "ann", batch: int = 0) -> tuple[int, int] | None:
        found = asked(jak, by=by)["batches"][batch]["levels"][0]["sample"]
        return found and (found["drawn"], found["relevant"])

    def turns(number: int) -> list[int]:
        drawn = []
        with open_review(pool) as opened, Session(opened, "ann", "abstract", mix=Mix(random=0.5)) as session:
            for _ in range(number):
                session.wait()
                found = session.next()
                assert found is not None
                shown, picked = found
                if picked.query == "random":
                    drawn.append(shown.report)
                session.vote(shown.record.id, "include" if shown.report in relevant else "exclude")
            assert {draw.by for draw in ranking.draws(opened.store)} == {"ann"}
        return drawn

    drawn = turns(30)
    order = random_order(records, seed=0)
    taken = order[: order.index(drawn[-1]) + 1]
    assert len(drawn) == 15
    assert set(drawn) <= set(taken)
    assert sample() == (len(taken), len(relevant & set(taken)))
    assert sample("bob") is None
    assert jak("screen", "decide", taken[2], "exclude" if taken[2] in relevant else "maybe", "--as", "ann").code == 0
    changed = -1 if taken[2] in relevant else 1
    assert sample() == (len(taken), len(relevant & set(taken)) + changed)
    with open_review(pool) as opened:
        last = [d.id for d in opened.snapshot().decisions if d.record_id == taken[9]]
    for event in last:
        assert jak("screen", "undo", event, "--as", "ann").code == 0
    assert sample() == (9, len(relevant & set(taken[:9])) + changed)

    Path("b.ris").write_text(ris(*(_title(n) for n in range(201, 241))), encoding="utf-8")
    assert jak("search", "import", "b.ris").code == 0
    assert sample() == (9, len(relevant & set(taken[:9])) + changed)
    assert sample(batch=1) is None
    more = turns(20)
    assert taken[9] in more
    both = random_order(range(1, 241), seed=0)
    drawn_now = set(both[: both.index(more[-1]) + 1])
    old, new = {n for n in drawn_now if n <= 200} | set(taken), {n for n in drawn_now if n > 200}
    assert new
    assert sample() == (len(old), len(relevant & old) + changed)
    assert sample(batch=1) == (len(new), 0)


def test_the_full_text_level_has_its_own_recall(pool: Path, jak: Run) -> None:
    read(pool, 25, 165)
    read(pool, 25, 0, by="bob")
    with open_review(pool) as opened:
        texts = [NewDecision(n, "fulltext", "ann", "exclude", "wrong") for n in range(1, 11)]
        screening.add_decisions(opened.store, texts)
    levels = asked(jak)["batches"][0]["levels"]
    assert [(level["level"], level["found"]) for level in levels] == [("abstract", 25), ("full text", 15)]
    assert levels[1]["assessed"] == 10
    assert asked(jak)["may_stop"] is None


@pytest.mark.parametrize("wrong", [("--target", "1"), ("--target", "0.2"), ("--confidence", "95")])
def test_targets_out_of_range_are_refused(pool: Path, jak: Run, wrong: tuple[str, str]) -> None:
    found = jak("screen", "stop", *wrong)
    assert found.code == 2
    assert "between 0.5 and 1" in found.err


def test_no_advice_on_full_texts(pool: Path, jak: Run) -> None:
    found = jak("screen", "stop", "--stage", "fulltext")
    assert found.code == 2
    assert "every full text" in found.err


def test_an_empty_review_has_nothing_to_stop(review: Path, jak: Run) -> None:
    found = jak("screen", "stop")
    assert found.code == 0
    assert "No record has come yet" in found.err
    assert asked(jak)["may_stop"] is None
    found = jak("screen", "next")
    assert (found.code, found.out) == (0, "Nothing waits for you at this stage.\n")
    assert "No record has come yet" in found.err


def test_other_targets_are_told_from_those_of_the_replays(pool: Path, jak: Run) -> None:
    read(pool, 25, 100)
    assert "not for what you asked" in jak("screen", "stop", "--target", "0.9", "--as", "ann").out
