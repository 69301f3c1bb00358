"""Play the bundled review: each step is a command of jak on real files, printed as a user would type it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from jak.console import emit, say
from jakdb.errors import JakError, UsageError

if TYPE_CHECKING:
    from jakpool.results import Pooled, Subgroup

__all__ = ["play"]

MARK = ".jak-demo"
FIRST = ("review.toml", "records.ris", "printings.csv", "decisions.csv", "studies.csv", "extraction.csv")
SECOND = ("update.toml", "update_records.ris", "update_register.ris", "update_decisions.csv", "update_studies.csv")
WHO = ("--as", "demo reviewer")

THESIS = (
    ("any response", "response", (80, 79, 84)),
    ("SALT50", "salt50", (61, 57, 79)),
    ("SALT90", "salt90", (27, 24, 42)),
)


def play(folder: Path) -> int:
    """Play both questions in a folder and end with the pooled table and the paths of the figures; return 0.

    The folder is made anew each time, but only if a demonstration made it: anything else is refused.
    """
    _fresh(folder)
    data = resources.files("jak.demo") / "data"
    files = folder / "files"
    files.mkdir()
    for name in (*FIRST, *SECOND, "update_extraction.csv"):
        (files / name).write_bytes((data / name).read_bytes())
    review, update = folder / "review", folder / "update"
    _first_question(review, files)
    _second_question(update, files)
    emit("\n# 7. What came out")
    emit(
        "\nThis is a partial reconstruction, not the thesis reproduced: 75 numbers of 14 arms that public sources show."
    )
    _table(review)
    paths = [review / name for name in ("forest-response.svg", "forest-salt50.svg", "forest-salt90.svg")]
    paths += [review / "prisma.svg", review / "report.html"]
    paths += [update / name for name in ("forest-salt20.svg", "prisma.svg", "report.html")]
    emit("\nFigures and reports")
    for path in paths:
        emit(f"  {path}")
    return 0


def _first_question(review: Path, files: Path) -> None:
    """Play the review of the thesis's question."""
    emit("# 1. A review, and two exports: 50 records, and 17 other printings of 7 of the papers")
    _jak("init", str(review), quiet=True)
    shutil.copyfile(files / "review.toml", review / "jak.toml")
    here = ("--review", str(review))
    sources = (("records.ris", "public sources", "50"), ("printings.csv", "other printings", "17"))
    for name, source, hits in sources:
        _jak("search", "import", str(files / name), "--source", source, "--hits", hits, *here, *WHO)
    emit("\n# 2. Which of them are one paper")
    _jak("search", "dedupe", *here)
    _answer_questions(review)
    emit("\n# 3. Screening: the recorded labels are replayed (one reviewer's, made for this demonstration)")
    _jak("screen", "rank", "--limit", "5", *here, *WHO)
    _jak("screen", "import", str(files / "decisions.csv"), *here, *WHO)
    dincer = _report(review, "Experience with oral tofacitinib in severe alopecia areata")
    why = "its date against the cut-off could not be read; it is kept because its numbers could, on record"
    _jak("screen", "resolve", dincer, "include", "--stage", "fulltext", "--why", why, *here, *WHO)
    _jak("screen", "status", *here)
    emit("\n# 4. Studies and their numbers, each with its source and quote")
    _jak("pool", "studies", "--load", str(files / "studies.csv"), *here, *WHO)
    _jak("pool", "load", str(files / "extraction.csv"), *here, *WHO)
    emit("\n# 5. Pooling, figures, report")
    for name in ("response", "salt50", "salt90"):
        _jak("pool", "run", name, *here)
        _jak("pool", "forest", name, "-o", str(review / f"forest-{name}.svg"), *here)
    _jak("report", "-o", str(review / "report.html"), "--svg", str(review / "prisma.svg"), *here)
    _jak("doctor", *here, quiet=True)


def _second_question(update: Path, files: Path) -> None:
    """Play the update: later trials, as a second question."""
    emit("\n# 6. The update, a second question: placebo-controlled trials after the cut-off")
    _jak("init", str(update), quiet=True)
    shutil.copyfile(files / "update.toml", update / "jak.toml")
    here = ("--review", str(update))
    _jak("search", "import", str(files / "update_records.ris"), "--source", "update candidates", *here, *WHO)
    register = ("--source", "ClinicalTrials.gov", "--kind", "register")
    _jak("search", "import", str(files / "update_register.ris"), *register, *here, *WHO)
    _jak("screen", "import", str(files / "update_decisions.csv"), *here, *WHO)
    _jak("pool", "studies", "--load", str(files / "update_studies.csv"), *here, *WHO)
    _jak("pool", "load", str(files / "update_extraction.csv"), *here, *WHO)
    _jak("pool", "run", "salt20", *here)
    _jak("pool", "run", "baricitinib", *here)
    _jak("pool", "forest", "salt20", "-o", str(update / "forest-salt20.svg"), *here)
    _jak("report", "-o", str(update / "report.html"), "--svg", str(update / "prisma.svg"), *here)


