"""Read and compare authors, however a source prints them.

Sources print ``Crispin, Milène K.``, ``Kennedy Crispin M``, ``Ying-Xiu Dai1``, ``Dai YX``, ``Yan Diqin``, and even
``Diqin Yan,&#x;Diqin Yan1,2``. So a name is a set of words with no promise which is the family name, and two names
agree when a full word of one is a full word of the other and no initial contradicts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from jakdb.words import Author
from jaksearch.dedupe.text import fold, has_han, is_han, word_set

__all__ = ["Name", "compare_names", "overlap", "read_name"]

_PARTICLES = word_set(
    "van von der den de del della di da dos das du la le les el al bin ibn ten ter st san zu zur mac mc jr sr ii iii",
    "2nd 3rd phd md",
)
_JUNK = re.compile(r"\bet\.? al\.?|\b(?:m\.?d\.?|ph\.?d\.?|jr|sr|2nd|3rd)\b\.?|&#?\w*;?|[\d*†‡§¶#]+")
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфцыэ", (*"abvgdeziklmnoprstuf", "ts", "y", "e"), strict=True))
    | {"ж": "zh", "й": "i", "х": "kh", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia"}
)
"""Russian letters as PubMed writes them."""
_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{2,3}(?![A-Za-z])")
_SPLIT = re.compile(r"[^\w]+|_")
_HYPHEN = re.compile(r"(?<=\w)[-‐‑](?=\w)")
_NO_VOWEL = frozenset({"lv", "ng"})
"""Family names without a vowel."""
_NOBODY = re.compile(
    r"^\W*(?:anon(?:ymous)?\b|\[?no authors? listed|"
    r"nct\d{8}|isrctn\d{8}|chictr[-\w]+|euctr[-\w]+|jprn[-\w]+|ctri[/\w]+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Name:
    """One author as words, without a claim which word is the family name.

    Attributes
    ----------
    family : frozenset of str
        Full words (two letters or more) that may be the family name.
    full : frozenset of str
        All full words, the hyphenated ones joined (``yingxiu``).
    initials : str
        First letters of everything that is not in `family`, in order.
    shown : str
        The name for people.
    sure : bool
        The source says which word is the family name.
    han : str
        The whole name in Chinese characters (or kana, or Hangul), simplified; empty for other scripts.
    """

    family: frozenset[str]
    full: frozenset[str]
    initials: str
    shown: str
    sure: bool = False
    han: str = ""


@lru_cache(maxsize=65536)
def read_name(author: Author) -> Name | None:
    """Return the words of an author, or ``None`` where there is no name in it (a registration number, "et al").

    >>> sorted(read_name(Author(literal="Ying-Xiu Dai1")).full)
    ['dai', 'yingxiu']
    >>> read_name(Author(family="Kennedy Crispin", given="M")).initials
    'm'
    """
    if author.literal and not author.family:
        if _NOBODY.match(author.literal):
            return None
        text = _JUNK.sub(" ", fold(_spread(author.literal)))
        if has_han(text):
            return _han_name(text)
        if "," in text:
            family, _, given = text.partition(",")
            return _build(family, given, str(author))
        return _build("", text, str(author))
    if _NOBODY.match(author.family):
        return None
    family, given = _without_junk(author.family), _given_without_junk(author.given)
    if has_han(family):
        return _han_name(family + given)
    return _build(family, given, str(author))


def compare_names(a: Name, b: Name) -> float:
    """Return 1 for the same name, 0.6 where only a common word agrees and an initial contradicts, 0 for two names.

    >>> crispin = read_name(Author(literal="Milène K. Crispin"))
    >>> compare_names(crispin, read_name(Author(family="Kennedy Crispin", given="M")))
    1.0
    >>> compare_names(read_name(Author(family="Wang", given="Wei")), read_name(Author(family="Wang", given="Lei")))
    0.6
    """
    if a.han and b.han:
        return 1.0 if a.han == b.han or _holds_first(a.han, b.han) or _holds_first(b.han, a.han) else 0.0
    shared = a.full & b.full
    if shared:
        rest_a = [w for w in a.full - shared if len(w) > 2]
        rest_b = [w for w in b.full - shared if len(w) > 2]
        one = any(_same_given(x, y) for x in rest_a for y in rest_b) or _compound(a, rest_b) or _compound(b, rest_a)
        if rest_a and rest_b and not one:
            return 0.6 if a.family & b.family and a.sure and b.sure else 0.3
        if not (shared & a.family or shared & b.family):
            return 0.3
        return _with_initials(a, b)
    if a.family & b.family:
        return _with_initials(a, b)
    for x in a.family:
        for y in b.family:
            if len(x) >= 4 and len(y) >= 4 and fuzz.ratio(x, y) >= 84:
                return _with_initials(a, b)
            if min(len(x), len(y)) >= 5 and (x.endswith(y) or y.endswith(x) or x.startswith(y) or y.startswith(x)):
                return _with_initials(a, b)
    return 0.0


def overlap(a: tuple[Name, ...], b: tuple[Name, ...]) -> float:
    """Return the share of the shorter list's people who stand in the longer list.

    >>> one = (read_name(Author(family="King", given="B")),)
    >>> overlap(one, (read_name(Author(family="Liu", given="L")), *one))
    1.0
    """
    if not a or not b:
        return 0.0
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    every = frozenset().union(*(n.full for n in long))
    return sum(bool((n.family or n.full) & every) for n in short) / len(short)


def _build(family: str, given: str, shown: str) -> Name | None:
    """Make a name out of the folded text of its two halves; an empty `family` means that nobody says which is which."""
    if not (family.isascii() and given.isascii()):
        family, given = family.translate(_CYRILLIC), given.translate(_CYRILLIC)
    if family.strip():
        core, every, strays = _family_words(family)
        full, initials = _given_of_family(given)
        return Name(every, core | full if full else core, strays + initials, shown, sure=True)
    given_words = _given_words(given)
    full_words = [w for w in given_words if len(w) > 1 and not _is_initials(w) and w not in _PARTICLES]
    if not full_words:
        full_words = [w for w in given_words if len(w) > 1]
    if not full_words:
        return None
    # "Crispin MK": one full word and initials after it. "Milène K. Crispin": the last word, or any of them.
    candidates = full_words if len(full_words) <= 2 else [full_words[0], full_words[-1]]
    rest = [w for w in given_words if w not in candidates] if len(full_words) == 1 else []
    return Name(frozenset(candidates), frozenset(full_words), _initials(rest), shown)


@lru_cache(maxsize=16384)
def _family_words(family: str) -> tuple[frozenset[str], frozenset[str], str]:
    """Return the full words of a family name, these with all words joined, and single letters that stand there."""
    family_words = [w for w in _SPLIT.split(family.replace("'", "").replace("’", "")) if w]
    long = [w for w in family_words if len(w) > 1]
    core = frozenset([w for w in long if w not in _PARTICLES] or long)
    every = core | {"".join(family_words)}
    return core, core if core == every else every, "".join(w for w in family_words if len(w) == 1)


@lru_cache(maxsize=16384)
def _given_of_family(given: str) -> tuple[frozenset[str], str]:
    """Return the full words of the given names beside a family name, and the initials of all."""
    given_words = _given_words(given)
    return frozenset(w for w in given_words if len(w) > 1 and not _is_initials(w)), _initials(given_words)


@lru_cache(maxsize=16384)
def _without_junk(text: str) -> str:
    """Return a name folded, without degrees, footnote signs and "et al"."""
    return _JUNK.sub(" ", fold(text))


@lru_cache(maxsize=16384)
def _given_without_junk(text: str) -> str:
    """Return given names so, initials that are written together taken apart first."""
    return _without_junk(_spread(text))


def _spread(text: str) -> str:
    """Take initials written together apart (``BG`` to ``B G``), unless the whole name is in capitals."""
    if text.isupper() and len(text) > 3:
        return text
    return _CAPITALS.sub(lambda m: " ".join(m[0]) if m.start() or len(text) <= 3 else m[0], text)


def _given_words(given: str) -> list[str]:
    """Return the words of a given name with hyphens closed, and ``b.a.`` taken apart."""
    text = _HYPHEN.sub("", given)
    return [w for w in _SPLIT.split(text.replace("'", "").replace("’", "")) if w]


def _is_initials(word: str) -> bool:
    """Say whether a word is letters standing for names ("bg", "jm"); two-letter Chinese names are told by a vowel."""
    return len(word) <= 3 and not any(v in word for v in "aeiouy") and word not in _NO_VOWEL


def _initials(given: list[str]) -> str:
    """Return the initials of given names; a word without a vowel is itself initials."""
    return "".join(w if _is_initials(w) or len(w) == 1 else w[0] for w in given)


def _with_initials(a: Name, b: Name) -> float:
    """Weaken an agreement whose first initials contradict."""
    if not a.initials or not b.initials:
        return 1.0
    if a.initials[0] in b.initials or b.initials[0] in a.initials:
        return 1.0
    # "YX" against "Xiu": sources drop or swap initials, and put the name the other way round.
    if any(w[0] == b.initials[0] for w in a.family) or any(w[0] == a.initials[0] for w in b.family):
        return 1.0
    return 0.6


def _compound(a: Name, rest: list[str]) -> bool:
    """Say whether the words left of another name are given names of `a`: "Kennedy Crispin M", "Milène Crispin"."""
    return a.sure and len(a.family) > 1 and any(w[0] in a.initials for w in rest)


def _holds_first(long: str, short: str) -> bool:
    """Say whether one Chinese name is a list that begins with the other: an export lost what parted the names."""
    return 2 <= len(short) <= 3 and len(long) >= len(short) + 2 and long.startswith(short)


def _same_given(x: str, y: str) -> bool:
    """Say whether two words may be one name: a short form, a spelling."""
    return x.startswith(y) or y.startswith(x) or fuzz.ratio(x, y) >= 70


def _han_name(text: str) -> Name | None:
    """Make a name out of Chinese characters; family and given name are one word, and compared as one."""
    chars = "".join(filter(is_han, text)).removesuffix("等")  # "and others"
    return Name(frozenset({chars}), frozenset({chars}), "", chars, han=chars) if chars else None
