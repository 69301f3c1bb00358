"""Build only those of jak's commands that a command line names.

Typer turns every registered command into an object with all its options before it looks at the first word; to build all
of jak's takes longer than many a command does.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import typer
from typer.main import get_command_name

__all__ = ["named_by"]


def named_by(words: Sequence[str], app: typer.Typer) -> typer.Typer:
    """Return an application that answers a command line as `app` does, with the commands that it names alone.

    Only words at the head of the line that are names of commands are followed: at an option, ``--help`` among them, or
    at a word that is no command, everything below is kept, so that help and errors list all there is.

    Parameters
    ----------
    app : Typer
        With a callback: without one Typer takes a command that is alone for the whole program.

    Examples
    --------
    >>> root, search = typer.Typer(callback=lambda: None), typer.Typer()
    >>> for app, names in ((search, ("import", "dedupe")), (root, ("init", "status"))):
    ...     for name in names:
    ...         _ = app.command(name)(lambda: None)
    >>> root.add_typer(search, name="search")
    >>> narrow = named_by(["search", "import", "records.ris"], root)
    >>> [group.typer_instance.registered_commands[0].name for group in narrow.registered_groups]
    ['import']
    >>> named_by(["--help"], root) is root, named_by(["serach"], root) is root
    (True, True)
    """
    if not words:
        return app
    for group in app.registered_groups:
        if group.typer_instance is not None and words[0] == group.name:
            narrow, below = copy(app), copy(group)
            below.typer_instance = named_by(words[1:], group.typer_instance)
            narrow.registered_groups, narrow.registered_commands = [below], []
            return narrow
    for command in app.registered_commands:
        if words[0] == (command.name or get_command_name(getattr(command.callback, "__name__", ""))):
            narrow = copy(app)
            narrow.registered_groups, narrow.registered_commands = [], [command]
            return narrow
    return app
