"""Read the JSON of ClinicalTrials.gov: replies of its API (version 2), and the file that *Download* writes as JSON.

A registration is no publication: CSL has ``dataset`` for it. As in ICTRP's export, what describes the trial stands as
sections of the abstract. Posted results stay in the source text.
"""

from __future__ import annotations

from collections.abc import Iterator

from jakdb.words import RawRecord, Reject, RelatedItem
from jaksearch.formats.ictrp import REGISTRATION
from jaksearch.formats.json_objects import Shape, object_of, read_shape
from jaksearch.formats.meaning import Meaning, Values
from jaksearch.formats.related import related_item
from jaksearch.formats.values import clean_text

__all__ = ["SHAPE", "clinicaltrials_meaning", "read_clinicaltrials"]

PROTOCOL = "protocolSection"
IDENTITY = f"{PROTOCOL}/identificationModule"
STATUS = f"{PROTOCOL}/statusModule"
SPONSOR = f"{PROTOCOL}/sponsorCollaboratorsModule"
DESIGN = f"{PROTOCOL}/designModule"
BROWSE = ("derivedSection/conditionBrowseModule/meshes", "derivedSection/interventionBrowseModule/meshes")
SHAPE = Shape(
    path=("studies",),
    own=frozenset((PROTOCOL, "derivedSection", "resultsSection", "documentSection", "hasResults")),
    is_record=lambda value: PROTOCOL in value,
    known_by=frozenset(f"{IDENTITY}/{name}" for name in ("nctId", "briefTitle", "officialTitle")),
    people=frozenset((f"{SPONSOR}/leadSponsor/name",)),
    where=frozenset(f"{STATUS}/{name}" for name in ("studyFirstPostDateStruct/date", "studyFirstSubmitDate")),
    without=frozenset(("resultsSection", "documentSection", "annotationSection")),
    windows=(1 << 16, 1 << 20, 1 << 26),
)
LINKS = {"RESULT": "associated_publication", "DERIVED": "associated_publication"}
"""Type of a reference -> what it is to the registration; background reading is nothing."""


def read_clinicaltrials(text: str, *, columns: object = None) -> Iterator[RawRecord | Reject]:
    """Yield every study, as a raw record or a reject, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> study = '{"protocolSection": {"identificationModule": {"nctId": "NCT03570749"}}}'
    >>> [record] = read_clinicaltrials('{"totalCount": 1, "studies": [' + study + "]}")
    >>> record.fields
    (('protocolSection/identificationModule/nctId', 'NCT03570749'),)
    """
    return read_shape(text, SHAPE)


def clinicaltrials_meaning(raw: RawRecord) -> Meaning:
    """Return what the modules of a study say."""
    values = Values(raw.fields)
    first, every = values.first, values.all
    number = first(f"{IDENTITY}/nctId")
    brief, official = first(f"{IDENTITY}/briefTitle"), first(f"{IDENTITY}/officialTitle")
    sections = _sections(values, official if brief and official != brief else "")
    secondary = _inner(every(f"{IDENTITY}/secondaryIdInfos"), "id")
    aliases = every(f"{IDENTITY}/nctIdAliases")
    groups = [first(f"{SPONSOR}/leadSponsor/name"), *_inner(every(f"{SPONSOR}/collaborators"), "name")]
    days = every(f"{STATUS}/studyFirstPostDateStruct/date", f"{STATUS}/studyFirstSubmitDate")
    return Meaning(
        title=brief or official,
        groups=[name for name in groups if name],
        date=[*days, *every(f"{STATUS}/startDateStruct/date")],
        days=days,
        registry=[number, *aliases, first(f"{IDENTITY}/orgStudyIdInfo/id"), *secondary],
        accession=number,
        abstract=" ".join(f"{label}: {text}" for label, text in sections),
        sections=sections,
        related=[found for text in every(f"{PROTOCOL}/referencesModule/references") if (found := _reference(text))],
        keywords=every(f"{PROTOCOL}/conditionsModule/conditions", f"{PROTOCOL}/conditionsModule/keywords"),
        mesh=_inner(every(*BROWSE), "term"),
        types=[REGISTRATION, *(word.replace("_", " ").capitalize() for word in every(f"{DESIGN}/studyType"))],
        url=f"https://clinicaltrials.gov/study/{number}" if number else "",
        type="dataset",
        database="ClinicalTrials.gov",
    )


def _sections(values: Values, official: str) -> tuple[tuple[str, str], ...]:
    """Return what describes a study, under the names that registers use."""
    first, every = values.first, values.all
    design = (
        *every(f"{DESIGN}/designInfo/allocation", f"{DESIGN}/designInfo/interventionModel"),
        *every(f"{DESIGN}/designInfo/observationalModel", f"{DESIGN}/designInfo/maskingInfo/masking"),
    )
    outcomes = f"{PROTOCOL}/outcomesModule"
    countries = _inner(every(f"{PROTOCOL}/contactsLocationsModule/locations"), "country")
    found = (
        ("Scientific title", official),
        ("Summary", first(f"{PROTOCOL}/descriptionModule/briefSummary")),
        ("Condition", "; ".join(every(f"{PROTOCOL}/conditionsModule/conditions"))),
        ("Intervention", "; ".join(_interventions(every(f"{PROTOCOL}/armsInterventionsModule/interventions")))),
        ("Primary outcome", "; ".join(_inner(every(f"{outcomes}/primaryOutcomes"), "measure"))),
        ("Secondary outcome", "; ".join(_inner(every(f"{outcomes}/secondaryOutcomes"), "measure"))),
        ("Study design", "; ".join(_words(word) for word in design)),
        ("Phase", "; ".join(_words(word) for word in every(f"{DESIGN}/phases"))),
        ("Target size", first(f"{DESIGN}/enrollmentInfo/count")),
        ("Eligibility criteria", first(f"{PROTOCOL}/eligibilityModule/eligibilityCriteria")),
        ("Recruitment status", _words(first(f"{STATUS}/overallStatus"))),
        ("Results posted", first(f"{STATUS}/resultsFirstPostDateStruct/date")),
        ("Countries", "; ".join(dict.fromkeys(countries))),
    )
    return tuple((label, clean_text(text)) for label, text in found if clean_text(text))


def _interventions(texts: list[str]) -> list[str]:
    """Return the interventions with their types."""
    found = (object_of(text) for text in texts)
    parts = ((_words(str(one.get("type") or "")), str(one.get("name") or "")) for one in found)
    return [": ".join(filter(None, pair)) for pair in parts if pair[1]]


def _words(code: str) -> str:
    """Return one of the register's codes in words.

    Examples
    --------
    >>> _words("ACTIVE_NOT_RECRUITING"), _words("PHASE3"), _words("NA")
    ('Active not recruiting', 'Phase 3', 'Not applicable')
    """
    if code == "NA":
        return "Not applicable"
    return code.replace("_", " ").replace("PHASE", "PHASE ").capitalize()


def _reference(text: str) -> RelatedItem | None:
    """Return the publication of a study's results that a reference names."""
    found = object_of(text)
    kind = LINKS.get(str(found.get("type")), "")
    pmid = str(found.get("pmid") or "")
    citation = str(found.get("citation") or "")
    return related_item(kind, f"{citation} PMID: {pmid}" if pmid.isdigit() else citation) if kind else None


def _inner(texts: list[str], key: str) -> list[str]:
    """Return one key of each object."""
    found = (object_of(text).get(key) for text in texts)
    return [value for value in found if isinstance(value, str) and value]
