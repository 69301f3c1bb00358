"""The documentation says what the program does: every console block is played, every figure is drawn again.

A page's blocks are played top to bottom in one fresh folder that holds a copy of docs/example. A line that begins with
``$ `` is a command; the lines below it are its whole output, on stdout and stderr; ``...`` stands for any text.
After a change of the program, ``python tests/end_to_end/test_docs.py docs/import.md`` writes the new output into a
page (what ``...`` still matches stays as it is): read the difference before it is committed.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAYED = ("README.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")))
WRITTEN = (*PLAYED, "db/README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")
DRAWN = {"docs/report.md": {"living/prisma-update.svg": "prisma-update.svg"}}
"""Pictures that a page draws itself, and what they are called in docs/figures."""
FENCE = re.compile(r"^```(\w*)\s*$")
HERE = re.compile(r"<<'?(\w+)'?")


@dataclass
class Command:
    """One command of a page: its line, what is typed (with a here-document), and the output that the page shows."""

    line: int
    typed: str
    shown: list[str] = field(default_factory=list)
    shown_from: int = 0


def blocks(text: str, language: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line's number and the lines of each fenced block of a language."""
    inside, start, held = "", 0, []
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if not fence:
            held.append(line)
        elif inside:
            if inside == language:
                yield start, held
            inside = ""
        else:
            inside, start, held = fence[1] or "text", number + 1, []


def commands(text: str) -> list[Command]:
    """Return the commands of a page's console blocks, in order."""
    found: list[Command] = []
    for start, lines in blocks(text, "console"):
        place = 0
        while place < len(lines):
            line = lines[place]
            assert line.startswith("$ ") or found, f"line {start + place}: output without a command"
            if not line.startswith("$ "):
                found[-1].shown.append(line)
                place += 1
                continue
            number, typed = start + place, [line[2:]]
            here = HERE.search(line)
            while typed[-1].endswith("\\") or (here and typed[-1] != here[1]):
                place += 1
                typed.append(lines[place])
            place += 1
            found.append(Command(number, "\n".join(typed), shown_from=start + place - 1))
    return found


class Player:
    """A terminal that runs jak in this process and hands everything else to bash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0
        self.environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def play(self, typed: str) -> str:
        """Run one command and return what the terminal shows."""
        words = typed.split(maxsplit=1)
        if typed == "echo $?":
            return f"{self.code}\n"
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve(strict=True)
            return ""
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            os.environ[name] = self.environment[name] = value
            return ""
        if words[0] == "scripts/demo":
            return self._jak("jak demo --folder jak-demo")
        if words[0] == "jak":
            return self._jak(typed.replace("\\\n", " "))
        return self._bash(typed, "")

    def _jak(self, typed: str) -> str:
        """Run jak, with a pipe or a redirection of stdout."""
        from jak.cli import main

        line, _, rest = typed.partition(" | ")
        words = shlex.split(line, comments=True)
        target = words[words.index(">") + 1] if ">" in words else ""
        words = words[: words.index(">")] if target else words
        screen = io.StringIO()
        out = io.StringIO() if rest or target else screen
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with redirect_stdout(out), redirect_stderr(screen):
                self.code = main(words[1:])
        finally:
            os.chdir(before)
        if target:
            (self.folder / target).write_text(out.getvalue(), encoding="utf-8")
        return screen.getvalue() + (self._bash(rest, out.getvalue()) if rest else "")

    def _bash(self, typed: str, given: str) -> str:
        """Run anything else."""
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self.folder,
            env=self.environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.code = done.returncode
        return done.stdout


def matches(shown: str, seen: str) -> bool:
    """Say whether the page shows what was seen; ``...`` is any text, blanks at the end of a line do not count."""
    want, got = ("\n".join(t.rstrip() for t in text.strip("\n").splitlines()) + "\n" for text in (shown, seen))
    return doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)


def prepare(folder: Path) -> Player:
    """Return a player in a folder with the example files."""
    shutil.copytree(ROOT / "docs" / "example", folder / "docs" / "example")
    return Player(folder)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what a page exports."""
    monkeypatch.setenv("JAK_REVIEWER", "ann")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("page", PLAYED)
def test_console_blocks_show_what_happens(page: str, tmp_path: Path) -> None:
    player = prepare(tmp_path)
    for command in commands((ROOT / page).read_text(encoding="utf-8")):
        seen = player.play(command.typed)
        shown = "\n".join(command.shown)
        assert matches(shown, seen), (
            f"{page}, line {command.line}: $ {command.typed}\n--- shown\n{shown}\n--- seen\n{seen}"
        )
    for drawn, name in DRAWN.get(page, {}).items():
        kept = ROOT / "docs" / "figures" / name
        assert kept.read_bytes() == (tmp_path / drawn).read_bytes(), f"copy {drawn}, as the page draws it, to {kept}"


def test_a_wrong_output_is_noticed() -> None:
    assert matches("a\n...\nd", "a\nb\nc\nd\n")
    assert not matches("a\n...\nd", "a\nb\n")
    assert not matches("", "a\n")
    [command] = commands("```console\n$ cat > f <<'EOF'\n$ no command\nEOF\nout\n```\n")
    assert command.typed.splitlines() == ["cat > f <<'EOF'", "$ no command", "EOF"]
    assert command.shown == ["out"]


