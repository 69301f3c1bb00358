"""An order rests on what the sources say now, as the report that is shown does, not on what they said at first."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

from jak.kept_tokens import tokens_of
from jak.ordering import pool_key, pool_of
from jak.places import best_as_last_seen
from jak.workspace import open_review
from jakdb.changes import last_of_changed

FIRST = "".join(f"PMID- {n}\nTI  - Remedies for seasickness, part {n}\nPT  - Journal Article\n\n" for n in (1, 2, 3))
ADDED = "AB  - Ruxolitinib was given to forty sailors.\nMH  - Janus Kinases\n"


@pytest.fixture
def seen_again(review: Path, jak: Run) -> Path:
    """Return a review of three records, the second of which gained an abstract and a heading since."""
    Path("first.nbib").write_text(FIRST, encoding="utf-8")
    assert jak("search", "import", "first.nbib").code == 0
    Path("later.nbib").write_text(FIRST.replace("part 2\n", f"part 2\n{ADDED}"), encoding="utf-8")
    assert jak("search", "import", "later.nbib").code == 0
    return review


def test_an_abstract_that_came_later_is_ranked_by_and_shown(seen_again: Path) -> None:
    with open_review(seen_again) as opened:
        snapshot = opened.snapshot()
        assert not snapshot.records[2].abstract
        shown = best_as_last_seen(opened.store, snapshot, 2)
        tokens = tokens_of(opened.store, snapshot)
        features = pool_of(opened, snapshot).learner.features
    assert shown.abstract == "Ruxolitinib was given to forty sailors."
    assert {"ruxolitinib", "sailors"} <= set(tokens.vocabulary)
    assert any("janus kinases" in name for name in tokens.names)
    assert features.tokens.vocabulary == tokens.vocabulary


def test_a_text_that_changed_makes_another_pool_and_its_undo_the_first_again(review: Path, jak: Run) -> None:
    def key() -> tuple[str, dict[int, int]]:
        with open_review(review) as opened:
            return pool_key(opened.store, opened.snapshot(), frozenset()), last_of_changed(opened.store)

    Path("first.nbib").write_text(FIRST, encoding="utf-8")
    jak("search", "import", "first.nbib")
    before, changed = key()
    assert changed == {}
    Path("same.nbib").write_text(FIRST + "\n", encoding="utf-8")
    jak("search", "import", "same.nbib")
    assert key() == (before, {})
    Path("later.nbib").write_text(FIRST.replace("part 2\n", f"part 2\n{ADDED}"), encoding="utf-8")
    jak("search", "import", "later.nbib")
    after, changed = key()
    assert after != before
    assert list(changed) == [2]
    assert jak("search", "undo", "3").code == 0
    assert key() == (before, {})


def test_the_order_follows_the_abstract_that_came_later(seen_again: Path, jak: Run) -> None:
    settings = seen_again / "jak.toml"
    text = settings.read_text(encoding="utf-8").replace('question = ""', 'question = "Ruxolitinib, a JAK inhibitor"')
    assert "Ruxolitinib" in text
    settings.write_text(text, encoding="utf-8")
    assert jak("screen", "rank", "--json").json["reports"][0]["report"] == 2
