"""The fields that two readings of one record are compared by, as plain words and lists.

A reading is a dictionary with title, authors (a list of [family, given]), year, journal, volume, issue, pages, doi,
abstract, and editors and translators beside. Two measures: *exact* (blanks and line breaks normalised, nothing else)
and *letters* (letters and digits only, given names as initials).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["BESIDE", "FIELDS", "Agreement", "Difference", "compared", "expected_fields", "folded", "read_disputed"]

FIELDS = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract")
BESIDE = ("editors", "translators")
PEOPLE = ("authors", "editors", "translators")
YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose two values are not the same; `letters` says that only punctuation or case differs."""

    file: str
    record: int
    field: str
    wanted: object
    got: object
    letters: bool


@dataclass(slots=True)
class Agreement:
    """How many fields were compared, how many were the same, and which were not."""

    total: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def add(self, file: str, number: int, wanted: Mapping[str, object], got: Mapping[str, object] | None) -> None:
        """Compare one record; `got` is None where the reader has no such record."""
        for name, value in wanted.items():
            self.total[name] += 1
            own = None if got is None else got.get(name)
            same, alike = compared(name, value, own)
            self.exact[name] += same
            self.letters[name] += alike
            if not same:
                self.differences.append(Difference(file, number, name, value, own, alike))


def expected_fields(item: Mapping[str, object]) -> dict[str, object]:
    """Return the fields that an item of Zotero's translator tests has."""

    def word(*names: str) -> str:
        return " ".join(next((str(item[name]) for name in names if item.get(name)), "").split())

    people: dict[str, list[list[str]]] = {kind: [] for kind in PEOPLE}
    creators = item.get("creators")
    for one in creators if isinstance(creators, list) else []:
        kind = f"{one.get('creatorType')}s"
        if kind in people:
            people[kind].append([str(one.get("lastName", "")), str(one.get("firstName", ""))])
    year = YEAR.search(word("date", "issueDate", "dateDecided", "dateEnacted"))
    found: dict[str, object] = {
        "title": word("title", "caseName", "nameOfAct"),
        "year": int(year[1]) if year else None,
        "journal": word("publicationTitle", "bookTitle", "proceedingsTitle"),
        "volume": word("volume"),
        "issue": word("issue"),
        "pages": word("pages"),
        "doi": word("DOI").lower(),
        "abstract": word("abstractNote"),
        **people,
    }
    return {name: found[name] for name in (*FIELDS, *BESIDE) if found[name]}


def compared(name: str, wanted: object, got: object) -> tuple[bool, bool]:
    """Say whether two values of a field are the same exactly, and in their letters.

    Examples
    --------
    >>> compared("title", "Hair  loss.", "Hair loss")
    (False, True)
    >>> compared("authors", [["Berg", "Anna B."]], [["Berg", "AB"]])
    (False, True)
    >>> compared("authors", [["颜宏", ""]], [["颜", "宏"]])
    (True, True)
    """
    if name in PEOPLE:
        first, second = (
            [_person(one) for one in people] if isinstance(people, list) else [] for people in (wanted, got)
        )
        if first == second:
            return True, True
        alike = [(folded(family), _initials(given)) for family, given in first]
        return False, alike == [(folded(family), _initials(given)) for family, given in second]
    if name == "year":
        return wanted == got, wanted == got
    first_text, second_text = (" ".join(str(value or "").split()) for value in (wanted, got))
    if first_text == second_text:
        return True, True
    if name == "doi":
        return (first_text.lower() == second_text.lower(),) * 2
    return False, bool(folded(first_text)) and folded(first_text) == folded(second_text)


def folded(text: str) -> str:
    """Return letters and digits only, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def read_disputed(path: Path) -> dict[tuple[str, int, str], str]:
    """Return (file, record, field) -> why the expectation is wrong; nothing if there is no such file.

    The file is a list of objects: ``{"file": "cnki/a.enw", "record": 1, "field": "pages", "why": "…"}``.
    """
    if not path.is_file():
        return {}
    return {
        (row["file"], int(row["record"]), row["field"]): row["why"]
        for row in json.loads(path.read_text(encoding="utf-8"))
    }


def _person(person: Sequence[str]) -> tuple[str, str]:
    """Return family and given name; a Chinese name whole, since the expectations do not cut it."""
    family, given = (" ".join(part.split()) for part in person)
    return (family + given, "") if HAN.search(family) else (family, given)


def _initials(given: str) -> str:
    """Return the initials of given names ("Jimmy T." and "JT" alike)."""
    if given.replace(".", "").replace(" ", "").replace("-", "").isupper():
        return "".join(char for char in given if char.isalpha())
    return "".join(word[0] for word in re.split(r"[\s.-]+", given) if word).upper()
