"""Lines that hold the house: a light start, and rooms that know their place."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "matplotlib",
    "Bio",
    "lxml",
    "starlette",
    "alembic",
    "requests",
    "opencc",
    "pypinyin",
)


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after some code."""
    program = f"import sys\n{code}\nprint('MODULES', *sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.rpartition("MODULES")[2].split())


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["search", "import", "--help"],
        ["search", "run", "--help"],
        ["search", "translate", "--help"],
        ["pool", "run", "--help"],
        ["--version"],
    ],
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    modules = loaded_by(f"from jak.cli import main\nmain({words!r})")
    assert modules.isdisjoint(HEAVY), sorted(modules.intersection(HEAVY))


def test_formats_load_nothing_heavy() -> None:
    program = "from jaksearch.formats import *\nfrom jaksearch.formats import meanings"
    assert loaded_by(program).isdisjoint({*HEAVY, "typer", "rich"} - {"lxml"})


def test_comparing_records_loads_no_reader_of_files() -> None:
    """They hold the tables of thirty formats, and a refresh compares without reading a file."""
    program = "import jaksearch.dedupe, sys\nprint('MODULES', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    modules = {name.partition("jaksearch.formats.")[2] for name in done.stdout.split()} - {""}
    assert "values" in modules
    assert modules.isdisjoint(
        {"reading", "detect", "table", "table_fields", "tagged_formats", "meaning", "own", "source"}
    )


def test_faces_give_what_they_name() -> None:
    """Names that are looked up when they are first asked for are there, whatever was imported before them."""
    import jaksearch
    from jaksearch import formats

    for package in (jaksearch, formats):
        assert all(getattr(package, name) is not None for name in package.__all__)
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            package.nothing  # noqa: B018
    assert jaksearch.read_bytes is formats.read_bytes


def test_jakpool_loads_numpy_only() -> None:
    """Special functions come when the first of them is called."""
    program = "import jakpool, sys\nprint('MODULES', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    modules = set(done.stdout.split())
    assert "numpy" in modules
    assert modules.isdisjoint(
        {"scipy.special", "scipy.stats", "scipy.optimize", "matplotlib", "jakdb", "pandas", "typer"}
    )


def test_importing_the_rooms_prints_nothing() -> None:
    program = "import jak.cli, jaksearch, jakscreen, jakpool, jakdb"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("titles", "loaded"),
    [
        (("Tofacitinib for alopecia areata", "Tofacitinib for Alopecia Areata"), set()),
        (("托法替布治疗斑秃的疗效与安全性", "托法替布治療斑禿的療效與安全性"), {"opencc"}),
        (("托法替布治疗斑秃的疗效与安全性", "Efficacy and safety of tofacitinib"), {"opencc", "pypinyin"}),
    ],
)
def test_duplicates_load_chinese_tables_only_where_they_are_needed(titles: tuple[str, str], loaded: set[str]) -> None:
    """Pinyin costs a quarter of a second and 55 MiB: only where a Chinese name meets one in Latin letters."""
    names = ["王伟" if "疗" in title or "療" in title else "Wang W" for title in titles]
    records = ", ".join(
        f"Record(id={i}, title={title!r}, authors=(Author(literal={name!r}),), year=2020, volume='3', pages='7-9')"
        for i, (title, name) in enumerate(zip(titles, names, strict=True), 1)
    )
    modules = loaded_by(
        "from jakdb.words import Author, Record\nfrom jaksearch.dedupe import find_duplicates\n"
        f"assert find_duplicates([{records}]).compared == 1"
    )
    assert modules & {"opencc", "pypinyin"} == loaded


def test_python_m_jak_answers() -> None:
    done = subprocess.run([sys.executable, "-m", "jak", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("jak ")


def test_no_path_of_a_machine_stands_in_the_project() -> None:
    """Addresses of the web may hold such words; absolute paths of people's machines may not."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT)
    if listed.returncode:
        pytest.skip("this tree is no git checkout, so its own files cannot be told from others")
    machine = re.compile(r"(?<![\w.-])/(?:work|root|home)/\w")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".csv", ".ris", ".svg", ".json") and path.is_file():
            text = path.read_text(encoding="utf-8")
            found += [f"{name}: {match[0]}" for match in machine.finditer(text)]
    assert found == []
