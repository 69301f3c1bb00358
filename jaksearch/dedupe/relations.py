"""Say what two records are to each other when they are not one paper: version, notice, abstract, registration, study.

A relation never merges anything. It suggests which reports belong to one study, so that patients are counted once and
no report is thrown away. The words are those of PRISMA 2020 and the Cochrane Handbook (chapter 4, section 4.6.2):
several reports may tell of one study.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jaksearch.dedupe.features import Seen
from jaksearch.dedupe.journals import compare_journals
from jaksearch.dedupe.names import compare_names
from jaksearch.dedupe.prepare import Facts
from jaksearch.dedupe.titles import match_titles

__all__ = ["RELATIONS", "Related", "Relation", "is_about", "is_abstract", "page_count", "relation_of"]

Relation = Literal["version", "erratum", "retraction", "comment", "conference abstract", "registration", "same study"]

RELATIONS: dict[Relation, str] = {
    "version": "a preprint, or an earlier version of a review, and what followed it",
    "erratum": "a paper and the notice that corrects it",
    "retraction": "a paper and the notice that retracts it or voices concern",
    "comment": "a paper, and a comment on it or a reply",
    "conference abstract": "an abstract of a meeting and the paper or another abstract of the same work",
    "registration": "a trial's registration and a report of it",
    "same study": "two reports of one study: companions, a protocol, a thesis, a second printing",
}
"""Every relation, and what it joins."""

_NOTICES: dict[str, Relation] = {
    "erratum": "erratum",
    "retraction notice": "retraction",
    "reply": "comment",
    "comment": "comment",
    "withdrawn version": "version",
    "protocol": "same study",
}
_LIKE = frozenset({"same", "near", "contained"})
_KNOWN = frozenset({"same", "near"})
_MANY = 999
_LABEL = re.compile(r"(?:abstract|poster|oral)?(?:no)?[a-z]{0,4}\d{1,5}[a-z]?")
"""What the squeezed title of an abstract may begin with: its number in the programme."""
_NO_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Related:
    """A relation, and what it was told by."""

    relation: Relation
    words: str


def relation_of(a: Facts, b: Facts, seen: Mapping[str, Seen]) -> Related | None:
    """Return what two records that are not one paper are to each other, if anything is seen.

    Parameters
    ----------
    seen : mapping of str to Seen
        What `compare` says of the two.
    """
    if a.notice != b.notice:
        return _of_notice(a, b, seen)
    if a.notice:
        return None
    shared = sorted(a.registrations & b.registrations)
    if a.title.parts != b.title.parts and not (shared and "registration" in (a.kind, b.kind)):
        return None
    people = seen["authors"].level in _KNOWN or seen["authors"].level == "weak"
    like = seen["title"].level in _LIKE and not (a.title.generic or b.title.generic)
    if seen["title"].level == "contained":
        like = like and seen["year"].level in ("same", "near") and seen["authors"].level in _KNOWN
    elif seen["title"].level == "words":
        like = _goes_on(a, b, seen)
    kinds = {a.kind, b.kind}
    if "registration" in kinds:
        return _of_registration(a, b, seen, shared)
    telling = like and (people or (seen["authors"].level == "unknown" and a.title.specific and b.title.specific))
    across = seen["title"].level == "scripts" and seen["authors"].level == "same" and bool(shared)
    if telling or across or (shared and people):
        return _of_printings(a, b, seen, shared)
    if shared:
        return Related("same study", f"both name {shared[0]}")
    if seen["title"].level == "words" and people and seen["abstract"].level == "same":
        return _of_printings(a, b, seen, shared)
    return None


def is_abstract(f: Facts) -> bool:
    """Say whether a record is a meeting's abstract: it says so, or fills a page or two of a supplement."""
    if f.kind == "conference" or f.title.abstract:
        return True
    if not f.pages.given:
        return f.issue.startswith("s")
    lettered = f.pages.first[:1] in ("s", "a", "p", "o") or f.pages.first[-1:] in ("a", "s")
    return (lettered or f.issue.startswith("s")) and page_count(f) <= 2


def page_count(f: Facts) -> int:
    """Return how many pages a record fills; 1 if it gives one page only, many if its pages are no numbers."""
    first, last = ("".join(c for c in text if c.isdigit()) for text in (f.pages.first, f.pages.last or f.pages.first))
    return int(last) - int(first) + 1 if first and last and int(last) >= int(first) else _MANY


def is_about(notice: Facts, paper: Facts) -> bool:
    """Say whether a notice is about a paper: it cites the paper's place, or its title goes on with the paper's.

    A reply that names nothing is about the paper of its own authors in the same volume.
    """
    if notice.notice == "reply" and notice.title.generic and _are_one_hand(notice, paper):
        return True
    volume, page, year = notice.title.cites
    if volume and page and (volume, page) == (paper.volume, paper.pages.first):
        return not paper.year or not year or abs(int(year) - paper.year) <= 1
    return match_titles(notice.title, paper.title).kind in ("equal", "near", "contained")


