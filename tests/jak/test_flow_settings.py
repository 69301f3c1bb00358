"""What jak.toml may say of the flow and of a previous version, and what is refused by name."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from jak.flow_settings import UpdateSpec, as_convention
from jak.settings import ReviewSettings, parse_settings
from jakdb.errors import SettingsError, UsageError


def parsed(text: str) -> ReviewSettings:
    return parse_settings(tomllib.loads(text), folder=Path())


def test_without_a_word_a_record_counts_once_and_nothing_is_an_update() -> None:
    assert parsed("").flow == "once"
    assert parsed("").update is None


def test_the_default_convention_may_be_set() -> None:
    assert parsed('[report]\nflow = "per-run"').flow == "per-run"


@pytest.mark.parametrize("since", ["2026-01-01", '"2026-01-01"'])
def test_the_first_day_of_the_new_searches(since: str) -> None:
    assert parsed(f'[update]\nsince = {since}\ncitation = " Doe 2024 "').update == UpdateSpec(
        since=date(2026, 1, 1), citation="Doe 2024"
    )


def test_the_numbers_of_a_version_made_elsewhere() -> None:
    assert parsed("[update]\nstudies = 12\nreports = 14").update == UpdateSpec(studies=12, reports=14)
    assert parsed("[update]\nstudies = 0\nreports = 0").update == UpdateSpec()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[report]\nflow = "twice"', "report.flow is 'twice'"),
        ("[report]\nflow = 2", "report.flow must be text"),
        ('[report]\nflows = "once"', "does not know 'report.flows'"),
        ("[update]\nsinse = 2026-01-01", "does not know 'update.sinse'"),
        ("[update]", "update.since is missing"),
        ('[update]\ncitation = "Doe 2024"', "update.since is missing"),
        ("[update]\nstudies = 12", "update.reports is missing"),
        ("[update]\nreports = 12", "update.studies is missing"),
        (
            "[update]\nsince = 2026-01-01\nstudies = 1\nreports = 1",
            "update.since and update.studies exclude each other",
        ),
        ("[update]\nsince = 2026-01-01T10:00:00", "update.since must be a day"),
        ('[update]\nsince = "last year"', "update.since must be a day"),
        ("[update]\nsince = 2026", "update.since must be a day"),
        ("[update]\nstudies = -1\nreports = 2", "update.studies must be a whole number"),
        ("[update]\nstudies = true\nreports = 2", "update.studies must be a whole number"),
        ("[update]\nstudies = 1.5\nreports = 2", "update.studies must be a whole number"),
        ("[update]\nstudies = 2\nreports = 0", "2 studies cannot have 0 reports"),
        ("update = 3", "update must be a table"),
    ],
)
def test_what_is_not_known_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        parsed(text)


@pytest.mark.parametrize("file", ["prisma.svg", "out/prisma", "C:\\flow"])
def test_a_file_is_told_where_it_belongs(file: str) -> None:
    with pytest.raises(UsageError, match="is a file") as caught:
        as_convention(file)
    assert f"--svg {file}" in caught.value.hint


def test_another_word_is_told_the_three() -> None:
    with pytest.raises(UsageError) as caught:
        as_convention("twice")
    assert "once, per-run, update" in caught.value.hint
    assert "--svg FILE" in caught.value.hint
