"""Write result files whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from jakdb.errors import UsageError

__all__ = ["check_outputs", "write_pieces", "write_whole"]


def check_outputs(outputs: Iterable[Path | None], *, inputs: Iterable[Path] = ()) -> None:
    """Make sure, before long work, that its files can be written and that none takes the place of what it reads.

    Raises
    ------
    UsageError
        If a folder does not exist, a path is a folder, or an output is one of the inputs or another output.
    """
    taken = {path.resolve(): "is what is read" for path in inputs}
    for path in outputs:
        if path is None:
            continue
        _check_place(path)
        if path.resolve() in taken:
            raise UsageError(f"{path} {taken[path.resolve()]}: it would be lost", hint="name another file to write")
        taken[path.resolve()] = "is to be written twice"


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file beside its place and move it there when it is complete.

    Raises
    ------
    UsageError
        If the folder does not exist or the path is a folder.
    OSError
        If the disk is full; nothing is left behind then, and a file that was there before is untouched.
    """
    return write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[str | bytes]) -> Path:
    """Write a file of many pieces, one after the other; otherwise as `write_whole`.

    An error in the pieces leaves nothing behind either.
    """
    _check_place(path)
    building = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with building.open("wb") as out:
            for piece in pieces:
                out.write(piece.encode() if isinstance(piece, str) else piece)
            out.flush()
            os.fsync(out.fileno())
        os.replace(building, path)  # noqa: PTH105 - both names lie in one folder
    finally:
        building.unlink(missing_ok=True)
    return path


def _check_place(path: Path) -> None:
    """Make sure that a file can stand at a path."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"the folder {path.parent} does not exist", hint="make it first")
