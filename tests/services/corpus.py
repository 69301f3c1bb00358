"""Seeded synthetic corpora of PubMed articles: dates and identifiers as arrays, articles made when asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .vocabulary import DESIGN_TYPES, JOURNALS, LANGUAGES, MESH, SLOTS, Journal

__all__ = ["Article", "Author", "Corpus", "Correction", "Pair", "make_corpus", "make_pair"]

FIRST_ID = 30_000_000
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Author:
    """A person as PubMed prints one."""

    last: str
    fore: str

    @property
    def initials(self) -> str:
        """The first letters of the forenames."""
        return "".join(part[0] for part in self.fore.split())


@dataclass(frozen=True, slots=True)
class Correction:
    """A link to a comment, an erratum or a retraction; `pmid` is zero where PubMed gives none."""

    kind: str
    source: str
    pmid: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """One article, complete; `publication.py` writes it as XML, MEDLINE or a summary."""

    pmid: int
    title: str
    abstract: tuple[tuple[str, str], ...]
    authors: tuple[Author, ...]
    journal: Journal
    volume: int
    issue: int
    pages: str
    published: dt.date
    created: dt.date
    entered: dt.date
    revised: dt.date
    language: str
    types: tuple[str, ...]
    mesh: tuple[tuple[str, str, bool], ...]
    doi: str
    pmc: str
    registration: str
    corrections: tuple[Correction, ...] = ()
    references: tuple[int, ...] = ()
    is_book: bool = False

    @property
    def status(self) -> str:
        """``MEDLINE`` with headings, else ``PubMed-not-MEDLINE``."""
        return "MEDLINE" if self.mesh else "PubMed-not-MEDLINE"


@dataclass(frozen=True)
class Corpus:
    """Articles by identifier: arrays in ascending order of `ids`, and what differs from them article by article.

    Attributes
    ----------
    ids, published, created, entered, revised : array of int
        The PMIDs, and the days of publication, of creation [crdt], of entry [edat] and of revision [lr] (proleptic
        ordinals).
    slots : mapping of array
        The choice of each article in each table of `vocabulary.SLOTS`; ``has_abstract`` and ``indexed`` are 0 or 1.
    cites : array of int, three columns
        The earlier PMIDs that each article cites; 0 is none.
    patches : mapping
        By PMID, the fields of `Article` that differ from what the slots say.
    built : datetime
        When this database was built, as einfo tells it.
    found : dict
        What `search` has found before, by field and pattern: a search in slices asks the same words again and again.
    """

    ids: Ints
    published: Ints
    created: Ints
    entered: Ints
    revised: Ints
    slots: Mapping[str, Ints]
    cites: Ints
    patches: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    built: dt.datetime = dt.datetime(2025, 11, 27, 6, 33, tzinfo=dt.UTC)
    found: dict[tuple[str, str], NDArray[np.bool_]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, pmid: int) -> int:
        """Return the position of a PMID, or -1."""
        at = int(np.searchsorted(self.ids, pmid))
        return at if at < len(self.ids) and int(self.ids[at]) == pmid else -1

    def article(self, pmid: int) -> Article | None:
        """Make the article of a PMID, or None if the service does not know it."""
        at = self.place(pmid)
        return None if at < 0 else self.article_at(at)

    def article_at(self, at: int) -> Article:
        """Make the article at a position."""
        pmid = int(self.ids[at])
        chosen = {slot: int(column[at]) for slot, column in self.slots.items()}
        text = {slot: values[chosen[slot]] for slot, values in SLOTS.items()}
        number = pmid % 1_000_000
        published = dt.date.fromordinal(int(self.published[at]))
        drug, condition = text["drug"].capitalize(), text["condition"]
        title = f"{drug} for {condition} in {text['population']}: {text['design']} ({text['name']} {number})."
        sections = (
            ("BACKGROUND", f"{condition.capitalize()} {text['opening']}"),
            ("METHODS", f"{text['method']} {text['drug']}."),
            ("RESULTS", text["result"]),
            ("CONCLUSIONS", text["conclusion"]),
        )
        headings = tuple((*MESH[term][:2], True) for term in (condition, text["drug"]) if term in MESH)
        page = 1 + pmid % 900
        article = Article(
            pmid=pmid,
            title=title,
            abstract=sections if chosen["has_abstract"] else (),
            authors=tuple(Author(text[f"surname{n}"], text[f"forename{n}"]) for n in (1, 2)),
            journal=JOURNALS[chosen["journal"]],
            volume=published.year - 1990,
            issue=published.month,
            pages=f"{page}-{page + 7}",
            published=published,
            created=dt.date.fromordinal(int(self.created[at])),
            entered=dt.date.fromordinal(int(self.entered[at])),
            revised=dt.date.fromordinal(int(self.revised[at])),
            language=LANGUAGES[chosen["language"]],
            types=DESIGN_TYPES[chosen["design"]],
            mesh=(*headings, ("D006801", "Humans", False)) if chosen["indexed"] else (),
            doi=f"10.99999/jak.{pmid}",
            pmc=f"PMC{pmid % 9_000_000}" if pmid % 3 == 0 else "",
            registration=f"NCT{number + 90_000_000:08d}" if chosen["design"] in (0, 4, 5) else "",
            references=self.cited_by_place(at),
        )
        patch = self.patches.get(pmid)
        return replace(article, **patch) if patch else article

    def cited_by_place(self, at: int) -> tuple[int, ...]:
        """Name up to three earlier articles, which this one cites."""
        return tuple(sorted({int(pmid) for pmid in self.cites[at] if pmid}))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two states of one database, and exactly what lies between them.

    Attributes
    ----------
    new, unchanged, changed, retracted, vanished : frozenset of int
        They are disjoint; the first four make up `after`, the last four `before`.
    late : frozenset of int
        Among the new: entered over a year after publication, so that the entry date is set back to the publication.
    kinds : mapping
        Of each changed PMID: ``title``, ``abstract appeared``, ``type``, ``mesh`` or ``erratum``.
    """

    before: Corpus
    after: Corpus
    new: frozenset[int]
    unchanged: frozenset[int]
    changed: frozenset[int]
    retracted: frozenset[int]
    vanished: frozenset[int]
    late: frozenset[int]
    kinds: Mapping[int, str]


