"""`jak search dedupe --from FILE`: duplicates in a plain file, without a review."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests_support import Run

HEADS = "ID,title,author,year,journal,volume,number,pages,doi,abstract,isbn,url"
TITLE = "Ginger capsules for motion sickness on ferries: an open-label trial in sailors"
ROWS = (
    f'a1,"{TITLE}","Adams, Ruth and Baker, Paul",2018,Journal of Invented Travel Medicine,12,2,101-108,10.5555/x,,,',
    f'a2,"{TITLE.upper()}",Adams R.Baker P.,2018,J Invented Travel Med,12,2,101-8,,,,',
    f'a3,"Erratum: {TITLE}","Adams, Ruth",2018,Journal of Invented Travel Medicine,12,9,400,,,,',
    f'a4,"{TITLE}","Adams, Ruth and Baker, Paul",2018,Journal of Invented Travel Medicine,12,,300-307,,,,',
    "a5,,,,,,,,,,,",
)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.csv"
    path.write_text("\n".join((HEADS, *ROWS)) + "\n", "utf-8")
    return path


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_pairs_queue_and_relations_are_three_files(jak: Run, records: Path, tmp_path: Path) -> None:
    out = {name: tmp_path / f"{name}.csv" for name in ("pairs", "queue", "relations")}
    done = jak("search", "dedupe", "--from", records, *(x for n, p in out.items() for x in (f"--{n}", p)))
    assert done.code == 0, done.err
    [pair] = table(out["pairs"])
    assert (pair["ID_1"], pair["ID_2"]) == ("a1", "a2")
    assert "title equal" in pair["reasons"]
    [question] = table(out["queue"])
    assert {question["ID_1"], question["ID_2"]} in ({"a1", "a4"}, {"a2", "a4"})
    assert question["band"] == "1"
    assert {row["relation"] for row in table(out["relations"])} == {"erratum"}
    assert "5 records: 4 reports, 1 question" in done.out
    assert "1 row with nothing to compare: kept" in done.err


def test_json_has_everything_by_the_names_of_the_file(jak: Run, records: Path) -> None:
    text = json.dumps(json.loads(jak("search", "dedupe", "--from", records, "--json").out))
    assert '"a1"' in text
    assert '"relation": "erratum"' in text


def test_two_rows_of_one_id_are_refused(jak: Run, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text("\n".join((HEADS, ROWS[0], ROWS[0])) + "\n", "utf-8")
    done = jak("search", "dedupe", "--from", path)
    assert done.code == 4
    assert "records 1 and 2 are both called 'a1'" in done.err


def test_options_of_files_need_a_file(jak: Run, tmp_path: Path) -> None:
    done = jak("search", "dedupe", "--pairs", tmp_path / "x.csv")
    assert done.code == 2
    assert "--from FILE" in done.err


def test_other_formats_are_numbered(jak: Run, tmp_path: Path) -> None:
    path = tmp_path / "records.ris"
    one = f"TY  - JOUR\nTI  - {TITLE}\nAU  - Adams, Ruth\nPY  - 2018\nJO  - Waves\nVL  - 3\nSP  - 7\nEP  - 9\nER  - \n"
    path.write_text(one + one.replace("Waves", "WAVES"), "utf-8")
    done = jak("search", "dedupe", "--from", path)
    assert done.code == 0
    assert "to merge: 1 and 2" in done.out
