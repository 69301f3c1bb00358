"""Search a corpus as PubMed does: fields, phrases, truncation, ranges, Booleans from left to right, warnings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .corpus import Corpus
from .fields import find_by_slots, matches, texts_of
from .vocabulary import STOPWORDS, mesh_below, plain

__all__ = ["FIELDS", "Answer", "SearchError", "days_between", "search"]

Mask = NDArray[np.bool_]

FIELDS: dict[str, tuple[str, ...]] = {
    "All Fields": ("all", "all fields"),
    "Text Word": ("tw", "text word", "text words"),
    "Title/Abstract": ("tiab", "title/abstract"),
    "Title": ("ti", "title"),
    "Abstract": ("ab", "abstract"),
    "MeSH Terms": ("mh", "mesh", "mesh terms"),
    "MeSH Terms:noexp": ("mh:noexp", "mesh:noexp", "mesh terms:noexp"),
    "MeSH Major Topic": ("majr", "mesh major topic"),
    "Author": ("au", "author"),
    "Author - First": ("1au", "author - first", "first author"),
    "Journal": ("ta", "journal", "jour", "so"),
    "Publication Type": ("pt", "ptyp", "publication type"),
    "Language": ("la", "lang", "language"),
    "Filter": ("sb", "filter", "subset"),
    "Article Identifier": ("aid", "doi", "lid"),
    "Secondary Source ID": ("si", "secondary source id"),
    "UID": ("uid", "pmid"),
    "Date - Publication": ("dp", "pdat", "date - publication", "publication date"),
    "Date - Create": ("crdt", "date - create", "create date"),
    "Date - Entry": ("edat", "date - entry", "entry date"),
    "Date - Modification": ("lr", "mdat", "date - modification"),
}
"""PubMed's name of each field that this service knows, with the tags that mean it."""

TAGS = {tag: name for name, tags in FIELDS.items() for tag in (name.lower(), *tags)}
RANGES = {
    "UID": "ids",
    "Date - Publication": "published",
    "Date - Create": "created",
    "Date - Entry": "entered",
    "Date - Modification": "revised",
}
PHRASES = ("Title/Abstract", "Title", "Abstract", "All Fields", "Text Word")
TOKEN = re.compile(
    r'(?P<open>\()|(?P<close>\))|(?P<history>#\d+)|(?P<colon>:)|"(?P<quoted>[^"]*)"|\[(?P<tag>[^\]]*)\]'
    r'|(?P<word>[^\s()\[\]":]+)'
)
NEAR = re.compile(r"^(.*):~(\d+)$")
FAR = dt.date(3000, 1, 1).toordinal()


class SearchError(Exception):
    """The search cannot be run; the text is what PubMed says."""


@dataclass(slots=True)
class Answer:
    """What a search found, and what the service says of it."""

    mask: Mask
    translation: str = ""
    translations: list[tuple[str, str]] = field(default_factory=list)
    phrases_not_found: list[str] = field(default_factory=list)
    fields_not_found: list[str] = field(default_factory=list)
    phrases_ignored: list[str] = field(default_factory=list)
    quoted_not_found: list[str] = field(default_factory=list)


def search(corpus: Corpus, term: str, *, history: Mapping[int, NDArray[np.int64]] | None = None) -> Answer:
    """Run a search.

    Examples
    --------
    >>> from .corpus import make_corpus
    >>> corpus = make_corpus(100)
    >>> answer = search(corpus, "baricitinib[ti] AND alopecia[tiab]")
    >>> answer.translation
    '"baricitinib"[Title] AND "alopecia"[Title/Abstract]'
    >>> int(answer.mask.sum()) == sum("Baricitinib for a" in corpus.article_at(at).title and
    ...     "alopecia" in corpus.article_at(at).title for at in range(100))
    True
    """
    reader = _Reader(corpus, term, history or {})
    answer = reader.answer
    answer.mask, answer.translation = reader.read()
    return answer


def days_between(low: str, high: str) -> tuple[int, int]:
    """Return the first and last day of two PubMed dates (YYYY, YYYY/MM or YYYY/MM/DD).

    Examples
    --------
    >>> low, high = days_between("2020", "2020/02")
    >>> high - low + 1
    60
    """
    return _day(low, last=False), _day(high, last=True)


