"""Read the XML of the WHO's International Clinical Trials Registry Platform (``<Trials_downloaded_from_ICTRP>``).

A registration is no publication: CSL has ``dataset`` for it. The public title is the title, as ClinicalTrials.gov's own
exports have it; the scientific title and what else describes the trial stand as sections of the abstract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jakdb.words import RawRecord, Reject
from jaksearch.formats.headings import normal_heading
from jaksearch.formats.meaning import Meaning, Values
from jaksearch.formats.values import said
from jaksearch.formats.xml_reading import XmlDialect, read_xml_records
from jaksearch.formats.xml_records import XmlSource, inner_text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["TRIAL_NUMBERS", "ictrp_meaning", "read_ictrp", "registration_days", "trial_row", "trial_sections"]

TRIAL_NUMBERS = frozenset(("nctnumber", "trialid"))
"""Headings, as `normal_heading` gives them, of tables whose rows are registrations."""
REGISTRATION = "Clinical trial registration"
DIALECT = XmlDialect(
    names=("Trial",),
    around=("Trials_downloaded_from_ICTRP",),
    known_by=frozenset(("TrialID", "Public_title", "Scientific_title", "web_address")),
    people=frozenset(("Primary_sponsor", "Primary_Sponsor")),
    where=frozenset(("Date_registration", "Date_registration3", "Date_enrollement")),
)
SECTIONS: tuple[tuple[str, str], ...] = (
    ("Scientific_title", "Scientific title"),
    ("Condition", "Condition"),
    ("Intervention", "Intervention"),
    ("Primary_outcome", "Primary outcome"),
    ("Secondary_outcome", "Secondary outcome"),
    ("Study_design", "Study design"),
    ("Phase", "Phase"),
    ("Target_size", "Target size"),
    ("Inclusion_Criteria", "Inclusion criteria"),
    ("Exclusion_Criteria", "Exclusion criteria"),
    ("Recruitment_Status", "Recruitment status"),
    ("Countries", "Countries"),
)
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_ictrp(text: XmlSource, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every trial of ICTRP's XML, as a raw record or a reject, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_ictrp("<Trial><TrialID>NCT03570749 </TrialID><Acronym/></Trial>")
    >>> record.fields
    (('TrialID', 'NCT03570749'),)
    """
    return read_xml_records(text, DIALECT, _fields)


def _fields(trial: _Element, unknown: dict[str, int]) -> list[tuple[str, str]]:
    """Return the fields of a trial, one an element."""
    return [(str(child.tag), value) for child in trial if (value := inner_text(child))]


def ictrp_meaning(raw: RawRecord) -> Meaning:
    """Return what the elements of a trial say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    public, scientific = first("Public_title"), first("Scientific_title")
    sections = trial_sections(
        raw.fields, without=("Scientific_title",) if scientific in ("", public) or not public else ()
    )
    return Meaning(
        title=public or scientific,
        groups=[said(name) for name in every("Primary_sponsor", "Primary_Sponsor")],
        date=registration_days(every("Date_registration3", "Date_registration", "Date_enrollement")),
        registry=every("TrialID", "Secondary_IDs", "Secondary_ID", "SecondaryIDs", "other_records", "web_address"),
        accession=first("TrialID"),
        abstract=" ".join(f"{label}: {text}" for label, text in sections),
        sections=sections,
        keywords=[
            part for text in every("Condition") for part in re.split(r"<br\s*/?>|[;；]", text, flags=re.IGNORECASE)
        ],
        types=[REGISTRATION, *every("Study_type")],
        url=first("web_address"),
        type="dataset",
        database="ICTRP",
    )


def trial_row(meaning: Meaning, raw: RawRecord) -> Meaning:
    """Return what a row of a register's table (ICTRP's, ClinicalTrials.gov's) says: a registration, described.

    Examples
    --------
    >>> raw = RawRecord(1, 2, "", (("TrialID", "NCT03570749"), ("Condition", "Hair loss"), ("Phase", "2")))
    >>> found = trial_row(Meaning(title="Hair"), raw)
    >>> found.type, found.abstract
    ('dataset', 'Condition: Hair loss Phase: 2')
    """
    meaning.type = "dataset"
    meaning.types = [REGISTRATION, *meaning.types]
    if not meaning.abstract:
        places = {normal_heading(tag): tag for tag, _ in SECTIONS}
        named = ((places.get(normal_heading(heading), ""), value) for heading, value in raw.fields)
        title = next((tag for tag, text in raw.fields if text == meaning.title), "")
        sections = trial_sections(named, without=[places.get(normal_heading(title), "")])
        meaning.abstract = " ".join(f"{label}: {text}" for label, text in sections)
        meaning.sections = sections
    return meaning


def trial_sections(fields: Iterable[tuple[str, str]], *, without: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """Return what describes a trial, under the names of SECTIONS, each with its text.

    Examples
    --------
    >>> trial_sections([("Phase", "Phase 3"), ("Condition", "Hair"), ("Study_design", "")])
    (('Condition', 'Hair'), ('Phase', 'Phase 3'))
    """
    values = Values(fields)
    skipped = frozenset(without)
    return tuple((label, text) for tag, label in SECTIONS if tag not in skipped and (text := values.first(tag)))


def registration_days(texts: Iterable[str]) -> list[str]:
    """Return ICTRP's dates as ``2020-04-05``: it writes ``20200405`` and ``05/04/2020`` (day first).

    Examples
    --------
    >>> registration_days(["20200405", "05/04/2020", "2020-04-05", "April 2020"])
    ['2020-04-05', '2020-04-05', '2020-04-05', 'April 2020']
    """
    return [
        SLASHED.sub(lambda m: f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}", text)
        if SLASHED.fullmatch(text)
        else "-".join(match.groups())
        if (match := COMPACT.fullmatch(text))
        else text
        for text in map(str.strip, texts)
    ]
