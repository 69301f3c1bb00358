"""What tests share: a command line run in this process, and a review in a fresh folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jak.workspace import Review


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the settings of the person who runs the tests out of them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-settings"))
    monkeypatch.setenv("JAK_STATE_DIR", str(tmp_path_factory.getbasetemp() / "state"))
    monkeypatch.setenv("JAK_REVIEWER", "ann")
    for name in ("JAK_EMAIL", "JAK_NCBI_API_KEY", "JAK_EUTILS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("JAK_REVIEW", raising=False)
    monkeypatch.delenv("JAK_STORE_URL", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _empty_stores_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run the migrations of an empty store once; the hundreds of stores that follow start as copies of that file."""
    from jakdb import migrate

    upgrade = migrate.upgrade
    template = tmp_path_factory.mktemp("store") / "empty.db"

    def copied(path: Path, revision: str = "head") -> None:
        if path.exists() or revision != "head":
            upgrade(path, revision)
            return
        if not template.exists():
            upgrade(template)
        shutil.copyfile(template, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "upgrade", copied)
        yield


@pytest.fixture
def jak(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line of jak in this process."""

    def run(*words: object) -> Ran:
        from jak.cli import main

        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Ran(code, out, err)

    return run


@pytest.fixture
def review(tmp_path: Path, jak: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a new review, which is the working folder too."""
    folder = tmp_path / "review"
    assert jak("init", folder).code == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Review]:
    """Return an empty review in which one vote settles a report, with one search of PubMed in jak.toml."""
    from refresh_support import SETTINGS

    from jak.settings import load_settings
    from jak.workspace import Review
    from jakdb.store import Store

    (tmp_path / "jak.toml").write_text(SETTINGS, encoding="utf-8")
    with Store.create(tmp_path / "review.db") as store:
        yield Review(load_settings(tmp_path), store)


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Review]:
    """Return a review of forty reports that two reviewers screen, blind."""
    from screening_pool import TITLES, TOML, bring

    from jak.settings import load_settings
    from jak.workspace import Review
    from jakdb.store import Store

    (tmp_path / "jak.toml").write_text(TOML, encoding="utf-8")
    with Store.create(tmp_path / "review.db") as store:
        bring(store, "a", TITLES)
        yield Review(load_settings(tmp_path), store)
