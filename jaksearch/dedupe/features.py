"""Compare two records field by field; each function names in words what it saw, and the key of its weight.

Weights are on the scale of log odds and shipped as data (`weights`): a field that agrees by chance once in e^2 (seven)
pairs of different papers of a search earns two. What a source does not say earns nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from jaksearch.dedupe.han import has_ideographs, is_chinese
from jaksearch.dedupe.journals import compare_journals
from jaksearch.dedupe.names import compare_names, overlap
from jaksearch.dedupe.prepare import Facts, Pages
from jaksearch.dedupe.sounds import name_sounds_like
from jaksearch.dedupe.titles import match_titles
from jaksearch.dedupe.weights import WEIGHTS

__all__ = ["FEATURES", "Seen", "compare", "is_shifted", "see_title"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one field says about a pair.

    Attributes
    ----------
    level : str
        ``same``, ``near``, ``unknown``, ``weak``, ``differs`` and a few levels of a single field.
    points : float
        Evidence for one paper (positive) or two papers (negative), on the scale of log odds.
    words : str
        For people, empty where neither record gives the field.
    key : str
        What the weight is called in the data: field, level, variant.
    """

    level: str
    points: float = 0.0
    words: str = ""
    key: str = ""


_UNKNOWN = Seen("unknown")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def see_title(a: Facts, b: Facts) -> Seen:
    """Compare the titles."""
    match = match_titles(a.title, b.title)
    alike = f"title {match.similarity:.0%} alike".replace("%", " %")
    if match.kind == "missing":
        side = "neither record has a title" if not a.title.versions and not b.title.versions else "one title is missing"
        return _saw("title.missing", side)
    if match.kind == "scripts":
        return _saw("title.scripts", "titles in two scripts")
    generic = a.title.generic or b.title.generic
    if match.kind == "equal":
        if generic:
            return _saw("title.same.common", "title equal but common")
        specific = a.title.specific and b.title.specific
        return _saw("title.same.specific" if specific else "title.same", "title equal")
    if match.kind == "near":
        return _saw(
            "title.near.common" if generic else "title.near", f"{alike} ({match.words})" if match.words else alike
        )
    if match.kind == "contained":
        return _saw("title.contained.common" if generic else "title.contained", match.words)
    if match.kind == "words":
        return _saw("title.words.close" if match.similarity >= 0.95 else "title.words", f"{alike} ({match.words})")
    if match.kind == "alike":
        return _saw("title.alike", alike)
    if a.translated or b.translated:
        return _saw("title.differs.translated", "titles differ, but one may be a translation")
    return _saw("title.differs", f"titles differ ({match.similarity:.0%} alike)".replace("%", " %"))


def see_authors(a: Facts, b: Facts) -> Seen:
    """Compare the first authors, and the lists where the first differ."""
    if not a.names or not b.names:
        return _UNKNOWN
    first_a, first_b = a.names[0], b.names[0]
    if bool(first_a.han) != bool(first_b.han):
        return _across_scripts(a, b)
    first = compare_names(first_a, first_b)
    shared = overlap(a.names, b.names)
    told = f"first author {first_a.shown}" + (f" ~ {first_b.shown}" if first_a.shown != first_b.shown else "")
    several = min(len(a.names), len(b.names)) > 1
    if first == 1.0:
        if several and shared < 0.5:
            return _saw("authors.weak.few", f"{told}, but only {shared:.0%} of the others".replace("%", " %"))
        return _saw("authors.same.several" if several else "authors.same", told)
    if first == 0.6 and (shared >= 0.5 or not several):
        return _saw("authors.weak.given" if several else "authors.weak", f"{told}, the given names differ")
    if several and shared >= 0.6:
        return _saw("authors.near.several", f"{shared:.0%} of the authors in both, in another order".replace("%", " %"))
    if shared == 1.0:
        return _saw("authors.near", f"{(first_a if len(a.names) == 1 else first_b).shown} among the authors of both")
    return _saw("authors.differs", f"first authors {first_a.shown} / {first_b.shown}")


def see_year(a: Facts, b: Facts) -> Seen:
    """Compare the years; a year apart is an issue against its online date."""
    if a.year is None or b.year is None:
        return _UNKNOWN
    apart = abs(a.year - b.year)
    if apart == 0:
        return _saw("year.same", f"year {a.year}")
    told = f"years {a.year} / {b.year}"
    if apart == 1:
        return _saw("year.near", told)
    return _saw("year.weak" if apart == 2 else "year.differs", told)


