"""What a new user gets wrong: one clear sentence with the way out, the documented exit code, nothing half written."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests_support import Run, ris

SMALL_PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.ris", b"", "empty"),
        ("paper.ris", SMALL_PDF, "PDF"),
        ("table.csv", b"Author,Year\nLiu,2017\n", "title"),
        ("book.xlsx", b"PK\x03\x04" + b"\0" * 40 + b"xl/workbook.xml", "damaged"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, ""),
        ("words.txt", b"Dear editor, please find enclosed our manuscript.\n", ""),
    ],
)
def test_a_file_that_is_no_export_is_refused(review: Path, jak: Run, name: str, content: bytes, said: str) -> None:
    Path(name).write_bytes(content)
    done = jak("search", "import", name)
    assert (done.code, done.out) == (4, "")
    assert said.lower() in done.err.lower()
    assert name in done.err
    assert len(done.err.strip().splitlines()) >= 2, "a way out stands beside the sentence"
    assert jak("search", "list", "--json").json["files"] == []


def test_a_missing_file_is_named(review: Path, jak: Run) -> None:
    done = jak("search", "import", "nowhere.ris")
    assert done.code == 4
    assert "nowhere.ris does not exist" in done.err


def test_an_unknown_analysis_names_those_there_are(review: Path, jak: Run) -> None:
    Path("jak.toml").write_text('[analysis.response]\noutcome = "r"\n', encoding="utf-8")
    done = jak("pool", "run", "respons")
    assert done.code == 2
    assert "'respons'" in done.err
    assert "analyses there: response" in done.err


@pytest.mark.parametrize(
    "words", [["status"], ["search", "list"], ["screen", "next"], ["pool", "run", "x"], ["report"]]
)
def test_without_a_review_every_command_says_how_to_start(
    tmp_path: Path, jak: Run, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = jak(*words)
    assert (done.code, done.out) == (2, "")
    assert "jak.toml" in done.err
    assert "jak init FOLDER" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[review\n", "no valid TOML"),
        ("[reviw]\n", "did you mean 'review'"),
        ('[screening]\nreviewers_required = "two"\n', "reviewers_required"),
        ("[analysis.x]\nmeasure = 'PLO'\n", "analysis.x.outcome is missing"),
        ("[analysis.x]\noutcome = 'r'\nmeasure = 'HR'\n", "jak pool run --from FILE"),
        ("[analysis.x]\noutcome = 'r'\nmeasure = 'XX'\n", "PLO"),
        ("[analysis.x]\noutcome = 'r'\nmeasure = 'RR'\n", "analysis.x.control is missing"),
        ("[analysis.x]\noutcome = 'r'\nalpha = 5\n", "between 0 and 1"),
        ("[store]\nurl = 'postgresql://x'\n", "SQLite only"),
    ],
)
def test_a_wrong_jak_toml_names_the_key(review: Path, jak: Run, text: str, said: str) -> None:
    Path("jak.toml").write_text(text, encoding="utf-8")
    done = jak("status")
    assert done.code == 2
    assert said in done.err


def test_a_store_of_a_newer_version_is_left_alone(review: Path, jak: Run) -> None:
    raw = sqlite3.connect("review.db")
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    done = jak("status")
    assert done.code == 6
    assert "newer jak" in done.err


def test_a_damaged_store_is_named(review: Path, jak: Run) -> None:
    Path("review.db").write_bytes(b"no store" * 1000)
    done = jak("status")
    assert done.code == 6
    assert "jak restore" in done.err


def test_starting_twice_touches_nothing(review: Path, jak: Run) -> None:
    Path("jak.toml").write_text("[review]\ntitle = 'mine'\n", encoding="utf-8")
    assert jak("init", review).code == 2
    assert Path("jak.toml").read_text(encoding="utf-8") == "[review]\ntitle = 'mine'\n"


def limited(size: int, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that may not write files larger than `size` bytes."""

    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "jak", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, preexec_fn=lower, timeout=120)


@pytest.mark.parametrize("size", [0, 4_096, 100_000])
def test_a_full_disk_stops_init_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    done = limited(size, tmp_path, "init", "review")
    assert done.returncode == 6
    assert "no space left, or a file size limit was reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [0, 20_000, 200_000])
def test_a_full_disk_stops_an_import_whole(review: Path, jak: Run, room: int) -> None:
    Path("a.ris").write_text(
        ris(*[f"Title number {i} {'of a long kind ' * 20}" for i in range(2000)]), encoding="utf-8"
    )
    size = Path("review.db").stat().st_size
    done = limited(room, review, "search", "import", "a.ris")
    assert done.returncode == 6, done.stderr
    assert "jak: " in done.stderr
    assert "Traceback" not in done.stderr
    assert jak("doctor").code == 0
    assert jak("search", "list", "--json").json["files"] == []
    assert Path("review.db").stat().st_size >= size
    assert jak("search", "import", "a.ris").code == 0


def test_a_full_disk_leaves_the_old_report(review: Path, jak: Run) -> None:
    Path("report.html").write_text("the old one", encoding="utf-8")
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    assert jak("search", "import", "a.ris").code == 0
    done = limited(6_000, review, "report", "-o", "report.html")
    assert done.returncode == 6, done.stderr
    assert Path("report.html").read_text(encoding="utf-8") == "the old one"
    assert not [p.name for p in review.iterdir() if p.name.startswith(".report")]


def test_a_store_locked_by_another_process_is_said(review: Path, jak: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jakdb.engine.BUSY_TIMEOUT", 200)
    Path("a.ris").write_text(ris("One"), encoding="utf-8")
    other = sqlite3.connect("review.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        done = jak("search", "import", "a.ris")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert done.code == 6
    assert "in use by another process" in done.err
    assert jak("search", "import", "a.ris").code == 0


def test_output_into_a_closed_pipe_is_no_error(review: Path) -> None:
    Path("a.ris").write_text(ris(*[f"Title {i}" for i in range(3000)]), encoding="utf-8")
    command = f'"{sys.executable}" -m jak search import a.ris && "{sys.executable}" -m jak search records | head -1'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=review)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
