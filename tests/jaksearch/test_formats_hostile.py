"""Files made to do harm are refused with a way out, or read with an exact account, quickly and in little memory.

The files are made by `hostile_files` while the test runs. Every one is read in a process of its own, whose processor
time and peak memory the system counts.
"""

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jakdb.words import RawRecord
from jaksearch import normalise, read_bytes
from jaksearch.formats import to_csv_rows

SECONDS = 4
"""Twice what a file may take on a quiet machine: the cores of a test run are shared, and a shared core is slower."""
MEBIBYTES = 300
PARTS = 8
PROGRAM = Path(__file__).with_name("hostile_files.py")
ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    """Run the program."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "db"))), "PYTHONUTF8": "1"}
    command = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8").stdout


def complaint(result: dict[str, object], wanted: str | list[int] | None, said: str) -> str:
    """Return what is wrong with the result of a case; nothing if all is well."""
    if "failed" in result:
        return str(result["failed"])
    refused, hint = str(result.get("refused", "")), result.get("hint")
    wrong = []
    if float(str(result["seconds"])) > SECONDS:
        wrong.append(f"{result['seconds']:.1f} s")
    if float(str(result["peak"])) > MEBIBYTES:
        wrong.append(f"{result['peak']:.0f} MiB")
    if refused:
        if not hint:
            wrong.append("no hint")
        if isinstance(wanted, list) or (wanted is not None and not re.search(wanted, refused)):
            wrong.append(f"refused: {refused}")
        return ", ".join(wrong)
    account = [result["accepted"], result["rejected"]]
    if isinstance(wanted, str) or (wanted is not None and wanted != account):
        wrong.append(f"accepted and rejected: {account}")
    if said and not any(said in warning for warning in result["warnings"]):  # type: ignore[attr-defined] # a list
        wrong.append(f"not said: {said}")
    return ", ".join(wrong)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked and their memory is counted as Linux does")
@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_files_are_refused_or_read_exactly(part: int, tmp_path: Path) -> None:
    """A bounded processor time and 300 MiB for each file, and nothing reaches for the network."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        lines = run(str(tmp_path), str(server.getsockname()[1]), f"{part}/{PARTS}").splitlines()
        with pytest.raises(BlockingIOError):
            server.accept()
    results = [json.loads(line) for line in lines]
    assert len(results) >= 200 // PARTS
    wrong = {
        result["name"]: found for result in results if (found := complaint(result, result["wanted"], result["said"]))
    }
    assert not wrong


def test_formula_cells_are_read_as_text_and_guarded_when_written() -> None:
    cells = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1"]
    stream = io.StringIO()
    csv.writer(stream).writerows([["Title", "Year"], *([cell, "2020"] for cell in cells)])
    reading = read_bytes(stream.getvalue().encode(), name="a.csv")
    assert [dict(raw.fields)["Title"] for raw in reading.accepted] == [cell.strip() for cell in cells]
    records = [normalise(raw, format="csv") for raw in reading.records if isinstance(raw, RawRecord)]
    for row in to_csv_rows(records):
        assert not any(str(value).lstrip().startswith(("=", "+", "-", "@")) for value in row.values())