def make_corpus(
    size: int,
    *,
    seed: int = 4,
    since: dt.date = dt.date(2015, 1, 1),
    until: dt.date = dt.date(2025, 10, 31),
    topic: float = 0.5,
    busy_day: tuple[dt.date, int] | None = None,
    late: float = 0.02,
    books: int = 0,
) -> Corpus:
    """Make a corpus; the same arguments make the same bytes.

    Parameters
    ----------
    size : int
        Number of articles.
    topic : float
        The share about alopecia areata; the rest is spread over other conditions.
    busy_day : tuple of date and int, optional
        So many articles are created on that one day.
    late : float
        The share that came over a year after publication: created when the others were, but entered years before.
    books : int
        So many are chapters of a book, which PubMed writes in an element of its own.

    Examples
    --------
    >>> corpus = make_corpus(50)
    >>> len(corpus), corpus.article(1)
    (50, None)
    >>> corpus.article_at(0) == make_corpus(50).article_at(0)
    True
    """
    rng = np.random.default_rng(seed)
    ids = FIRST_ID + np.cumsum(rng.integers(1, 6, size))
    days = rng.integers(since.toordinal(), until.toordinal() + 1, size)
    if busy_day:
        day, count = busy_day
        days[rng.choice(size, count, replace=False)] = day.toordinal()
    created = np.sort(days)
    published = created - rng.integers(0, 200, size)
    entered = created + rng.integers(0, 2, size)
    is_late = rng.random(size) < late
    published[is_late] -= rng.integers(500, 1500, int(is_late.sum()))
    entered[is_late] = published[is_late]
    slots = {slot: rng.integers(0, len(values), size) for slot, values in SLOTS.items()}
    about = rng.random(size) < topic
    slots["condition"] = np.where(about, 0, rng.integers(1, len(SLOTS["condition"]), size))
    slots["language"] = np.where(rng.random(size) < 0.9, 0, slots["language"])
    slots["has_abstract"] = (rng.random(size) < 0.85).astype(np.int64)
    slots["indexed"] = (rng.random(size) < 0.7).astype(np.int64)
    revised = np.minimum(created + rng.integers(1, 300, size), until.toordinal())
    earlier = (rng.random((size, 3)) * np.arange(size)[:, None]).astype(np.int64)
    cites = np.where(np.arange(size)[:, None] > 0, ids[earlier], 0)
    chapters = [int(pmid) for pmid in rng.choice(ids, books, replace=False)]
    patches = {pmid: {"is_book": True, "mesh": (), "references": ()} for pmid in chapters}
    return Corpus(ids, published, created, entered, revised, slots, cites, patches)


