"""Say whether two records stand in one place: the same pages of the same volume, ahead of print or in two scripts."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from jaksearch.dedupe.features import Seen, is_shifted
from jaksearch.dedupe.han import has_ideographs
from jaksearch.dedupe.journals import compare_journals
from jaksearch.dedupe.language import is_foreign
from jaksearch.dedupe.names import compare_names, overlap
from jaksearch.dedupe.prepare import Facts, Outline
from jaksearch.dedupe.relations import is_abstract, page_count
from jaksearch.dedupe.titles import names_a_subject

__all__ = [
    "are_all_there",
    "have_same_place",
    "is_ahead",
    "is_all_but_doi",
    "is_exact",
    "is_one_column_on",
    "is_one_issue",
    "is_one_place",
    "is_one_place_across",
    "is_range",
    "may_be_one_place_across",
    "may_be_retitled",
    "may_be_translations",
]


def is_exact(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether both fill the same pages, more than one, of a volume; those counted from 1 may be any paper's."""
    same = seen["pages"].level == "same" and seen["volume"].level == "same"
    return same and is_range(a) and is_range(b) and a.pages.first != "1"


def is_range(a: Facts) -> bool:
    """Say whether a record fills more than one page: two papers may share one page, but not a range of pages."""
    return bool(a.pages.last) and a.pages.last != a.pages.first


def have_same_place(a: Outline, b: Outline) -> bool:
    """Say whether both begin on the same page of the same volume or year."""
    if not a.pages.given or a.pages.first != b.pages.first:
        return False
    return (bool(a.volume) and a.volume == b.volume) or (a.year is not None and a.year == b.year)


