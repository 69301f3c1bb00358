"""Real processes, killed with SIGKILL: an import is whole or nothing, an acknowledged decision is never lost.

Fifty runs of each kind. The moment of the kill is drawn from a seeded generator over the time that an undisturbed run
takes, so that it falls into reading, writing and committing alike.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jak.starting import start_review
from jakdb import doctor, imports, screening
from jakdb.store import Store

RUNS, SHARE = 50, 10
RECORDS = 600

VOTES = """
import sys
from pathlib import Path
from jakdb import screening
from jakdb.store import Store

with Store(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    for number in range(1, 100_000):
        new = screening.NewDecision(1 + number % 5, "abstract", "ann", "include", note=str(number))
        event = screening.add_decisions(store, [new])[0]
        print(event, number, flush=True)
"""


def write_ris(path: Path, count: int) -> None:
    """Write an export with many records."""
    path.write_text(
        "".join(
            f"TY  - JOUR\nTI  - Record number {i} of a long export\nAU  - Writer, {chr(65 + i % 26)}\nPY  - 2020\n"
            f"AB  - {'An abstract that takes some room. ' * 20}\nAN  - X{i}\nER  - \n\n"
            for i in range(count)
        ),
        encoding="utf-8",
    )


def start_import(folder: Path, export: Path) -> subprocess.Popen[bytes]:
    """Start a real import in a process of its own."""
    words = ["search", "import", str(export), "--source", "Embase", "--review", str(folder), "--as", "ann"]
    return subprocess.Popen([sys.executable, "-m", "jak", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("share", range(RUNS // SHARE))
def test_an_import_killed_at_any_moment_is_whole_or_nothing(tmp_path: Path, share: int) -> None:
    moments = random.Random(1000 + share)
    export = tmp_path / "export.ris"
    write_ris(export, RECORDS)
    start_review(tmp_path / "undisturbed")
    began = time.monotonic()
    assert start_import(tmp_path / "undisturbed", export).wait() == 0
    length = time.monotonic() - began
    outcomes = []
    for run in range(SHARE):
        folder = tmp_path / f"run{run}"
        _, path = start_review(folder)
        process = start_import(folder, export)
        time.sleep(moments.uniform(0.35, 1.0) * length)
        process.kill()
        process.wait()
        with Store(path) as store:
            assert [c for c in doctor.examine(store) if not c.is_sound] == []
            files, records = imports.files(store), imports.active_records(store)
            outcomes.append(len(records))
            if files:
                assert (len(files), files[0].accepted, len(records)) == (1, RECORDS, RECORDS)
            else:
                assert (records, imports.searches(store)) == ((), ())
    assert set(outcomes) <= {0, RECORDS}
    assert start_import(tmp_path / "run0", export).wait() == 0
    with Store(tmp_path / "run0" / "review.db") as store:
        assert len(imports.active_records(store)) == RECORDS


@pytest.mark.parametrize("share", range(RUNS // SHARE))
def test_no_acknowledged_decision_is_lost_by_a_kill(tmp_path: Path, share: int) -> None:
    moments = random.Random(2000 + share)
    export = tmp_path / "export.ris"
    write_ris(export, 5)
    start_review(tmp_path / "review")
    assert start_import(tmp_path / "review", export).wait() == 0
    path = tmp_path / "review" / "review.db"
    acknowledged: dict[int, str] = {}
    for _ in range(SHARE):
        process = subprocess.Popen([sys.executable, "-c", VOTES, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(moments.uniform(0.0, 0.25))
        process.kill()
        rest = process.stdout.read()
        process.stdout.close()
        process.wait()
        complete = rest[: rest.rfind("\n") + 1]
        acknowledged |= {int(line.split()[0]): line.split()[1] for line in complete.splitlines()}
    with Store(path) as store:
        stored = {d.id: d.note for d in screening.decisions(store)}
        assert [c for c in doctor.examine(store) if not c.is_sound] == []
    assert acknowledged
    assert {event: stored.get(event) for event in acknowledged} == acknowledged