class _Reader:
    """Reads one search from left to right."""

    def __init__(self, corpus: Corpus, term: str, history: Mapping[int, NDArray[np.int64]]) -> None:
        self.corpus = corpus
        self.history = history
        self.tokens = [(str(m.lastgroup), m[str(m.lastgroup)], m.start()) for m in TOKEN.finditer(term)]
        self.at = 0
        self.answer = Answer(np.zeros(len(corpus), bool))

    def read(self) -> tuple[Mask, str]:
        """Read everything; a bracket that closes nothing is passed over, as PubMed does."""
        parts = [self.group()]
        while self.at < len(self.tokens):
            self.at += 1
            if self.at < len(self.tokens):
                parts.append(self.group())
        found = [part for part in parts if part]
        if not found:
            raise SearchError("Search Backend failed: Exception:\nEmpty search")
        mask, text = found[0]
        for more, more_text in found[1:]:
            mask, text = mask & more, f"{text} AND {more_text}"
        return mask, text

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else "end"

    def group(self) -> tuple[Mask, str] | None:
        """Read terms and operators up to a closing bracket: AND, OR and NOT bind alike, from left to right."""
        left: tuple[Mask, str] | None = None
        operator = "AND"
        while self.kind() not in ("end", "close"):
            kind, text, _ = self.tokens[self.at]
            if kind == "word" and text in ("AND", "OR", "NOT"):
                operator = text
                self.at += 1
                continue
            right = self.factor()
            if right is None:
                continue
            if left is None:
                left = (~right[0], f"NOT {right[1]}") if operator == "NOT" else right
            elif operator == "AND":
                left = left[0] & right[0], f"{left[1]} AND {right[1]}"
            elif operator == "OR":
                left = left[0] | right[0], f"{left[1]} OR {right[1]}"
            else:
                left = left[0] & ~right[0], f"{left[1]} NOT {right[1]}"
            operator = "AND"
        return left

    def factor(self) -> tuple[Mask, str] | None:
        kind, text, _ = self.tokens[self.at]
        if kind == "open":
            self.at += 1
            inner = self.group()
            if self.kind() == "close":
                self.at += 1
            return (inner[0], f"({inner[1]})") if inner else None
        if kind == "history":
            self.at += 1
            number = int(text[1:])
            if number not in self.history:
                raise SearchError(f"Unable to obtain query #{number}")
            return np.isin(self.corpus.ids, self.history[number]), text
        if kind in ("word", "quoted"):
            return self.term()
        self.at += 1
        return None

    def term(self) -> tuple[Mask, str] | None:
        """Read words or a quoted phrase, its field, and the other end of a range."""
        words, quoted = self.words()
        tag = self.tag()
        if self.kind() == "colon":
            self.at += 1
            high, _ = self.words() if self.kind() in ("word", "quoted") else ("3000", False)
            tag = self.tag() or tag
            name = TAGS.get((tag or "").lower(), "")
            if name not in RANGES:
                raise SearchError("Search Backend failed: Exception:\nInvalid range")
            return self.range(words, high, name), f"{words}:{high}[{name}]"
        if tag is None:
            return self.untagged(words, quoted=quoted)
        distance = NEAR.match(tag)
        name = TAGS.get((distance[1] if distance else tag).strip().lower(), "")
        if not name:
            self.answer.fields_not_found.append(tag)
            return self.untagged(words, quoted=quoted)
        if name in RANGES:
            return self.range(words, words, name), f"{words}[{name}]"
        if distance:
            shown = f'"{words}"[{name}:~{distance[2]}]'
            return self.near(name, plain(words).split(), int(distance[2])), shown
        return self.tagged(words, name, quoted=quoted)

    def words(self) -> tuple[str, bool]:
        kind, text, _ = self.tokens[self.at]
        self.at += 1
        if kind == "quoted":
            return text, True
        words = [text]
        while self.kind() == "word" and self.tokens[self.at][1] not in ("AND", "OR", "NOT"):
            words.append(self.tokens[self.at][1])
            self.at += 1
        return " ".join(words), False

    def tag(self) -> str | None:
        if self.kind() != "tag":
            return None
        self.at += 1
        return self.tokens[self.at - 1][1]

    def tagged(self, words: str, name: str, *, quoted: bool) -> tuple[Mask, str]:
        """Search a phrase in a field; one that is not in the index of phrases is broken into its words."""
        spoken = plain(words).split()
        shown = f'"{words.lower()}"[{name}]'
        mask = self.find(name, words)
        if (
            mask.any()
            or len(spoken) < 2
            or name not in ("Title/Abstract", "Title", "Abstract", "All Fields", "Text Word")
        ):
            if not mask.any():
                self.answer.phrases_not_found.append(words)
            return mask, shown
        if quoted:
            self.answer.quoted_not_found.append(f'"{words}"[{name}]')
        kept = [word for word in spoken if word not in STOPWORDS] or spoken
        masks = [self.find(name, word) for word in kept]
        self.answer.phrases_not_found += [word for word, one in zip(kept, masks, strict=True) if not one.any()]
        joined = " AND ".join(f'"{word}"[{name}]' for word in kept)
        return np.logical_and.reduce(masks), f"({joined})"

    def untagged(self, words: str, *, quoted: bool) -> tuple[Mask, str] | None:
        """Map words without a field to headings and All Fields."""
        if quoted:
            mask = self.find("All Fields", words)
            if mask.any():
                return mask, f'"{words.lower()}"[All Fields]'
            self.answer.quoted_not_found.append(f'"{words}"')
        parts = words.split()
        if parts and all(part.isdigit() and len(part) > 3 for part in parts):
            numbers = np.array([int(part) for part in parts])
            return np.isin(self.corpus.ids, numbers), " OR ".join(f"{part}[UID]" for part in parts)
        found: list[tuple[Mask, str]] = []
        spoken = [word for part in parts for word in plain(part).split()]
        typed = {plain(part).strip(): part for part in parts}
        stars = {plain(part).strip() for part in parts if part.endswith("*")}
        while spoken:
            taken = next((n for n in range(len(spoken), 0, -1) if mesh_below(" ".join(spoken[:n]))), 0)
            phrase, spoken = " ".join(spoken[: taken or 1]), spoken[taken or 1 :]
            if taken:
                found.append(self.mapped(phrase))
            elif phrase in STOPWORDS:
                self.answer.phrases_ignored.append(phrase)
            else:
                asked = f"{phrase}*" if phrase in stars else phrase
                mask = self.find("All Fields", asked)
                if mask.any():
                    found.append((mask, f'"{asked}"[All Fields]'))
                else:
                    as_typed = typed.get(phrase, asked)
                    self.answer.phrases_not_found.append(as_typed)
                    found.append((mask, f"({as_typed}[All Fields])"))
        if not found:
            return None
        mask = np.logical_and.reduce([mask for mask, _ in found])
        shown = " AND ".join(shown for _, shown in found)
        return mask, shown if len(found) == 1 else f"({shown})"

    def mapped(self, phrase: str) -> tuple[Mask, str]:
        """Search a phrase that is a heading: as the heading, as its words, as the phrase."""
        words = phrase.split()
        apart = " AND ".join(f'"{word}"[All Fields]' for word in words)
        shown = f'"{phrase}"[MeSH Terms] OR ' + (f'({apart}) OR "{phrase}"[All Fields]' if words[1:] else apart)
        together = np.logical_and.reduce([self.find("All Fields", word) for word in words])
        self.answer.translations.append((phrase, shown))
        return self.find("MeSH Terms", phrase) | together | self.find("All Fields", phrase), f"({shown})"

    def range(self, low: str, high: str, name: str) -> Mask:
        column = getattr(self.corpus, RANGES[name])
        if name == "UID":
            parts = low.replace(",", " ").split()
            if low == high and parts and all(part.isdigit() for part in parts):
                return np.isin(column, np.array([int(part) for part in parts]))
            if not (low.strip().isdigit() and high.strip().isdigit()):
                raise SearchError("Search Backend failed: Exception:\nInvalid range")
            first, last = int(low), int(high)
        else:
            first, last = days_between(low, high)
        return (column >= first) & (column <= last)

    def find(self, name: str, words: str) -> Mask:
        """Find a word, phrase or truncated word in a field: by slots, and in the text of what was patched."""
        star = words.rstrip().endswith("*")
        phrase = plain(words).strip()
        if not phrase:
            return np.zeros(len(self.corpus), bool)
        pattern = f" {phrase}" if star else f" {phrase} "
        kept = self.corpus.found.get((name, pattern))
        if kept is not None:
            return kept
        mask = find_by_slots(self.corpus, name, pattern).copy()
        for pmid in self.corpus.patches:
            at = self.corpus.place(pmid)
            mask[at] = matches(self.corpus.article_at(at), name, pattern)
        mask.flags.writeable = False
        self.corpus.found[name, pattern] = mask
        return mask

    def near(self, name: str, words: Sequence[str], distance: int) -> Mask:
        """Find words with at most so many others between them, in any order, by reading the texts."""
        every: Mask = np.logical_and.reduce([self.find(name, word) for word in words])
        for at in np.flatnonzero(every):
            texts = texts_of(self.corpus.article_at(int(at)), name)
            every[at] = any(_close(plain(text).split(), words, distance) for text in texts)
        return every


def _close(text: Sequence[str], words: Sequence[str], distance: int) -> bool:
    """Say whether all words stand together with at most `distance` others among them."""
    span = len(words) + distance
    return any(set(words) <= set(text[start : start + span]) for start in range(len(text)))


def _day(text: str, *, last: bool) -> int:
    parts = [int(part) for part in re.split(r"[/-]", text.strip()) if part.isdigit()]
    if not parts or not 1 <= parts[0] <= 9998:
        raise SearchError(f"Search Backend failed: Exception:\nInvalid date: {text}")
    year, month, day = parts[0], *[*parts[1:], 0, 0][:2]
    if year >= 3000:
        return FAR
    try:
        if day:
            return dt.date(year, month, day).toordinal()
        if not last:
            return dt.date(year, month or 1, 1).toordinal()
        following = dt.date(year + 1, 1, 1) if month in (0, 12) else dt.date(year, month + 1, 1)
    except ValueError:
        raise SearchError(f"Search Backend failed: Exception:\nInvalid date: {text}") from None
    return following.toordinal() - 1