def see_journal(a: Facts, b: Facts) -> Seen:
    """Compare the journals: names, abbreviations, ISSN."""
    if a.issn & b.issn:
        return _saw("journal.same.issn", f"ISSN {sorted(a.issn & b.issn)[0]}")
    if not a.journals or not b.journals:
        return _UNKNOWN
    shown_a, shown_b = a.journals[0], b.journals[0]
    found = [compare_journals(x, y) for x in a.journals for y in b.journals]
    best = max((one for one in found if one is not None), default=None)
    if best is None:
        return Seen("unknown", 0.0, f"journals {shown_a} / {shown_b}, one of them translated")
    if best == 2:
        return _saw("journal.same", f"journal {shown_a}" + ("" if shown_a == shown_b else f" = {shown_b}"))
    if best == 1:
        return _saw("journal.near", f"journal {shown_a} ~ {shown_b}")
    return _saw("journal.differs", f"journals {shown_a} / {shown_b}")


def see_volume(a: Facts, b: Facts) -> Seen:
    """Compare the volumes."""
    if is_shifted(a, b):
        return _saw("volume.near", f"volume {a.volume or b.volume}, in the other record one column on")
    if not a.volume or not b.volume:
        return _UNKNOWN
    if a.volume.rstrip("abcdefs") == b.volume.rstrip("abcdefs"):
        return _saw("volume.same", f"volume {a.volume}")
    if a.volume == b.issue or b.volume == a.issue:
        return _saw("volume.near", f"volume {a.volume} / {b.volume}, one of them an issue")
    return _saw("volume.differs", f"volumes {a.volume} / {b.volume}")


def see_issue(a: Facts, b: Facts) -> Seen:
    """Compare the issues; exports print so much else there that a difference says nothing."""
    if not a.issue or not b.issue:
        return _UNKNOWN
    if a.issue == b.issue:
        return _saw("issue.same", f"issue {a.issue}")
    return _saw("issue.differs", f"issues {a.issue} / {b.issue}")


def see_pages(a: Facts, b: Facts) -> Seen:
    """Compare the pages; ``482-91`` is ``482-491``, and an article number against a range says nothing."""
    p, q = a.pages, b.pages
    if is_shifted(a, b):
        return _UNKNOWN
    if p.tail or q.tail:
        tail, whole = (p.tail, q) if p.tail else (q.tail, p)
        if whole.tail == tail or (whole.last or whole.first).endswith(tail):
            return _saw("pages.near.tail", f"last page ends in {tail}")
        return _UNKNOWN
    if not p.given or not q.given:
        return _UNKNOWN
    told_p, told_q = _show(p), _show(q)
    told = f"pages {told_p}" + ("" if told_p == told_q else f" = {told_q}")
    if p.first == q.first:
        if p.last and q.last and p.last != q.last:
            return _saw("pages.near.first", f"pages {told_p} ~ {told_q}")
        return _saw("pages.same", told)
    if p.first.lstrip(_LETTERS) == q.first.lstrip(_LETTERS) != "1":
        return _saw("pages.near.letters", f"pages {told_p} ~ {told_q}")
    told = f"pages {told_p} / {told_q}"
    if "1" in (p.first, q.first) and p.last and q.last and p.article_number == q.article_number:
        return _saw("pages.renumbered", f"{told}, one of them counted from 1")
    if p.article_number != q.article_number or "1" in (p.first, q.first):
        return _saw("pages.unknown", told)
    if p.last and p.last == q.last and p.last not in (p.first, q.first):
        return _saw("pages.near.last", f"pages {told_p} ~ {told_q}")
    if _inside(p, q):
        return _saw("pages.weak.overlap", f"{told} overlap")
    if _typo(p.first, q.first):
        return _saw("pages.weak.typo", told)
    return _saw("pages.differs", told)


def see_abstract(a: Facts, b: Facts) -> Seen:
    """Compare how the abstracts begin."""
    if len(a.abstract) < 150 or len(b.abstract) < 150 or has_ideographs(a.abstract) != has_ideographs(b.abstract):
        return _UNKNOWN
    n = min(len(a.abstract), len(b.abstract), 400)
    alike = fuzz.ratio(a.abstract[:n], b.abstract[:n]) / 100
    if alike < 1:
        alike = max(alike, fuzz.ratio(a.abstract[-n:], b.abstract[-n:]) / 100)
    told = f"abstract {alike:.0%} alike".replace("%", " %")
    if alike >= 0.9:
        return _saw("abstract.same", told)
    return _saw("abstract.near" if alike >= 0.7 else "abstract.differs", told)


def see_doi(a: Facts, b: Facts) -> Seen:
    """Compare the DOIs."""
    if not a.doi or not b.doi:
        return _UNKNOWN
    if a.doi == b.doi:
        return _saw("doi.same", f"DOI {a.doi}")
    return _saw("doi.differs", f"DOIs {a.doi} / {b.doi}")


