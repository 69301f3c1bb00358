"""`jak screen simulate`: past reviews replayed."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from jak.cli import main
from jak.executor import executor
from jak.simulating import run_simulation


@pytest.fixture
def past(tmp_path: Path) -> Path:
    lines = ["title,abstract,keywords,authors,label_included"]
    for n in range(40):
        hair = n % 5 == 1
        about = "alopecia areata, regrowth of hair" if hair else "asthma, inhaled steroids"
        lines.append(f'Trial {n},"{about} cohort {n % 7}",{"Alopecia" if hair else "Asthma"},Name {n % 3},{int(hair)}')
    path = tmp_path / "hair.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_json_has_each_replay_and_the_means(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "simulate", str(past), "--seeds", "2", "--learner", "single", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(run["file"], run["learner"], run["seed"]) for run in told["runs"]] == [
        ("hair", "single", 0),
        ("hair", "single", 1),
    ]
    keys = ["wss95", "wss100", "nwss", "recall5", "recall10", "recall20", "recall50", "atd", "loss", "first_relevant"]
    assert all(key in told["runs"][0] and key in told["summary"] for key in keys)
    assert told["runs"][0]["loss"] == 0
    assert told["runs"][0]["first_relevant"] == 1


def test_stopping_rules_are_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 400 records 29 are relevant beside the known one, and hair finds them first: then nothing comes."""
    lines = ["title,abstract,label_included"]
    for n in range(400):
        hair = n % 13 == 1 and n < 390
        lines.append(f"Trial {n},{'alopecia hair' if hair else 'asthma lung'} {n % 7},{int(hair)}")
    path = tmp_path / "hair.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    options = ["screen", "simulate", str(path), "--seeds", "1", "--learner", "elas"]
    assert main([*options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    stop = told["runs"][0]["stopping"]["consecutive-50"]
    assert stop == {"stopped": True, "read": 80, "found": 29, "recall": 1.0}
    row = next(row for row in told["stopping"] if row["rule"] == "consecutive-50")
    assert (row["replays"], row["reached"], row["recall_least"], row["read"]) == (1, 1, 1.0, 80 / 394)
    assert main(options) == 0
    shown = capsys.readouterr()
    assert re.search(r"consecutive-50 +1 of 1 +21 to 100 % +100.0 % +20.3 %", shown.out)
    assert "fewer than 20 relevant" in shown.err


def test_below_twenty_relevant_no_rule_stops(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "simulate", str(past), "--seeds", "1", "--learner", "elas", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["rule"]: row["read"] for row in told["stopping"]} == dict.fromkeys(told["runs"][0]["stopping"], 1.0)


def test_orders_and_curves_are_written(past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders, plot = tmp_path / "orders.json", tmp_path / "recall.svg"
    options = ["--seeds", "1", "--learner", "elas", "--orders", str(orders), "--plot", str(plot)]
    assert main(["screen", "simulate", str(past), *options]) == 0
    (run,) = json.loads(orders.read_text(encoding="utf-8"))["runs"]
    assert sorted(run["order"] + run["priors"]) == list(range(40))
    assert sum(run["labels"]) == 7
    assert "Records read (%)" in plot.read_text(encoding="utf-8")
    assert "WSS@95" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--learner", "forest"], "is no learner"),
        (["--priors", "question"], "no question for it"),
        (["--question", "hair"], "a question says nothing with --priors 1+5"),
        (["--plot", "curves.doc"], "is no picture that jak draws"),
    ],
)
def test_a_wrong_option_is_one_sentence(
    past: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["screen", "simulate", str(past), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "said", "way_out"),
    [
        ("none.csv", None, "cannot be read", "check the name"),
        (
            "cut.csv.gz",
            gzip.compress(b"title,abstract,label_included\n", mtime=0)[:-6],
            "cannot be unpacked",
            "as .csv",
        ),
        ("broken.csv.gz", b"\x1f\x8b\x08" + bytes(6) + b"\x03garbage", "cannot be unpacked", "as .csv"),
        ("plain.csv.gz", b"title,abstract\n", "cannot be unpacked", "as .csv"),
        ("latin.csv", b"title,abstract,label_included\n\xe9,,1\n", "is no CSV in UTF-8", "the encoding UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_a_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, said: str, way_out: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["screen", "simulate", str(tmp_path / name)]) == 4
    sentence, hint = capsys.readouterr().err.strip().splitlines()[-2:]
    assert said in sentence
    assert way_out in hint


def test_what_is_read_is_never_written_over(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = past.read_bytes()
    questions = past.with_name("questions.csv")
    questions.write_text("name,question\nhair,alopecia", encoding="utf-8")
    asked = ["screen", "simulate", str(past), "--priors", "question", "--questions", str(questions)]
    for target in (past, past.parent / "." / past.name, questions):
        assert main([*asked, "--orders", str(target)]) == 2
        assert "is what is read: it would be lost" in capsys.readouterr().err
    assert main([*asked, "--orders", str(past.parent / "none" / "orders.json")]) == 2
    told = capsys.readouterr().err
    assert "does not exist" in told
    assert "Replaying" not in told
    assert past.read_bytes() == before


def test_two_reviews_of_one_name_are_refused(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their figures would be taken for seeds of one review."""
    other = past.parent / "other" / past.name
    other.parent.mkdir()
    other.write_bytes(past.read_bytes())
    for second in (past, other):
        assert main(["screen", "simulate", str(past), str(second)]) == 2
        assert "are both called hair" in capsys.readouterr().err


def test_two_processes_give_the_orders_of_one(past: Path) -> None:
    asked = {"learner": "fusion", "seeds": 2, "priors": "question", "question": "hair in alopecia"}
    alone = run_simulation([past], **asked)  # type: ignore[arg-type] # one dict for several types
    with executor(jobs=2) as pool:
        assert run_simulation([past], executor=pool, **asked) == alone  # type: ignore[arg-type]
