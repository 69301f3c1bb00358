"""A command line is answered by the commands that it names alone, and as all of them together would answer it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.main import get_command

from jak.cli import app, main
from jak.command_tree import named_by


def paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command below one, with the words that name it."""
    for name, below in getattr(command, "commands", {}).items():
        yield (*path, name), below
        yield from paths(below, (*path, name))


def described(command: Any) -> tuple[Any, ...]:
    """Return what a command answers to: its help, its options and arguments, and the names of those below it."""
    parameters = [(p.name, tuple(p.opts), p.required, p.default, getattr(p, "help", "")) for p in command.params]
    return command.name, command.help, parameters, sorted(getattr(command, "commands", ()))


def test_every_command_is_the_same_when_it_is_built_alone() -> None:
    listed = dict(paths(get_command(app)))
    assert len(listed) > 60
    for path, whole in listed.items():
        alone = get_command(named_by([*path, "--help"], app))
        for word in path:
            assert list(alone.commands) == [word], path
            alone = alone.commands[word]
        assert described(alone) == described(whole), path


@pytest.mark.parametrize("words", [[], ["--help"], ["-v", "search", "list"], ["serach", "list"], [""]])
def test_all_is_kept_where_no_command_is_named(words: list[str]) -> None:
    assert named_by(words, app) is app


def test_a_word_that_is_no_command_meets_all_commands_of_its_family() -> None:
    whole = dict(paths(get_command(app)))
    narrow = get_command(named_by(["search", "dedup"], app))
    assert sorted(narrow.commands) == ["search"]
    assert described(narrow.commands["search"]) == described(whole["search",])


def test_a_mistyped_command_is_told_the_nearest_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "dedup"]) == 2
    assert "'dedupe'" in capsys.readouterr().err


def test_the_application_itself_is_left_whole() -> None:
    before = len(list(paths(get_command(app))))
    narrow = named_by(["search", "dedupe", "list"], app)
    assert isinstance(narrow, typer.Typer)
    assert len(list(paths(get_command(narrow)))) == 3
    assert len(list(paths(get_command(app)))) == before