def see_pmid(a: Facts, b: Facts) -> Seen:
    """Compare the PMIDs."""
    if not a.pmid or not b.pmid:
        return _UNKNOWN
    if a.pmid == b.pmid:
        return _saw("pmid.same", f"PMID {a.pmid}")
    return _saw("pmid.differs", f"PMIDs {a.pmid} / {b.pmid}")


def see_accession(a: Facts, b: Facts) -> Seen:
    """Compare the databases' own numbers; two numbers of two databases say nothing."""
    if a.accession and a.accession == b.accession:
        return _saw("accession.same", f"accession {a.accession}")
    return _UNKNOWN


def see_registration(a: Facts, b: Facts) -> Seen:
    """Compare trial registration numbers; a shared one tells of one study, not of one paper."""
    if not a.registrations or not b.registrations:
        return _UNKNOWN
    shared = a.registrations & b.registrations
    if shared:
        both = a.kind == b.kind == "registration"
        return _saw(
            "registration.same.both" if both else "registration.same", f"registration {sorted(shared)[0]} (one study)"
        )
    told = f"registrations {sorted(a.registrations)[0]} / {sorted(b.registrations)[0]}"
    return _saw("registration.differs", told)


FEATURES: tuple[tuple[str, Callable[[Facts, Facts], Seen]], ...] = (
    ("pmid", see_pmid),
    ("doi", see_doi),
    ("accession", see_accession),
    ("registration", see_registration),
    ("title", see_title),
    ("authors", see_authors),
    ("year", see_year),
    ("journal", see_journal),
    ("volume", see_volume),
    ("issue", see_issue),
    ("pages", see_pages),
    ("abstract", see_abstract),
)


def compare(a: Facts, b: Facts) -> dict[str, Seen]:
    """Return what every field says, by its name."""
    return {name: see(a, b) for name, see in FEATURES}


def is_shifted(a: Facts, b: Facts) -> bool:
    """Say whether one record has volume and issue where issue and pages belong: its columns are one to the right."""
    shifted, other = (b, a) if a.volume else (a, b)
    return (
        not shifted.volume
        and bool(other.volume and other.issue)
        and shifted.issue == other.volume
        and shifted.pages.first == other.issue
        and not shifted.pages.last
    )


def _saw(key: str, words: str = "") -> Seen:
    """Return what was seen, by the key of its weight: field, level and, where one level weighs differently, variant."""
    return Seen(key.split(".")[1], WEIGHTS.get(key, 0.0), words, key)


def _across_scripts(a: Facts, b: Facts) -> Seen:
    """Compare Chinese names with names in Latin letters: as the record itself gives them, else by their sound."""
    chinese, other = (a, b) if a.names[0].han else (b, a)
    if chinese.other_names:
        return see_authors(replace(chinese, names=chinese.other_names, other_names=()), other)
    if not is_chinese("".join((*chinese.title.versions, *chinese.journals, chinese.names[0].han))):
        return _UNKNOWN  # how a Japanese name is read, its characters do not say
    pairs = list(zip((n for n in chinese.names if len(n.han) <= 4), other.names, strict=False))
    if not pairs or len(pairs[0][0].han) < 2:
        return _UNKNOWN
    told = f"first author {pairs[0][0].shown} ~ {pairs[0][1].shown}"
    alike = [name_sounds_like(one.han, two) for one, two in pairs]
    if 0 not in alike:
        if len(alike) > 1 and len(chinese.names) == len(other.names):
            whole = alike.count(2) >= 3
            return _saw("authors.same.sound.all" if whole else "authors.same.sound", told)
        return _saw("authors.near.sound" if alike[0] == 2 else "authors.weak.sound", told)
    if alike[0]:
        return _saw("authors.weak.sound", told)
    return _saw("authors.differs.sound", f"first authors {pairs[0][0].shown} / {pairs[0][1].shown}")


def _show(p: Pages) -> str:
    """Return pages as text."""
    return f"{p.first}-{p.last}" if p.last else p.first


def _typo(x: str, y: str) -> bool:
    """Say whether two page numbers differ as typing errors do: one digit changed, lost or two swapped."""
    if len(x) < 3 or len(y) < 3:
        return False
    if len(x) == len(y):
        wrong = [i for i in range(len(x)) if x[i] != y[i]]
        return len(wrong) == 1 or (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and x[wrong[0]] == y[wrong[1]] and x[wrong[1]] == y[wrong[0]]
        )
    short, long = sorted((x, y), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _inside(p: Pages, q: Pages) -> bool:
    """Say whether one range of pages holds the beginning of the other."""
    try:
        pf, pl, qf, ql = (int(x) for x in (p.first, p.last or p.first, q.first, q.last or q.first))
    except ValueError:
        return False
    return pf <= qf <= pl or qf <= pf <= ql
