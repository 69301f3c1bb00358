"""Lists of known papers, as people keep them: columns in any order, one identifier a line, exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from jakdb.errors import InputError
from jaksearch.known_items import items_of_texts, named, read_items

TITLE = "Oral ruxolitinib induces hair regrowth in patients with alopecia areata"


def read(folder: Path, text: str, name: str = "seeds.csv") -> tuple[list[tuple[str, int]], tuple[str, ...], int]:
    """Return what a list names, with its lines, what is wrong with it, and how often it repeats itself."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    found = read_items(path)
    return [(named(item.record), item.line) for item in found.items], found.problems, found.repeated


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pmid,doi,title\n12,,\n,10.1000/X,\n,,Hair and so on\n", ["PMID 12", "doi:10.1000/x", "'Hair and so on'"]),
        ("PubMed ID;Year\n0012.0;2020\n", ["PMID 12"]),
        ("Article Title\tPMID\nA trial of hair, of sorts\t\n", ["'A trial of hair, of sorts'"]),
        ("DOI\nhttps://doi.org/10.1000/x\n", ["doi:10.1000/x"]),
        ("Title\nHair loss in men, a trial\n", ["'Hair loss in men, a trial'"]),
        ("\ufeff题名,年\n斑秃的治疗研究,2020\n", ["'斑秃的治疗研究'"]),
        ('title,pmid\n"Hair,\nin two lines",12\n', ["PMID 12"]),
    ],
)
def test_tables_are_read_by_their_headings(tmp_path: Path, text: str, names: list[str]) -> None:
    found, problems, _ = read(tmp_path, text)
    assert [name for name, _ in found] == names
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("12\n13\n\n", [("PMID 12", 1), ("PMID 13", 2)]),
        ("12, 13; 14\n", [("PMID 12", 1), ("PMID 13", 1), ("PMID 14", 1)]),
        ("PMID: 12\nhttps://pubmed.ncbi.nlm.nih.gov/13/\n", [("PMID 12", 1), ("PMID 13", 2)]),
        ("doi:10.1000/a\nSmith J. Hair. 2020. doi: 10.1000/b.\n", [("doi:10.1000/a", 1), ("doi:10.1000/b", 2)]),
        ("12\n10.1000/a\nHair loss in men, a trial\n斑秃治疗\n", None),
    ],
)
def test_a_line_may_be_any_identifier(tmp_path: Path, text: str, names: list[tuple[str, int]] | None) -> None:
    found, problems, _ = read(tmp_path, text, "seeds.txt")
    assert found == names or [line for _, line in found] == [1, 2, 3, 4]
    assert problems == ()


@pytest.mark.parametrize(
    "text",
    [
        f"TY  - JOUR\nTI  - {TITLE}\nPY  - 2016\nER  - \n",
        f"PMID- 12\nTI  - {TITLE}\nDP  - 2016\n\n",
        f"@article{{a, title = {{{TITLE}}}, year = {{2016}}}}\n",
        f'[{{"id": "a", "type": "article-journal", "title": "{TITLE}", "issued": {{"date-parts": [[2016]]}}}}]',
    ],
)
def test_exports_are_read_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "seeds.txt"
    path.write_text(text, encoding="utf-8")
    [item] = read_items(path).items
    assert (item.record.title, item.record.year) == (TITLE, 2016)


def test_what_names_no_paper_is_said_with_its_line(tmp_path: Path) -> None:
    found, problems, _ = read(tmp_path, "pmid,doi,notes\nabc,,\n12,none,\n,,hello\n13,,\n")
    assert found == [("PMID 13", 5)]
    assert problems == ("2: 'abc' is no PMID", "3: 'none' is no DOI", "4: no PMID, DOI or title")
    _, problems, _ = read(tmp_path, "12\nPMC12345\nNCT01234567\n123456789\n", "seeds.txt")
    assert [problem.partition(":")[0] for problem in problems] == ["2", "3", "4"]
    assert "number of PMC" in problems[0]


def test_a_paper_that_is_named_again_counts_once(tmp_path: Path) -> None:
    found, _, repeated = read(tmp_path, "12\n0012\n10.1000/A\nhttps://doi.org/10.1000/a\nHair of Men\nhair of men.\n")
    assert [line for _, line in found] == [1, 3, 5]
    assert repeated == 3


@pytest.mark.parametrize("text", ["", "hello\n", "Author,Study\nA,B\n"])
def test_a_file_without_a_paper_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, text)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_items(tmp_path / "none.csv")
    with pytest.raises(InputError, match="no such file"):
        read_items(tmp_path)


def test_a_workbook_is_an_export(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["PMID", "Title"])
    book.active.append([12, TITLE])
    book.save(tmp_path / "seeds.xlsx")
    assert [named(item.record) for item in read_items(tmp_path / "seeds.xlsx").items] == ["PMID 12"]


def test_texts_are_counted_from_one() -> None:
    read = items_of_texts([TITLE, "x"])
    assert [(named(item.record)[:6], item.line) for item in read.items] == [("'Oral ", 1)]
    assert read.problems == ("2: 'x' is no PMID, DOI or title",)
