"""The root command, and the one place where an error becomes an exit code."""

from __future__ import annotations

import errno
import gc
import importlib
import logging
import os
import sys
from typing import Annotated

import typer

from jak.bulk import garbage_seldom
from jak.command_tree import named_by
from jak.console import ReaderGoneError, emit, say_error
from jakdb.errors import JakError

__all__ = ["app", "main"]

INTERRUPTED = 130

app = typer.Typer(
    name="jak",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A systematic review from the literature search to the forest plot, in one folder.",
    epilog="Exit codes: 0 done, 1 bug, 2 usage, 3 nothing found, 4 input partly or wholly rejected, "
    "5 source unreachable, 6 store locked, damaged or disk full, 7 an unfinished gate, 130 interrupted.",
)

for _family in ("review", "search", "screen", "pool", "report", "demo"):
    importlib.import_module(f"jak.commands.{_family}").register(app)


def jak_version() -> str:
    """Return the installed version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jak-review")
    except PackageNotFoundError:
        return "0 (not installed)"


def _version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        emit(f"jak {jak_version()}")
        raise typer.Exit


@app.callback()
def _root(
    _show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Log more to stderr (twice: all).")] = 0,
) -> None:
    """Set the volume of the log."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(name)s: %(message)s")


def main(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code; the console script ends the process with it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        named = named_by(sys.argv[1:] if arguments is None else arguments, app)
        code = named(args=arguments, standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:  # Typer turns Ctrl-C into this code, without a word
            say_error("interrupted; what was acknowledged is kept")
        return code if isinstance(code, int) else 0
    except JakError as error:
        say_error(str(error), error.hint, getattr(error, "problems", ()))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        say_error("interrupted; what was acknowledged is kept")
        return INTERRUPTED
    except (BrokenPipeError, ReaderGoneError):
        # The reader of a pipe (head, less) has seen enough; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _system_error(error)
    except Exception as error:
        return _other(error)


def _system_error(error: OSError) -> int:
    """Say what the operating system refused."""
    what = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        say_error(
            f"{what}no space left to write, or a file size limit was reached",
            "free some space and try again; jak's own files are whole, output sent to a file is not",
        )
        return 6
    if error.errno in (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR, errno.EROFS, errno.EPERM):
        say_error(f"{what}{os.strerror(error.errno or 0).lower()}", "check the path and its permissions")
        return 2
    return _other(error)


def _other(error: Exception) -> int:
    """Show a usage error in Click's words; anything else is a bug and says so."""
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show) and isinstance(code, int):
        show()
        return code
    if os.environ.get("JAK_DEBUG"):
        raise error
    say_error(
        f"a bug: {type(error).__name__}: {error}",
        "please report it; JAK_DEBUG=1 before the command shows where it happened. What was acknowledged is kept.",
    )
    return 1


def run() -> None:
    """Entry of the console script."""
    with garbage_seldom(after=100_000):  # loading what a command needs makes none
        code = main()
    gc.freeze()  # Python would look through every object for circular garbage once more before it gives all back
    sys.exit(code)
