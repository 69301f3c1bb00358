"""The `[ranking]` table of jak.toml, and seeds and shares on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support import Run, ris

from jak.ranking_settings import RankingSettings, as_mix, parse_ranking
from jakdb.errors import SettingsError, UsageError
from jakscreen.rank.queries import Mix


def test_nothing_said_is_the_default() -> None:
    assert parse_ranking({}) == RankingSettings()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"learnr": "elas"}, "ranking.learnr is not known"),
        ({"learner": "bert"}, "ranking.learner is 'bert'"),
        ({"seeds": "pmid:1"}, "ranking.seeds must be a list"),
        ({"seed": -1}, "ranking.seed must be a whole number"),
        ({"mix": {"luck": 0.1}}, "ranking.mix.luck is not known"),
        ({"mix": {"random": 0.6, "diverse": 0.6}}, "add up to more than 1"),
        ({"mix": {"random": True}}, "ranking.mix.random must be a number"),
        ({"votes": "majority"}, "ranking.votes is 'majority'"),
        ({"weights": {"ann": -1}}, "ranking.weights.ann must be a number"),
    ],
)
def test_what_is_wrong_is_named(row: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        parse_ranking({"ranking": row})


def test_the_learners_are_those_of_jakscreen() -> None:
    from jak.ranking_settings import LEARNERS
    from jakscreen import rank

    assert set(LEARNERS) == set(rank.LEARNERS)
    assert RankingSettings().learner == rank.DEFAULT


def test_shares_of_the_command_line() -> None:
    assert as_mix("random=10%,diverse=0.2") == Mix(random=0.1, diverse=0.2)


@pytest.mark.parametrize(
    "text", ["", "luck=0.1", "random", "random=x", "random=0.7,diverse=0.7", "random=.1,random=.1"]
)
def test_shares_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--mix"):
        as_mix(text)


@pytest.fixture
def seeded(review: Path, jak: Run) -> Path:
    """Return a review of four reports, one of them with a DOI."""
    titles = ("Asthma in children", "Statins and the heart", "Migraine in winter")
    more = ris("Asthma of the old", extra="DO  - 10.5555/jak.9\n")
    Path("a.ris").write_text(ris(*titles) + more, encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    return review


@pytest.mark.parametrize("seed", ["10.5555/jak.9", "report 4", "4", "seeds.txt"])
def test_seed_papers_lead_before_there_are_votes(seeded: Path, jak: Run, seed: str) -> None:
    Path("seeds.txt").write_text("10.5555/jak.9\n", encoding="utf-8")
    Path("jak.toml").write_text(f'[ranking]\nseeds = ["{seed}"]\n', encoding="utf-8")
    order = [r["report"] for r in jak("screen", "rank", "--json").json["reports"]]
    assert order[0] == 4


@pytest.mark.parametrize("seed", ["pmid:999", "10.5555/none", "report 77", "no such thing"])
@pytest.mark.parametrize("command", ["rank", "next"])
def test_a_seed_that_is_not_in_the_review_is_named(seeded: Path, jak: Run, seed: str, command: str) -> None:
    Path("jak.toml").write_text(f'[ranking]\nseeds = ["4", "{seed}"]\n', encoding="utf-8")
    done = jak("screen", command)
    assert done.code == 2
    assert seed.removeprefix("pmid:") in done.err
    assert "take it off the list" in done.err


def test_next_says_how_a_report_was_found(seeded: Path, jak: Run) -> None:
    assert "(4 waiting, drawn at random)" in jak("screen", "next", "--mix", "random=1").out
    assert jak("screen", "next", "--mix", "random=1", "--json").json["query"] == "random"
    assert jak("screen", "next", "--json").json["query"] == "relevance"
    assert jak("screen", "next", "--mix", "luck=1").code == 2
