"""A small pool that two reviewers screen, blind."""

from __future__ import annotations

from jakdb.imports import FileToImport, NewSearch, save_imports
from jakdb.store import Store
from jakdb.words import RawRecord, Record

TOML = """
[review]
question = "Does ginger help against motion sickness?"
[criteria]
include = ["ginger", "motion sickness"]
[screening]
reviewers_required = 2
"""
SUBJECTS = ("ginger", "mint", "acupressure", "scopolamine")
PLACES = ("ferries", "buses", "trains", "planes", "camels")
TITLES = [f"{subject} on {place}: part {n}" for subject in SUBJECTS for place in PLACES for n in (1, 2)]


def bring(store: Store, name: str, titles: list[str]) -> None:
    """Import a file of records with these titles."""
    rows = [
        (RawRecord(n, n, title, ()), Record(title=title, abstract=f"We looked at {title.lower()}."), f"{name}|{n}")
        for n, title in enumerate(titles, start=1)
    ]
    file = FileToImport(name, name.ljust(64, "0"), 1, "ris", "utf-8", rows)
    save_imports(store, [(NewSearch("PubMed"), file)], by="ann")
