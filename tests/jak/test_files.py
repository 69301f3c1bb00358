"""Files are written whole or not at all, in one piece or in many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jak.files import write_pieces, write_whole
from jakdb.errors import UsageError


def test_pieces_become_one_file(tmp_path: Path) -> None:
    assert write_pieces(tmp_path / "a.txt", iter(["Łoś\n", b"two\n"])).read_text(encoding="utf-8") == "Łoś\ntwo\n"
    write_whole(tmp_path / "a.txt", "three")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "three"


def test_an_error_between_pieces_leaves_what_was_there(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "begun"
        raise ValueError("no more")

    (tmp_path / "a.txt").write_text("before", encoding="utf-8")
    for name in ("a.txt", "b.txt"):
        with pytest.raises(ValueError, match="no more"):
            write_pieces(tmp_path / name, pieces())
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("a.txt", "before")]


def test_a_folder_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_pieces(tmp_path, ["x"])
    with pytest.raises(UsageError, match="does not exist"):
        write_pieces(tmp_path / "none" / "a.txt", ["x"])
