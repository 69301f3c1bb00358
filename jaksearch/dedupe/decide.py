"""Decide whether two records are one report: evidence added up, and vetoes that no evidence outvotes.

A wrong merge loses a paper, the worst thing that can happen here; a missed one costs a reviewer a minute. So a pair is
merged only where the evidence is plain *and* nothing speaks against it; where both are strong, a person is asked; and
what is the same work in another place is related, for linking into studies, but never merged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import exp
from typing import Literal

from jakdb.words import Record
from jaksearch.dedupe.features import Seen, compare, see_title
from jaksearch.dedupe.han import has_ideographs
from jaksearch.dedupe.places import (
    are_all_there,
    have_same_place,
    is_ahead,
    is_all_but_doi,
    is_exact,
    is_one_column_on,
    is_one_issue,
    is_one_place,
    is_one_place_across,
    is_range,
    may_be_one_place_across,
    may_be_retitled,
    may_be_translations,
)
from jaksearch.dedupe.prepare import Facts, Outline, prepare
from jaksearch.dedupe.relations import Related, Relation, is_about, is_abstract, relation_of
from jaksearch.dedupe.titles import are_apart
from jaksearch.dedupe.weights import SCORE_VERSION, WEIGHTS

__all__ = [
    "RULES_VERSION",
    "TWO_DOIS",
    "Kind",
    "Verdict",
    "are_plainly_two",
    "decide",
    "decide_facts",
    "evidence",
    "full_verdict",
    "have_one_identifier",
]

RULES_VERSION = f"5.{SCORE_VERSION}"
"""Goes with every merge; raised when the same pair may get another verdict: rules, then weights of the score."""

TWO_DOIS = "two DOIs"
_MERGE_AT = 2.0
_ASK_AT = 0.0
_ASK_VETOED_AT = 1.0
_TITLE_AGREES = frozenset({"same", "near", "contained"})
_AGREES = frozenset({"authors.near", "authors.near.several", "journal.near", "pages.near.first", "abstract.near"})
"""What agrees nearly enough to stand beside a title; a year apart does not."""
_PLACES = ("pmid", "doi", "accession", "journal", "volume", "pages")
_WHOLE_ABSTRACT = 300
"""Letters of an abstract from which it is a paper's own."""
_NEUTRAL = frozenset({"issue.differs"})
"""Differences that say nothing: exports print so much else in the place of an issue."""
Kind = Literal["merge", "ask", "related", "apart"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about a pair.

    Attributes
    ----------
    kind : str
        ``merge`` (one report), ``ask`` (a person must say), ``related`` (two reports, to be linked), ``apart``.
    score : float
        0 to 1, how likely one report is by the evidence alone, before any veto.
    reasons : tuple of str
        What was seen, field by field.
    vetoes : tuple of str
        What forbids an automatic merge.
    points : float
        The evidence before it is squeezed into `score`; tells sure pairs from surer ones.
    relation : str
        What the two are to each other if they are not one report; a key of `RELATIONS`, or empty.
    soft : tuple of str
        Those of the vetoes that speak of the place alone; an identifier that both share may explain them.
    """

    kind: Kind
    score: float
    reasons: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    points: float = 0.0
    relation: Relation | Literal[""] = ""
    soft: tuple[str, ...] = ()


_APART = Verdict("apart", 0.0, (), ("titles differ",), WEIGHTS["prior"] + WEIGHTS["title.differs"])


def decide(a: Record, b: Record) -> Verdict:
    """Decide whether two records are one report.

    Examples
    --------
    >>> one = Record(title="Oral ruxolitinib induces hair regrowth in patients with alopecia areata", doi="10.1/x")
    >>> two = Record(title="Oral Ruxolitinib induces hair re-growth in patients with alopecia areata", doi="10.1/X")
    >>> decide(one, two).kind
    'merge'
    """
    return decide_facts(prepare(a), prepare(b))


def decide_facts(a: Facts, b: Facts) -> Verdict:
    """Decide over records that `prepare` has read; plainly different titles end the comparison early."""
    if _share_number_or_place(a, b):
        return full_verdict(a, b)
    is_notice = a.notice != b.notice
    if not is_notice and are_apart(a.title, b.title):
        return _APART
    title = see_title(a, b)
    about = is_notice and is_about(*((a, b) if a.notice else (b, a)))
    if title.level in ("differs", "alike") and not about and not (title.level == "alike" and may_be_retitled(a, b)):
        return Verdict("apart", 0.0, (), (title.words,), WEIGHTS["prior"] + title.points)
    return full_verdict(a, b)


def are_plainly_two(a: Outline, b: Outline) -> bool:
    """Say whether `decide_facts` ends early and says ``apart``, as of most pairs of a block: their outlines will do.

    >>> hair, skin = prepare(Record(title="Hair loss in women")), prepare(Record(title="Vitiligo of the skin"))
    >>> are_plainly_two(hair, skin), decide_facts(hair, skin).kind
    (True, 'apart')
    """
    return not _share_number_or_place(a, b) and a.notice == b.notice and are_apart(a.title, b.title)


def _share_number_or_place(a: Outline, b: Outline) -> bool:
    """Say whether two records share an identifier, a trial or the page on which they begin."""
    return have_one_identifier(a, b) or have_same_place(a, b) or not a.registrations.isdisjoint(b.registrations)


def full_verdict(a: Facts, b: Facts) -> Verdict:
    """Decide with every field compared and named."""
    seen = compare(a, b)
    keys = evidence(a, b, seen)
    points = sum(WEIGHTS.get(key, 0.0) for key in keys)
    score = 1 / (1 + exp(-max(-30.0, min(30.0, points))))
    hard, soft = _vetoes(a, b, seen)
    related = relation_of(a, b, seen)
    enough = (
        points >= _MERGE_AT
        or "nothing-against" in keys
        or any(says(a, b, seen) for says in (is_one_place, is_one_issue, is_one_column_on))
    )
    kind = _kind(a, b, seen, points=points, enough=enough, vetoed=bool(hard or soft), related=related)
    reasons = [s.words for s in seen.values() if s.words]
    if related is not None and kind != "merge":
        reasons.append(f"{related.relation}: {related.words}")
    relation = related.relation if related is not None and kind in ("ask", "related") else ""
    return Verdict(kind, round(score, 4), tuple(reasons), (*hard, *soft), points, relation, tuple(soft))


def evidence(a: Facts, b: Facts, seen: dict[str, Seen]) -> tuple[str, ...]:
    """Return the keys of the weights that add up to the points of a pair."""
    keys = ["prior", *(s.key for s in seen.values() if s.key)]
    if extra := _nothing_against(a, b, seen):
        keys.append(extra)
    if _kinds_differ(a, b, seen) or (a.notice != b.notice and seen["pages"].level not in ("same", "near")):
        keys.append("other-kind")
    return tuple(keys)


def _kind(
    a: Facts, b: Facts, seen: dict[str, Seen], *, points: float, enough: bool, vetoed: bool, related: Related | None
) -> Kind:
    """Turn evidence, vetoes and relation into a verdict."""
    notice = a.notice != b.notice and not _is_one_notice(a, b, seen)
    notice = notice or ("registration" in (a.kind, b.kind) and a.kind != b.kind)
    preprint = "preprint" in (a.kind, b.kind) and a.kind != b.kind
    if related is not None and (notice or preprint):
        return "ask" if have_one_identifier(a, b) and seen["pages"].level != "differs" else "related"
    if have_one_identifier(a, b):
        agreed = _identified(a, b, seen)
        if agreed == "merge" and vetoed:
            agreed = "ask"
        return "related" if agreed == "apart" and related is not None else agreed
    plain = enough and _is_plain(a, b, seen)
    if plain and not vetoed:
        return "merge"
    if related is not None and _is_elsewhere(a, b, seen):
        return "related"
    unlike = seen["title"].level == "differs"
    unlike = unlike or (seen["title"].level == "scripts" and not may_be_one_place_across(a, b, seen))
    worth_asking = _may_be_here(a, b, seen) or (points >= (_ASK_VETOED_AT if vetoed else _ASK_AT) and not unlike)
    near_equal = (
        seen["title"].level in ("same", "near")
        and seen["authors"].level in ("same", "near")
        and not (a.title.generic or b.title.generic)
    )
    if plain or worth_asking or near_equal:
        return "ask"
    return "related" if related is not None else "apart"


def _may_be_here(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether place, people or abstract point to one paper so plainly that a person should look, whatever else."""
    title, pages, volume = seen["title"].level, seen["pages"].level, seen["volume"].level
    if pages == volume == "same" and title in _TITLE_AGREES:
        return True
    if title == "alike":
        return (seen["authors"].level != "differs" and is_exact(a, b, seen)) or may_be_retitled(a, b)
    if seen["title"].key == "title.differs.translated":
        people = seen["authors"].level == seen["year"].level == "same"
        return people and pages == volume == "same" and is_range(a)
    return title in (*_TITLE_AGREES, "words") and _say_the_same(a, b, seen)


def _is_elsewhere(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether the places of both records are known, and are two: the same work may stand in both."""
    journal, volume, pages = (seen[name].level for name in ("journal", "volume", "pages"))
    if a.registrations and b.registrations and "registration" in (a.kind, b.kind):
        return True
    unknown = "unknown" in (volume, pages) and volume != "same"
    if journal == "differs" and (volume == "differs" or pages == "differs" or unknown):
        return True
    if "thesis" in (a.kind, b.kind) and a.kind != b.kind:
        return True
    if volume == "differs" and pages in ("differs", "unknown"):
        return pages == "differs" or is_abstract(a) != is_abstract(b) or seen["year"].level != "same"
    if pages == "differs" and volume == "same":  # of two single pages of a volume the label of one tells nothing
        return is_range(a) != is_range(b) or (is_range(a) and is_abstract(a) != is_abstract(b))
    if is_abstract(a) and is_abstract(b):
        return pages == "differs"
    return seen["year"].level == "differs" and pages != "same"


def _identified(a: Facts, b: Facts, seen: dict[str, Seen]) -> Literal["merge", "ask", "apart"]:
    """Judge a pair that shares a DOI, PMID or accession: a supplement's abstracts may share one DOI."""
    title = seen["title"].level
    if title in _TITLE_AGREES:
        return "merge"
    authors, pages = seen["authors"].level, seen["pages"].level
    place = pages in ("same", "near") and seen["volume"].level != "differs"
    if title == "missing":
        whole = seen["journal"].level in ("same", "near") and seen["year"].level in ("same", "near")
        return "merge" if place and whole else "ask"
    if title == "scripts":
        return "merge" if place or authors in ("same", "near") else "ask"
    known = authors in ("same", "near") and seen["year"].level in ("same", "near")
    if title in ("words", "alike"):  # the abstracts of one page of a supplement may share its DOI
        alone = seen["abstract"].level == "same" or not (is_abstract(a) or is_abstract(b))
        return "merge" if place and known and alone else "ask"
    if place and known and (a.translated or b.translated):
        return "merge"
    if seen["pmid"].level == "same" or seen["accession"].level == "same" or _are_one_entry(a, b):
        return "ask"
    one = authors == "same" and pages in ("same", "near", "unknown") and seen["abstract"].level != "differs"
    return "ask" if one or authors == "unknown" == pages else "apart"


def _is_plain(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether title and place agree so that one paper is the only reading."""
    title, authors = seen["title"].level, seen["authors"].level
    pages, volume = seen["pages"].level, seen["volume"].level
    if title in ("same", "near"):
        return not _is_stock_phrase(a, b) or authors in ("same", "near") or pages in ("same", "near")
    place = pages in ("same", "near") and volume != "differs" and seen["journal"].level != "differs"
    people = authors in ("same", "near") and seen["year"].level in ("same", "near")
    exact = is_exact(a, b, seen)
    if title == "missing":
        return is_one_place(a, b, seen) and authors == "same" and len(a.names) == len(b.names) > 1
    if title in ("contained", "words"):
        return (exact and people) or (place and authors != "differs" and (authors != "unknown" or volume == "same"))
    if title == "scripts":
        return people and is_one_place_across(a, b, seen)
    translated = title == "differs" and (may_be_translations(a, b) or are_all_there(a, b, seen))
    return exact and people and place and (title == "alike" or translated)


def _vetoes(a: Facts, b: Facts, seen: dict[str, Seen]) -> tuple[list[str], list[str]]:
    """Return what forbids an automatic merge: what concerns the papers, and what concerns their places alone."""
    found: list[str] = []
    places: list[str] = []
    title, pages, volume = seen["title"].level, seen["pages"].level, seen["volume"].level
    same_pmid, same_doi = seen["pmid"].level == "same", seen["doi"].level == "same"
    if seen["pmid"].level == "differs":
        found.append("two PMIDs")
    if seen["doi"].level == "differs" and not same_pmid and not is_all_but_doi(a, b, seen):
        found.append(TWO_DOIS)
    if seen["registration"].level == "differs" and not (same_pmid or same_doi):
        found.append("two trial registrations")
    if a.notice != b.notice and not _is_one_notice(a, b, seen):
        found.append(f"{a.notice or b.notice} on one side only")
    here = pages in ("same", "near") and volume != "differs"
    if title not in ("missing", "scripts", "same"):
        found.extend(_number_vetoes(a, b, typo=here and _is_plain(a, b, seen) and is_exact(a, b, seen)))
    if _kinds_differ(a, b, seen) and not (same_pmid or same_doi or here):
        found.append(f"{a.kind} and {b.kind}")
    if same_pmid or same_doi or seen["accession"].level == "same":
        return found, places
    if pages == "differs" and volume == "differs":
        places.append("printed in another volume")
    elif pages == "differs" and volume == "same" and seen["journal"].level != "differs":
        places.append("printed elsewhere in the volume")
    elif seen["pages"].key == "pages.weak.typo":
        places.append("other pages, unless one is a typing error")
    elif seen["pages"].level == "renumbered" and not is_ahead(a, b, seen):
        places.append("other pages, as ahead of print or in another place")
    if seen["journal"].level == "differs" and not here:
        places.append("printed in two journals")
    elif volume == "same" and pages == "unknown" and _in_two_issues(a, b) and seen["abstract"].level != "same":
        places.append("printed in two issues")
    if seen["year"].level == "differs" and not (here and volume == "same"):
        places.append("years far apart")
    elif a.kind == b.kind == "thesis" and seen["year"].level not in ("same", "unknown"):
        places.append("theses of two years")
    if (a.title.generic or b.title.generic) and title != "scripts" and not is_one_column_on(a, b, seen):
        known = seen["authors"].level in ("same", "near") and pages in ("same", "near")
        if seen["abstract"].level != "same" and (
            not known or (volume != "same" and seen["journal"].level not in ("same", "near"))
        ):
            found.append("a common title, and pages or authors do not agree")
    return found, places


def _number_vetoes(a: Facts, b: Facts, *, typo: bool) -> list[str]:
    """Return the contradictions between the numbers of two titles: parts, phases, patients, years.

    With `typo`, everything else is one paper's, and a single number may be a typing error ("p6INK4a", "p16INK4a").
    """
    if a.title.parts != b.title.parts:
        return [f"{' and '.join(a.title.parts) or 'no part'} / {' and '.join(b.title.parts) or 'no part'}"]
    only_a = Counter(a.title.numbers) - Counter(b.title.numbers)
    only_b = Counter(b.title.numbers) - Counter(a.title.numbers)
    if typo and only_a.total() == only_b.total() == 1:
        return []
    if only_a and only_b and "".join(sorted(only_a.elements())) != "".join(sorted(only_b.elements())):
        return [f"numbers in the titles: {' '.join(sorted(only_a))} / {' '.join(sorted(only_b))}"]
    return []


def _nothing_against(a: Facts, b: Facts, seen: dict[str, Seen]) -> str:
    """Return the key for a telling title that is the same while nothing known of either record disagrees."""
    if seen["title"].level != "same":
        return ""
    others = [s for name, s in seen.items() if name != "title"]
    if any(s.level in ("differs", "weak") and s.key not in _NEUTRAL for s in others):
        return ""
    if _say_the_same(a, b, seen) and seen["year"].level in ("same", "unknown"):
        return "nothing-against"
    if a.title.generic or b.title.generic:
        return ""
    bare = a.bare or b.bare
    if a.bare and b.bare and bool(a.abstract) != bool(b.abstract):
        # A column's title may be telling too, and only one of the two says which instalment it is.
        return "nothing-against.bare"
    if a.title.specific and b.title.specific:
        if seen["year"].level == "near" and not any(seen[name].level in ("same", "near") for name in _PLACES):
            return ""  # as an abstract and the paper of the year after
        return "nothing-against" if bare or any(s.level == "same" or s.key in _AGREES for s in others) else ""
    return "nothing-against.bare" if bare else ""  # enough to ask, not to merge


def _in_two_issues(a: Facts, b: Facts) -> bool:
    """Say whether both give the number of an issue, and not the same.

    Longer ones are numbers of something else; where a journal has no issues, sources print 1 or the article's number.
    """
    numbers = [f.issue for f in (a, b) if f.issue.isdigit() and len(f.issue) <= 2]
    return len(numbers) == 2 and numbers[0] != numbers[1] and "1" not in numbers


def _say_the_same(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether two records of one author have one abstract, too long to be a journal's formula."""
    whole = min(len(a.abstract), len(b.abstract)) >= _WHOLE_ABSTRACT
    return whole and seen["abstract"].level == "same" and seen["authors"].level == "same"


def _kinds_differ(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether the records are two kinds of publication; one source may just not say that it is a conference's."""
    if a.kind == b.kind or {a.kind, b.kind} == {"article", "book"}:
        return False
    if {a.kind, b.kind} == {"article", "conference"}:
        elsewhere = any(seen[name].level == "differs" for name in ("journal", "volume", "pages"))
        return elsewhere or seen["journal"].level == "unknown"
    return True


def have_one_identifier(a: Outline, b: Outline) -> bool:
    """Say whether a DOI, PMID or accession is shared, or the numbers of one entry in a register of trials."""
    return bool(
        (a.doi and a.doi == b.doi)
        or (a.pmid and a.pmid == b.pmid)
        or (a.accession and a.accession == b.accession)
        or _are_one_entry(a, b)
    )


def _are_one_entry(a: Outline, b: Outline) -> bool:
    """Say whether both are the entry of one number in a register of trials, which may change its title."""
    return a.kind == b.kind == "registration" and bool(a.registrations) and a.registrations == b.registrations


def _is_stock_phrase(a: Facts, b: Facts) -> bool:
    """Say whether a Chinese title is made of the words of many: one journal may print it several times a year."""
    return not (a.title.specific and b.title.specific) and any(map(has_ideographs, a.title.versions))


def _is_one_notice(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether both are one notice, named so on one side only: no erratum stands on its paper's page."""
    names = ("authors", "journal", "year", "volume", "pages")
    kinds = {a.notice, b.notice}
    if kinds not in ({"", "erratum"}, {"", "retraction notice"}) or any(seen[name].level != "same" for name in names):
        return False
    whole = kinds == {"", "retraction notice"} and is_range(a) and is_range(b)
    return whole or not (is_range(a) or is_range(b))  # on all pages of the paper the word is the paper's state