@pytest.mark.parametrize("name", ["forest-response.svg", "prisma.svg"])
def test_figures_are_those_of_the_demo(name: str, demonstration: Path) -> None:
    drawn = (demonstration / "review" / name).read_bytes()
    assert (ROOT / "docs" / "figures" / name).read_bytes() == drawn, f"copy it: jak demo, then review/{name}"


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demonstration played now."""
    folder = tmp_path_factory.mktemp("docs") / "jak-demo"
    assert "7. What came out" in Player(folder.parent).play("jak demo --folder jak-demo")
    return folder


@pytest.mark.parametrize("page", WRITTEN)
def test_links_lead_to_files_and_headings(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        file = (ROOT / page).parent / name if name else ROOT / page
        assert file.exists(), f"{page} links to {target}"
        if heading:
            assert heading in headings(file.read_text(encoding="utf-8")), f"{page} links to {target}"


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = (line.lstrip("#").strip() for line in text.splitlines() if re.match(r"#{1,6} ", line))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_settings_of_the_page_are_taken(tmp_path: Path) -> None:
    from jak.settings import parse_settings

    text = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    tables = ["\n".join(lines) for _, lines in blocks(text, "toml")]
    assert tables
    for table in tables:
        parse_settings(tomllib.loads(table), folder=tmp_path)


def test_every_setting_is_explained() -> None:
    from jak.flow_settings import UpdateSpec
    from jak.ranking_settings import RankingSettings
    from jak.settings import Amendment, AnalysisSpec, ReviewSettings, ScreeningSettings

    text = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    own = {"folder", "screening", "analyses", "high_risk", "store_url", "searches", "update", "name", "ranking"}
    kinds = (Amendment, AnalysisSpec, RankingSettings, ReviewSettings, ScreeningSettings, UpdateSpec)
    keys = {f.name for kind in kinds for f in fields(kind)} - own
    missing = [key for key in (*keys, "high_risk_below", "url") if f"`{key}`" not in text]
    assert missing == []


def test_every_word_of_the_extraction_table_is_explained() -> None:
    from jakscreen.extract.vocabulary import COLUMNS, FIELDS, POPULATIONS, STATUSES

    text = (ROOT / "docs" / "extraction.md").read_text(encoding="utf-8")
    missing = [word for word in (*COLUMNS, *FIELDS, *filter(None, POPULATIONS), *STATUSES) if f"`{word}`" not in text]
    assert missing == []


def test_every_field_that_a_column_can_be_mapped_to_is_named() -> None:
    from jaksearch.formats.headings import FIELDS

    text = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    assert [name for name in FIELDS if f"`{name}`" not in text] == []


def test_every_key_of_a_pooled_result_is_explained() -> None:
    from jakpool import Back, Pooled

    text = (ROOT / "docs" / "pooling.md").read_text(encoding="utf-8")
    assert [f.name for kind in (Pooled, Back) for f in fields(kind) if f"`{f.name}`" not in text] == []


def test_every_error_ends_with_a_documented_code() -> None:
    import jakdb.errors as module

    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE)}
    raised = {getattr(module, name).exit_code for name in module.__all__}
    assert documented == raised | {0, 3, 5, 130}


def test_every_command_has_its_help_on_the_page() -> None:
    from typer.main import get_command

    from jak.cli import app

    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    def walk(command: object, path: str) -> Iterator[str]:
        yield path
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, f"{path} {name}")

    assert [path for path in walk(get_command(app), "jak") if f"## {path}\n" not in text] == []


def test_every_table_of_the_store_is_in_the_picture() -> None:
    from jakdb.tables import metadata

    text = (ROOT / "db" / "README.md").read_text(encoding="utf-8")
    [(_, picture)] = blocks(text, "mermaid")
    drawn: dict[str, list[str]] = {m[1]: [] for line in picture if (m := re.match(r"    (\w+) \{$", line))}
    name = ""
    for line in picture:
        if found := re.match(r"    (\w+) \{$", line):
            name = found[1]
        elif found := re.match(r"        \w+ (\w+)", line):
            drawn[name].append(found[1])
    assert drawn == {table.name: [c.name for c in table.columns] for table in metadata.tables.values()}
    references = {
        (key.column.table.name, table.name, key.parent.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
    }
    lines = (re.match(r"    (\w+) \S+ (\w+) : (\w+)$", line) for line in picture)
    assert {(m[1], m[2], m[3]) for m in lines if m} == references


def rewrite(page: Path) -> None:
    """Write into a page what its commands show now."""
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    with tempfile.TemporaryDirectory() as folder:
        player = prepare(Path(folder))
        changes = []
        for command in commands(text):
            seen = player.play(command.typed)
            if not matches("\n".join(command.shown), seen):
                shown = [line.rstrip() for line in seen.strip("\n").splitlines()]
                changes.append((command.shown_from, len(command.shown), shown))
    for start, count, shown in reversed(changes):
        lines[start : start + count] = shown
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.update(JAK_REVIEWER="ann", COLUMNS="100")
    for argument in sys.argv[1:]:
        rewrite(Path(argument))
