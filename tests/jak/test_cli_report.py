"""`jak report` from the command line: the convention of its flow, its drawing, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support import Run, ris

SINCE = "[screening]\nreviewers_required = 1\n[update]\nsince = 2016-01-01\n"


@pytest.fixture
def searched_twice(review: Path, jak: Run) -> Path:
    """Return a review whose second search found one record of two again."""
    (review / "a.ris").write_text(ris("One", "Two"), encoding="utf-8")
    (review / "b.ris").write_text(ris("Two", "Three"), encoding="utf-8")
    jak("search", "import", "a.ris", "--source", "Scopus", "--searched", "2015-05-01")
    jak("search", "import", "b.ris", "--source", "Scopus", "--searched", "2016-05-01")
    return review


def identified(jak: Run, *words: str) -> tuple[int, int]:
    """Return how many records the report's flow counts, and how many duplicates."""
    counts = jak("report", "--json", *words).json["counts"]
    return sum(row["n"] for row in counts["databases"]), counts["duplicates"]


def test_a_record_counts_once_unless_told_otherwise(searched_twice: Path, jak: Run) -> None:
    assert identified(jak) == (3, 0)
    assert identified(jak, "--flow", "per-run") == (4, 1)
    (searched_twice / "jak.toml").write_text(SINCE, encoding="utf-8")
    assert identified(jak, "--flow", "update") == (2, 1)


def test_the_settings_name_the_convention_and_the_option_beats_them(searched_twice: Path, jak: Run) -> None:
    (searched_twice / "jak.toml").write_text('[report]\nflow = "per-run"\n', encoding="utf-8")
    assert identified(jak) == (4, 1)
    assert identified(jak, "--flow", "once") == (3, 0)
    assert jak("screen", "status", "--json").json["flow"]["convention"] == "once"


def test_the_convention_stands_in_the_figure_the_page_and_the_answer(searched_twice: Path, jak: Run) -> None:
    done = jak("report", "--flow", "per-run", "--svg", "flow.svg", "--json").json
    assert (done["flow"], done["svg"]) == ("per-run", "flow.svg")
    sentence = done["flow_sentence"]
    assert sentence.startswith("Each search is counted with all records that it retrieved")
    assert sentence in (searched_twice / "flow.svg").read_text(encoding="utf-8")
    page = (searched_twice / "report.html").read_text(encoding="utf-8")
    caption = page[page.index("<figcaption>") :]
    assert sentence in caption[: caption.index("</figcaption>")]
    methods = page[page.index('id="methods"') : page.index('id="searches"')]
    assert sentence in methods


def test_the_page_has_an_account_of_each_search(searched_twice: Path, jak: Run) -> None:
    jak("report")
    page = (searched_twice / "report.html").read_text(encoding="utf-8")
    searches = page[page.index('id="searches"') : page.index('id="flow"')]
    for account in ((2, 0, 2, 0), (2, 1, 1, 0), (4, 1, 3, 0)):
        assert "".join(f'<td class="num">{n}</td>' for n in account) in searches
    rows = jak("status", "--json").json["searches"]
    assert [(r["retrieved"], r["known"], r["new"], r["rejected"]) for r in rows] == [(2, 0, 2, 0), (2, 1, 1, 0)]


@pytest.mark.parametrize("file", ["prisma.svg", "out/flow.svg"])
def test_a_file_given_to_flow_is_refused_and_named_to_svg(searched_twice: Path, jak: Run, file: str) -> None:
    for words in (("report",), ("screen", "status")):
        refused = jak(*words, "--flow", file)
        assert refused.code == 2
        assert f"--svg {file}" in refused.err
    assert not (searched_twice / "report.html").exists()


def test_a_drawing_that_is_no_svg_is_refused(searched_twice: Path, jak: Run) -> None:
    refused = jak("report", "--svg", "flow.png")
    assert refused.code == 2
    assert "end the name with .svg" in refused.err
    assert not (searched_twice / "report.html").exists()


def test_an_update_without_a_previous_version_writes_nothing(searched_twice: Path, jak: Run) -> None:
    refused = jak("report", "--flow", "update", "--svg", "flow.svg")
    assert refused.code == 2
    assert "[update]" in refused.err
    (searched_twice / "jak.toml").write_text("[update]\nsince = 2010-01-01\n", encoding="utf-8")
    refused = jak("report", "--flow", "update")
    assert refused.code == 2
    assert "no search of this review was made before 2010-01-01" in refused.err
    assert not list(searched_twice.glob("*.html")) + list(searched_twice.glob("*.svg"))


def test_previous_studies_decided_on_since_are_a_caution(searched_twice: Path, jak: Run) -> None:
    (searched_twice / "jak.toml").write_text(SINCE, encoding="utf-8")
    jak("screen", "decide", "1", "include")
    jak("screen", "decide", "1", "include", "--stage", "fulltext")
    jak("report", "--flow", "update")
    page = (searched_twice / "report.html").read_text(encoding="utf-8")
    assert "1 included report of the previous version: decided on after the new searches began." in page
    jak("report", "--flow", "once")
    page = (searched_twice / "report.html").read_text(encoding="utf-8")
    assert "of the previous version" not in page


def test_the_flow_of_an_update_is_told_at_the_terminal(searched_twice: Path, jak: Run) -> None:
    (searched_twice / "jak.toml").write_text("[update]\nstudies = 12\nreports = 14\n", encoding="utf-8")
    shown = jak("screen", "status", "--flow", "update").out
    rows = dict(line.strip().rsplit(maxsplit=1) for line in shown[shown.index("PRISMA") :].splitlines()[2:])
    assert rows["identified: Scopus"] == "4"
    assert rows["found again"] == "1"
    assert rows["studies of the previous version"] == rows["total studies included"] == "12"
    assert rows["reports of total included studies"] == "14"
    assert "known from the previous version" not in rows