def is_one_place(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether two records of one author fill the same range of pages of a volume: no two papers do."""
    return (
        is_exact(a, b, seen)
        and seen["authors"].level in ("same", "near")
        and seen["journal"].level in ("same", "near")
        and seen["year"].level == "same"
        and a.notice == b.notice
    )


def is_one_issue(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether one title of the same authors fills one range of pages of one issue, a year apart or not.

    A letter before the pages is the only difference that they may show: some sources leave it out. The year is the
    only other one: that of the issue in one source, of its day in the other.
    """
    return (
        seen["title"].level == seen["volume"].level == seen["issue"].level == "same"
        and (seen["pages"].level == "same" or seen["pages"].key == "pages.near.letters")
        and is_range(a)
        and is_range(b)
        and a.pages.first != "1"
        and seen["journal"].level in ("same", "near")
        and seen["year"].level in ("same", "near")
        and a.notice == b.notice
        and _are_the_same_people(a, b, seen)
    )


def is_one_column_on(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether one record is the other with its columns one to the right, so that the pages were lost.

    Title, authors, year and journal are the same, and volume and issue once the columns stand right; and the title is
    about something: one person may sign two pieces called "Reply" in one issue.
    """
    return (
        is_shifted(a, b)
        and all(seen[name].level == "same" for name in ("title", "year", "journal"))
        and names_a_subject(a.title)
        and names_a_subject(b.title)
        and _are_the_same_people(a, b, seen)
    )


def is_one_place_across(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether two records of the same people in two scripts stand in one place: their titles cannot tell.

    The same pages of the same volume, and the journal known to be one (or three people agreeing). CNKI leaves the
    volume out, others the last page: then the journal must be the same by name, and the issue or the volume.
    """
    journal, several = seen["journal"].level, seen["authors"].level == "same"
    if is_exact(a, b, seen):
        whole = several and min(len(a.names), len(b.names)) >= 3
        return journal in ("same", "near") or (journal == "unknown" and whole)
    here = seen["pages"].level == "same" and (is_range(a) or is_range(b)) and journal == "same" and several
    issue = seen["volume"].level == "unknown" and seen["issue"].level == "same" and seen["year"].level == "same"
    return here and (seen["volume"].level == "same" or (issue and is_range(a) and is_range(b)))


def may_be_one_place_across(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether two records in two scripts may stand in one place, so that a person should look at them.

    Their titles say nothing, so nothing else may contradict; without pages the journal and the people must be known.
    """
    journal, authors, pages = (seen[name].level for name in ("journal", "authors", "pages"))
    people = authors in ("same", "near")
    issues = [int(f.issue) for f in (a, b) if f.issue.isdigit() and len(f.issue) <= 2]  # longer ones are no issues
    other_issue = len(issues) == 2 and issues[0] != issues[1]
    if pages not in ("same", "near"):
        return pages == "unknown" and people and journal in ("same", "near") and not other_issue
    if authors == "differs" or journal == "differs":
        return not other_issue and (people or journal in ("same", "near")) and is_exact(a, b, seen)
    return people or not other_issue


def may_be_translations(a: Facts, b: Facts) -> bool:
    """Say whether two titles that differ may be one in two languages: one of them is no English title, and not both.

    Two abstracts of a supplement share a page or two.
    """
    both = all(any(map(is_foreign, f.title.tokens)) for f in (a, b))
    return (a.translated or b.translated) and not both and not (is_abstract(a) or is_abstract(b))


def are_all_there(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether the same three people or more fill the same three pages or more: one title is a translation then."""
    return (
        is_one_place(a, b, seen)
        and len(a.names) == len(b.names) >= 3
        and overlap(a.names, b.names) == 1.0
        and not (is_abstract(a) or is_abstract(b))
        and page_count(a) >= 3
    )


def is_ahead(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether one of two records is the other ahead of print: its pages count from 1 and it has no volume yet.

    The year must be the same, but for Chinese papers: CNKI counts the pages of every 网络首发 from 1, and the issue may
    come in the next year.
    """
    first, final = (a, b) if a.pages.first == "1" else (b, a)
    later = 1 if any(map(has_ideographs, a.title.versions)) else 0
    return (
        not first.volume
        and seen["title"].level == "same"
        and a.title.specific
        and b.title.specific
        and seen["authors"].level == "same"
        and len(a.names) == len(b.names)
        and seen["journal"].level == "same"
        and first.year is not None
        and final.year is not None
        and 0 <= final.year - first.year <= later
        and not is_abstract(first)
    )


def may_be_retitled(a: Facts, b: Facts) -> bool:
    """Say whether one record may be the other before it was printed, under a title that was changed since.

    It has neither volume nor pages; journal and year are the same, and three authors or more, in their order; and no
    number of either record is another.
    """
    people = min(len(a.names), len(b.names))
    return (
        people >= 3
        and not (a.doi and b.doi and a.doi != b.doi)
        and not (a.pmid and b.pmid and a.pmid != b.pmid)
        and (a.notice, a.title.parts) == (b.notice, b.title.parts)
        and any(not (f.volume or f.pages.given) for f in (a, b))
        and a.year is not None
        and a.year == b.year
        and any(compare_journals(x, y) == 2 for x in a.journals for y in b.journals)
        and all(compare_names(x, y) == 1.0 for x, y in zip(a.names[:people], b.names[:people], strict=True))
    )


def is_all_but_doi(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether everything but the DOI is one paper's: one of the DOIs is wrong then.

    Down to the abstract; or the pages, more than one, where the DOIs differ as typing errors do.
    """
    fields = ("title", "authors", "year", "journal", "volume", "pages")
    mistyped = is_exact(a, b, seen) and Levenshtein.distance(a.doi, b.doi, score_cutoff=2) <= 2
    return (
        all(seen[name].level == "same" for name in fields)
        and (mistyped or (seen["abstract"].level == "same" and len(a.abstract) == len(b.abstract)))
        and a.title.specific
        and b.title.specific
        and len(a.names) == len(b.names) > 1
        and seen["pmid"].level != "differs"
    )


def _are_the_same_people(a: Facts, b: Facts, seen: dict[str, Seen]) -> bool:
    """Say whether both lists of authors are the same, all of them."""
    return seen["authors"].level == "same" and len(a.names) == len(b.names) and overlap(a.names, b.names) == 1.0