def _jak(*words: str, quiet: bool = False) -> None:
    """Run one command of jak and show it as it would be typed; a failure ends the demonstration."""
    from jak.cli import main

    if not quiet:
        emit(f"\n$ jak {' '.join(_quoted(word) for word in words)}")
    code = main(list(words))
    if code:
        raise JakError(f"the demonstration stopped at `jak {' '.join(words[:2])}` with exit code {code}")


def _quoted(word: str) -> str:
    """Return a word as a shell needs it."""
    return f'"{word}"' if " " in word or not word else word


def _fresh(folder: Path) -> None:
    """Make the folder anew, never touching one that something else made."""
    if folder.exists():
        if not (folder / MARK).is_file() and any(folder.iterdir()):
            raise UsageError(f"{folder} exists and no demonstration made it", hint="name another folder with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("made by jak demo; made anew each time\n", encoding="utf-8")


def _answer_questions(folder: Path) -> None:
    """Answer the open questions from the list of printings, as a person would, with the ground on record."""
    from jak.deduping import answer, open_questions
    from jak.workspace import open_review

    with open_review(folder) as review:
        questions = open_questions(review)
        for question in questions:
            printing = "other printings" in (question.a.database, question.b.database)
            why = "the list of printings names them as one paper" if printing else "two different papers"
            event = answer(review, question.event, printing, by=WHO[1], why=why).event
            verdict = "same" if printing else "distinct"
            emit(f'\n$ jak search dedupe answer {question.event} {verdict} --why "{why}"')
            emit(f"records {question.a.id} and {question.b.id}: stored as event {event}")
    if not questions:
        say("no question is open")


def _report(folder: Path, title: str) -> str:
    """Return the number of the report whose title begins so."""
    from jak.workspace import open_review

    with open_review(folder) as review:
        snapshot = review.snapshot()
        found = next(r for r in snapshot.records.values() if r.title.startswith(title))
        return str(snapshot.report_of[found.id])


def _table(folder: Path) -> None:
    """Print the pooled figures beside those of the thesis, and why they differ."""
    from jak.console import emit_table
    from jak.pooling import run_analysis
    from jak.workspace import open_review

    rows: list[Sequence[object]] = []
    with open_review(folder) as review:
        for title, name, (all_, tofa, ruxo) in THESIS:
            result = run_analysis(review, name, quick=True)
            said = {"tofacitinib": tofa, "ruxolitinib": ruxo}
            rows.append(_line(title, result.overall, all_))
            rows.extend(_line(f"  {group.name}", group, said[group.name]) for group in result.pooled.subgroups)
    emit()
    emit_table(("outcome", "k", "events/N", "pooled", "95 % interval", "profile", "thesis"), rows, right=(1, 2, 3))
    emit()
    emit("Why ours differ from the thesis: it had 21 papers and their full texts, these are the 14 arms that public")
    emit("sources show, 9 of them with a count of responders; its model is not stated in what is public, ours is a")
    emit("logistic GLMM; one of our counts is a lower bound; and what counts as a response differs between papers.")


def _line(name: str, pooled: Pooled | Subgroup, thesis: int) -> tuple[str, ...]:
    """Return one line of the table: ours, its two intervals, and the thesis's figure."""
    back = pooled.back
    return (
        name,
        f"{pooled.k} arms",
        f"{pooled.events_total}/{pooled.n_total}",
        _percent(back.estimate),
        f"{_span(back.ci_lb, back.ci_ub)} ({pooled.ci_method})",
        _span(back.profile_lb, back.profile_ub),
        f"{thesis} %",
    )


def _percent(value: float | None) -> str:
    """Return a share in whole percent."""
    return "-" if value is None else f"{value * 100:.0f} %"


def _span(lower: float | None, upper: float | None) -> str:
    """Return an interval in whole percent."""
    return "-" if lower is None or upper is None else f"{lower * 100:.0f}-{upper * 100:.0f}"
