"""From random turns to what `jak screen stop` makes of them: exactly the reports that were drawn, and their votes."""

from __future__ import annotations

import hashlib

from screening_pool import bring

from jak.random_draws import Draws
from jak.session import Session
from jak.stop_advice import BatchAdvice, advice_sentences, advise
from jak.workspace import Review
from jakdb import ranking, screening
from jakdb.screening import NewDecision
from jakscreen.rank.queries import Mix, random_order
from jakscreen.stopping import SampleBound, needed_for

RELEVANT = frozenset({3, 17, 33})


def titles(first: int, last: int) -> list[str]:
    """Return titles of letters that no other has."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    words = (hashlib.sha256(str(n).encode()).hexdigest().translate(letters) for n in range(first, last + 1))
    return [" ".join(word[i : i + 8] for i in range(0, 64, 8)) for word in words]


def turns(review: Review, number: int, *, random: float, by: str = "ann") -> list[int]:
    """Take turns of a session, vote truly, and return the reports that random turns showed."""
    shown = []
    with Session(review, by, "abstract", mix=Mix(random=random)) as session:
        for _ in range(number):
            found = session.next()
            assert found is not None
            report, picked = found
            if picked.query == "random":
                shown.append(report.report)
            session.vote(report.report, "include" if report.report in RELEVANT else "exclude")
    return shown


def batch(review: Review, number: int = 1, *, by: str = "ann") -> BatchAdvice:
    return advise(review, by).batches[number - 1]


def sample(review: Review, number: int = 1, *, by: str = "ann") -> SampleBound:
    found = batch(review, number, by=by).levels[0].sample
    assert found is not None
    return found


def test_the_sample_is_the_beginning_of_the_random_order_and_nothing_read_by_relevance(pool: Review) -> None:
    shown = turns(pool, 20, random=0.3)
    drawn = [draw.record_id for draw in ranking.draws(pool.store)]
    order = random_order(range(1, 41), seed=0)
    assert drawn == order[: len(drawn)]
    assert len(shown) == sum(Mix(random=0.3).turn(n) == "random" for n in range(20))
    assert drawn[-1] == shown[-1]
    first = min(draw.at for draw in ranking.draws(pool.store))
    before = {vote.record_id for vote in screening.decisions(pool.store) if vote.at < first}
    counted = [report for report in drawn if report not in before]
    found = sample(pool)
    assert (found.frame, found.drawn) == (40 - len(before), len(counted))
    assert found.relevant == len(RELEVANT.intersection(counted))
    assert batch(pool).read == 20


def test_what_was_drawn_follows_undo_and_changed_votes(pool: Review) -> None:
    shown = turns(pool, 8, random=1.0)
    assert (sample(pool).drawn, sample(pool).relevant) == (8, len(RELEVANT.intersection(shown)))
    changed = next(report for report in shown if report not in RELEVANT)
    with Session(pool, "ann", "abstract") as session:
        session.vote(changed, "include")
        assert sample(pool).relevant == 1 + len(RELEVANT.intersection(shown))
        session.undo()
        session.undo()
    assert (sample(pool).drawn, sample(pool).relevant) == (7, len(RELEVANT.intersection(shown[:7])))


def test_blind_each_reviewer_has_a_sample_of_their_own(pool: Review) -> None:
    shown = turns(pool, 8, random=1.0)
    assert batch(pool, by="bob").levels[0].sample is None
    assert turns(pool, 5, random=1.0, by="bob") == shown[:5]
    assert (sample(pool, by="bob").drawn, sample(pool).drawn) == (5, 8)


def test_blind_what_another_drew_is_no_sample_of_who_read_it_by_relevance(pool: Review) -> None:
    shown = turns(pool, 8, random=1.0)
    screening.add_decisions(pool.store, [NewDecision(report, "abstract", "bob", "exclude") for report in shown[:3]])
    assert batch(pool, by="bob").read == 3
    assert batch(pool, by="bob").levels[0].sample is None


def test_what_a_refresh_brings_is_sampled_as_a_batch_of_its_own(pool: Review) -> None:
    turns(pool, 8, random=1.0)
    before = sample(pool)
    bring(pool.store, "later", titles(41, 60))
    assert sample(pool) == before
    assert batch(pool, 2).levels[0].sample is None
    turns(pool, 12, random=1.0)
    old, new = sample(pool), sample(pool, 2)
    assert (old.frame, new.frame, old.drawn + new.drawn) == (40, 20, 20)
    ids = {draw.record_id for draw in ranking.draws(pool.store)}
    for reports in (range(1, 41), range(41, 61)):
        order = random_order(reports, seed=0)
        assert ids.intersection(reports) == set(order[: len(ids.intersection(reports))])


def test_whoever_draws_as_many_as_are_advised_may_say_so(pool: Review) -> None:
    """Of 140 unread, 1 may be missed: the smallest draw by the closed form of `needed_for`, tested beside scipy."""
    found = 19
    bring(pool.store, "more", titles(41, 240))
    votes = [NewDecision(n, "abstract", "ann", "include" if n < 41 + found else "exclude") for n in range(41, 141)]
    screening.add_decisions(pool.store, votes)
    with_none = batch(pool)
    assert with_none.draw == needed_for(140, missed=1)
    draws = Draws(pool, pool.snapshot(), "ann", "abstract")
    waiting = set(range(1, 241)) - set(range(41, 141))
    for drawn in range(1, with_none.draw + 1):
        report = draws.take(waiting)
        assert report is not None
        waiting.remove(report)
        screening.add_decisions(pool.store, [NewDecision(report, "abstract", "ann", "exclude")])
        if drawn in (1, with_none.draw - 1):
            assert batch(pool).draw == with_none.draw - drawn
    bound = sample(pool)
    assert (bound.frame, bound.drawn, bound.relevant) == (140, with_none.draw, 0)
    assert (bound.found, bound.missed_high) == (found, 1)
    assert batch(pool).draw == 0
    assert batch(pool).levels[0].says("sample").stop is True
    sentences = " ".join(advice_sentences(advise(pool, "ann"), batch(pool)))
    assert f"Of {bound.drawn} records drawn at random from the 140 that were unread when drawing began" in sentences