def make_pair(
    size: int,
    *,
    seed: int = 4,
    new: int = 40,
    late: int = 5,
    changed: int = 25,
    retracted: int = 3,
    vanished: int = 4,
    between: tuple[dt.date, dt.date] = (dt.date(2025, 11, 1), dt.date(2026, 4, 30)),
) -> Pair:
    """Make a database before and after half a year, all of it about alopecia areata, and the exact difference.

    Examples
    --------
    >>> pair = make_pair(200)
    >>> len(pair.before), len(pair.after)
    (200, 236)
    >>> sorted(map(len, (pair.new, pair.changed, pair.retracted, pair.vanished)))
    [3, 4, 25, 40]
    """
    start, end = between
    before = make_corpus(size, seed=seed, topic=1.0, until=start - dt.timedelta(days=1))
    extra = make_corpus(new, seed=seed + 1, since=start, until=end, topic=1.0, late=0.0)
    step = int(before.ids[-1]) - FIRST_ID
    ids = extra.ids + step
    published, entered = extra.published.copy(), extra.entered.copy()
    rng = np.random.default_rng(seed + 2)
    late_at = rng.choice(new, late, replace=False)
    published[late_at] = extra.created[late_at] - rng.integers(800, 1600, late)
    entered[late_at] = published[late_at]

    with_abstract = before.slots["has_abstract"] == 1
    bare = [int(pmid) for pmid in rng.permutation(before.ids[~with_abstract])][: changed // 5]
    rest = [int(pmid) for pmid in rng.permutation(before.ids[with_abstract])]
    others = changed - len(bare)
    kinds = dict.fromkeys(bare, "abstract appeared")
    kinds |= {pmid: ("title", "type", "mesh", "erratum")[n % 4] for n, pmid in enumerate(rest[:others])}
    gone = rest[others : others + vanished]
    withdrawn = rest[others + vanished : others + vanished + retracted]
    notices = [int(pmid) for pmid in ids]
    patches = {pmid: _change(before, pmid, kind, end) for pmid, kind in kinds.items()}
    for number, pmid in enumerate(withdrawn):
        patches[pmid] = _retraction(before, pmid, notices[number])
        notice = cast("Article", before.article(pmid))
        patches[notices[number]] = {
            "title": f"Retraction: {notice.title}",
            "types": ("Retraction of Publication",),
            "corrections": (
                Correction("RetractionOf", f"{notice.journal.abbreviation}. {notice.published.year}.", pmid),
            ),
        }
    stays = ~np.isin(before.ids, gone)

    def join(old: Ints, added: Ints) -> Ints:
        return np.concatenate((old[stays], added))

    touched = np.isin(before.ids, list(kinds) + withdrawn)
    revised = np.where(touched, end.toordinal(), before.revised)
    after = Corpus(
        ids=join(before.ids, ids),
        published=join(before.published, published),
        created=join(before.created, extra.created),
        entered=join(before.entered, entered),
        revised=join(revised, extra.revised),
        slots={slot: join(column, extra.slots[slot]) for slot, column in before.slots.items()},
        cites=join(before.cites, np.where(extra.cites > 0, extra.cites + step, 0)),
        patches=patches,
        built=dt.datetime.combine(end, dt.time(6, 33), dt.UTC),
    )
    old = frozenset(int(pmid) for pmid in before.ids)
    return Pair(
        before=before,
        after=after,
        new=frozenset(notices),
        unchanged=old - kinds.keys() - set(gone) - set(withdrawn),
        changed=frozenset(kinds),
        retracted=frozenset(withdrawn),
        vanished=frozenset(gone),
        late=frozenset(int(pmid) for pmid in ids[late_at]),
        kinds=kinds,
    )


def _change(corpus: Corpus, pmid: int, kind: str, day: dt.date) -> dict[str, Any]:
    """Say what differs in a changed article."""
    article = cast("Article", corpus.article(pmid))
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "title": lambda: {"title": article.title.replace(" (", ", corrected title ("), "revised": day},
        "abstract appeared": lambda: {
            "abstract": (("", f"An abstract of this study of alopecia areata was added on {day.isoformat()}."),),
            "revised": day,
        },
        "type": lambda: {"types": (*article.types, "Multicenter Study"), "revised": day},
        "mesh": lambda: {"mesh": (*article.mesh, ("D000368", "Aged", False)), "revised": day},
        "erratum": lambda: {
            "corrections": (Correction("ErratumIn", f"{article.journal.abbreviation}. {day.year};1(1):9."),),
            "revised": day,
        },
    }
    return makers[kind]()


def _retraction(corpus: Corpus, pmid: int, notice: int) -> dict[str, Any]:
    """Say what differs in a retracted article."""
    article = cast("Article", corpus.article(pmid))
    source = f"{article.journal.abbreviation}. 2026;36(1):1."
    return {
        "types": (*article.types, "Retracted Publication"),
        "corrections": (Correction("RetractionIn", source, notice),),
    }