def _are_one_hand(a: Facts, b: Facts) -> bool:
    """Say whether the same first author wrote both in one volume of one journal."""
    return (
        bool(a.volume and a.names and b.names and a.journals and b.journals)
        and a.volume == b.volume
        and compare_names(a.names[0], b.names[0]) == 1.0
        and compare_journals(a.journals[0], b.journals[0]) == 2
    )


def _goes_on(a: Facts, b: Facts, seen: Mapping[str, Seen]) -> bool:
    """Say whether the title of an abstract or of its paper has a word or a number more, and the people are the same."""
    if not (is_abstract(a) or is_abstract(b)) or not (a.title.specific and b.title.specific):
        return False
    short, long = sorted((a.title.versions[0], b.title.versions[0]), key=len)
    if long.endswith(short) and _LABEL.fullmatch(long.removesuffix(short)):
        return True
    several = seen["authors"].key == "authors.same.several" and is_abstract(a) != is_abstract(b)
    return several and long.startswith(short)


def _of_notice(a: Facts, b: Facts, seen: Mapping[str, Seen]) -> Related | None:
    """Return the relation of a notice to its paper; two kinds of notices are not related to each other."""
    if a.notice and b.notice:
        return None
    notice, paper = (a, b) if a.notice else (b, a)
    relation = _NOTICES[notice.notice]
    about = is_about(notice, paper)
    if relation in ("same study", "version"):
        about = about and seen["authors"].level != "differs"
    cites = notice.title.cites[0]
    if relation in ("erratum", "retraction") and not cites:
        about = about and seen["journal"].level != "differs"  # it stands in the paper's own journal
    if not about:
        return None
    if relation == "same study" and paper.kind == "registration":
        return Related("registration", f"{notice.notice} of a registered study")
    return Related(relation, f"{notice.notice} about the other" + (", citing its volume and page" if cites else ""))


def _of_registration(a: Facts, b: Facts, seen: Mapping[str, Seen], shared: list[str]) -> Related | None:
    """Return the relation of a registration to another record."""
    told = f"both name {shared[0]}" if shared else ""
    if a.kind == b.kind == "registration":
        other_registers = seen["registration"].level == "differs" and _registers(a).isdisjoint(_registers(b))
        if seen["title"].level in _KNOWN and a.title.specific and b.title.specific and (told or other_registers):
            return Related("same study", told or "one title in two registers")
        return Related("same study", told) if told else None
    if told:
        return Related("registration", told)
    named = not (a.title.generic or b.title.generic) and seen["registration"].level != "differs"
    if seen["title"].level in _KNOWN and named:
        return Related("registration", "a registration with the same title")
    return None


def _of_printings(a: Facts, b: Facts, seen: Mapping[str, Seen], shared: list[str]) -> Related:
    """Return what two printings of the same work are to each other."""
    told = f", both name {shared[0]}" if shared else ""
    if _are_editions(a.doi, b.doi):
        return Related("version", f"two editions of a journal, one number in both DOIs{told}")
    lengths = page_count(a), page_count(b)
    if "preprint" in (a.kind, b.kind):
        return Related("version", f"a preprint and its paper{told}")
    if all(f.pages.first.startswith("cd") or any("cochrane" in j for j in f.journals) for f in (a, b)):
        return Related("version", f"two versions of a Cochrane review{told}")
    if "thesis" in (a.kind, b.kind):
        return Related("same study", f"a thesis and a paper or another thesis{told}")
    if is_abstract(a) or is_abstract(b) or (min(lengths) == 1 and 3 <= max(lengths) < _MANY):
        both = is_abstract(a) and is_abstract(b)
        return Related("conference abstract", f"{'two abstracts' if both else 'an abstract and a paper'}{told}")
    if a.title.specific and seen["title"].level in _LIKE:
        return Related("same study", f"the same work printed elsewhere{told}")
    return Related("same study", f"title and authors agree, the place does not{told}")


def _are_editions(one: str, other: str) -> bool:
    """Say whether two DOIs of one publisher have one number, as those of a journal's editions in two languages have."""
    (house, _, name), (other_house, _, other_name) = one.partition("/"), other.partition("/")
    digits = _NO_DIGITS.sub("", name)
    return one != other and house == other_house and len(digits) >= 6 and digits == _NO_DIGITS.sub("", other_name)


def _registers(f: Facts) -> frozenset[str]:
    """Return the registers whose numbers a record names, by the letters of the numbers."""
    return frozenset("".join(c for c in one if c.isalpha()) or "EUCTR" for one in f.registrations)
