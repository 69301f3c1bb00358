"""What the elements of PubMed's XML become, from the parts in them: a name, a date, a heading of MeSH, a section."""

from __future__ import annotations

from collections.abc import Callable

__all__ = [
    "DATES",
    "GATHERED",
    "KINDS",
    "NAME_PARTS",
    "NOT_READ",
    "PERSONS",
    "WITHIN",
    "Attribute",
    "Fields",
    "Finish",
    "NotPlainError",
    "Parts",
    "date_words",
    "labelled",
    "mark_of",
    "place_label",
    "with_kind",
]

Fields = list[tuple[str, str]]
Parts = list[tuple[str, str]]
"""Label and text of each element in an element that is read as one; the label is what its rule needs to know."""
Attribute = Callable[[str], str | None]
"""Returns an attribute of an element."""
Finish = Callable[[Parts, Fields], None]
"""``finish(parts, fields)`` adds the fields that the parts of an element make."""


class NotPlainError(Exception):
    """Only the parser can tell what this is."""


NAME_PARTS = frozenset(("LastName", "ForeName", "FirstName", "MiddleName", "Initials", "Suffix"))
DATE_ORDER = ("Year", "Season", "Month", "Day", "MedlineDate")
NOT_READ = frozenset(("ReferenceList",))
"""What the paper cites: in the source text only."""
KINDS = {"ArticleId": "IdType", "ELocationID": "EIdType", "ISSN": "IssnType", "OtherID": "Source"}
"""Element that is one field -> the attribute that tells its kind."""
WITHIN = {"AuthorList": ("Type", "authors"), "OtherAbstract": ("Type", "")}
"""Element that is gone into -> the attribute that tells its kind, and the usual one, which is not printed."""


def with_kind(path: str, kind: str | None) -> str:
    """Return a path with a kind in brackets; without them if no kind is given."""
    return f"{path}[{kind}]" if kind else path


def labelled(label: str | None, text: str) -> str:
    """Return a part of the abstract with its label as PubMed prints it.

    Examples
    --------
    >>> labelled("RESULTS", "Hair grew."), labelled("Results", "RESULTS: Hair grew."), labelled("UNLABELLED", "Hair.")
    ('RESULTS: Hair grew.', 'RESULTS: Hair grew.', 'Hair.')
    """
    if label and (label := " ".join(label.split())):
        capitals = label.upper()
        if capitals != "UNLABELLED" and not text[: len(capitals) + 1].upper().startswith(f"{capitals}:"):
            return text and f"{label}: {text}"
    return text


def mark_of(attribute: Attribute) -> str:
    """Return the star of a major topic of MeSH."""
    return "*" if attribute("MajorTopicYN") == "Y" else ""


def place_label(path: str, tag: str) -> str:
    """Return the path of an element in a person's ``AffiliationInfo``; its tag may have a namespace."""
    return f"{path}/{'' if tag == 'Affiliation' else 'AffiliationInfo/'}{tag.rpartition('}')[2]}"


def date_words(parts: Parts) -> str:
    """Return a date: year, month or season, day, in this order; the time of the day is left out.

    Examples
    --------
    >>> date_words([("Day", "2"), ("Month", "Jan"), ("Year", "2021"), ("Hour", "6")])
    '2021 Jan 2'
    """
    return " ".join(filter(None, map(dict(parts).get, DATE_ORDER)))


def _date(path: str) -> Finish:
    """Return what makes one field of a date; an error if only the blanks between its parts could tell it."""

    def make(parts: Parts, fields: Fields) -> None:
        if text := date_words(parts):
            fields.append((path, text))
        elif any(text for _, text in parts):
            raise NotPlainError

    return make


def _person(path: str) -> Finish:
    """Return what makes one field of a name (family, given, suffix), and one of each group, affiliation, identifier.

    The label of a part of the name is its element; that of any other part is the path of its field.
    """

    def make(parts: Parts, fields: Fields) -> None:
        named = dict(parts)
        given = named.get("ForeName")
        if not given and not (given := f"{named.get('FirstName', '')} {named.get('MiddleName', '')}".strip()):
            given = named.get("Initials")
        if whole := ", ".join(filter(None, (named.get("LastName"), given, named.get("Suffix")))):
            fields.append((path, whole))
        for part in parts:
            if part[0] not in NAME_PARTS and part[1]:
                fields.append(part)

    return make


def _databank(path: str) -> Finish:
    """Return what makes one field for each number in a register or data bank, after the register's name."""

    def make(parts: Parts, fields: Fields) -> None:
        name = next((text for label, text in parts if label == "DataBankName"), "")
        numbers = [text for label, text in parts if label == "AccessionNumber"]
        fields += [(path, "/".join(filter(None, (name, number)))) for number in numbers or [""]]

    return make


def _heading(path: str) -> Finish:
    """Return what makes one field of a MeSH heading: descriptor and qualifiers between bars, stars on major topics."""

    def make(parts: Parts, fields: Fields) -> None:
        if text := "/".join([mark + word for mark, word in parts]):
            fields.append((path, text))

    return make


def _joined(separator: str) -> Callable[[str], Finish]:
    """Return what makes one field of all parts."""

    def of(path: str) -> Finish:
        def make(parts: Parts, fields: Fields) -> None:
            if text := separator.join([text for _, text in parts if text]):
                fields.append((path, text))

        return make

    return of


def _kind_by(name: str) -> Callable[[Attribute], str | None]:
    """Return what tells an element's kind by an attribute."""
    return lambda attribute: attribute(name)


def _validity(attribute: Attribute) -> str | None:
    """Return the kind of a person that PubMed has put right elsewhere."""
    return "invalid" if attribute("ValidYN") == "N" else None


def _no_kind(_attribute: Attribute) -> None:
    """Return no kind."""


PERSONS = ("Author", "Investigator", "PersonalNameSubject")
DATES = (
    "PubDate", "ArticleDate", "PubMedPubDate", "DateCreated", "DateCompleted", "DateRevised", "BeginningDate",
    "EndingDate", "ContributionDate",
)  # fmt: skip
GATHERED: dict[object, tuple[Callable[[Attribute], str | None], Callable[[str], Finish]]] = {
    **dict.fromkeys(PERSONS, (_validity, _person)),
    **dict.fromkeys(DATES, (_kind_by("PubStatus"), _date)),
    "Chemical": (_no_kind, _joined(" ")),
    "CommentsCorrections": (_kind_by("RefType"), _joined(" | ")),
    "DataBank": (_no_kind, _databank),
    "Grant": (_no_kind, _joined("/")),
    "MeshHeading": (_no_kind, _heading),
}
"""Element whose parts make its fields together -> what tells its kind, and what gives its `Finish` for a path."""
