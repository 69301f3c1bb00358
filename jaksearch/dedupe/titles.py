"""Read titles: the versions one title holds, its numbers, and how alike two titles are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from jaksearch.dedupe.han import has_ideographs
from jaksearch.dedupe.han_titles import (
    are_particles,
    different_characters,
    digits_for_roman,
    han_parts,
    is_generic_han,
    is_specific_han,
)
from jaksearch.dedupe.notes import cited_place, is_abstract_note, notice_of, strip_notes, strip_notice, strip_status
from jaksearch.dedupe.text import fold, han_count, has_han, is_han, squeeze, word_set, words

__all__ = ["Title", "TitleMatch", "are_apart", "match_titles", "read_title"]

_PARALLEL = re.compile(r"\s*<original>\s*|\s+=\s+|(?<=\])\s*[.:]?\s+(?=\S)", re.I)
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_ROMAN_LABELLED = {**_ROMAN, "i": "1", "v": "5", "x": "10", "a": "1", "b": "2", "c": "3", "one": "1", "two": "2"}
_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_LABELS = {"part", "phase", "study", "chapter", "volume", "section", "paper", "stage", "grade", "type", "report"}
_PART_LABELS = {"part", "study", "chapter", "volume", "section", "paper", "report", "phase"}
_DIGITS = re.compile(r"\d+")
_COUNTS = frozenset((*_ROMAN, *_SMALL, *_TENS))
_COUNTS_OR_LABELS = _COUNTS | _LABELS

_STOP = word_set(
    "a an the of in on for and or to with by from at as is are be its their his her our into via versus vs use using",
    "der die das und von zur zum la le les des du de et el los las en y un una",
)
_GENERIC = word_set(
    "editorial introduction preface foreword commentary letter reply response erratum correction discussion abstract",
    "abstracts news index contents announcement obituary comment review summary overview update conclusion reviews",
    "references authors author notes note report reports case management treatment therapy diagnosis disease syndrome",
    "patient patients clinical trial trials study disorders guidelines proceedings congress annual meeting poster",
    "session oral presentation in this issue book",
)
# Words one letter or one prefix apart that turn a title into another paper's.
_PREFIXES = (("hyper", "hypo"), ("pre", "post"), ("intra", "extra"), ("in", ""), ("un", ""), ("non", ""), ("a", ""))
_SURELY = 55.0
"""Below this likeness in letters, two titles in one order of words are two; see `are_apart`."""
_CONTRASTS = frozenset(
    frozenset(pair.split("/"))
    for pair in word_set(
        "men/women man/woman male/female males/females boys/girls hyper/hypo increased/decreased increase/decrease",
        "increases/decreases high/low higher/lower short/long early/late mild/severe acute/chronic upper/lower",
        "left/right before/after with/without preoperative/postoperative anterior/posterior maternal/paternal",
        "adult/child adults/children inpatients/outpatients intra/extra superior/inferior primary/secondary",
        "short/long prenatal/postnatal systolic/diastolic oral/topical",
    )
)


# Stems of international nonproprietary names (WHO, The use of stems in the selection of INN): two names with one stem
# are two drugs of a class, however alike they look.
_STEM = re.compile(
    r"(?:prazole|vastatin|gliptin|gliflozin|glitazone|glutide|tinib|citinib|mab|cept|sartan|olol|alol|pril|prilat|dipine|"
    r"conazole|nidazole|cillin|micin|mycin|floxacin|cycline|vir|vudine|tide|triptan|coxib|oxetine|azepam|zolam|caine|"
    r"parin|xaban|gatran|setron|ciclib|lukast|profen|fenac|barbital|peridone|tiapine|lafaxine|trexate|taxel|rubicin|"
    r"platin|poetin|grastim|dronate|terol|sone|solone|onide|imus|parib|degib|zomib|nercept|kinra|cetrapib|fibrate|"
    r"gabalin|racetam|stigmine|tidine|thiazide|semide|curonium|fentanil|bicin|quine|bactam|penem)s?$"
)


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says, read once.

    Attributes
    ----------
    versions : tuple of str
        Squeezed titles: the printed one, a translation in brackets beside it, the two halves of a bilingual title, and
        of a notice the title of the paper that it is about.
    tokens : tuple of tuple of str
        The words of each version, in order.
    notice : str
        ``erratum``, ``reply``, ``comment``, ``retraction notice``, ``withdrawn version``, ``protocol``, or empty.
    retracted : bool
        The title says that the article itself was retracted: a state of the paper, not another paper.
    numbers : tuple of str
        Every run of digits, number words and roman numerals as digits, sorted.
    parts : tuple of str
        What follows "part", "phase", "study" and the like, with the label (``part 2``), sorted.
    translated : bool
        The title stands in square brackets, as PubMed prints a translation.
    specific : bool
        Long enough, and of enough distinctive words, to name one paper.
    generic : bool
        Too short or too common to name a paper even beside other facts.
    subject : str
        Of a notice, the squeezed title of the paper that it is about.
    cites : tuple of (str, str, str)
        Volume, first page and year that the title cites in brackets, as notices do; empty texts if it does not.
    abstract : bool
        A note says that the record is the abstract of a meeting.
    """

    versions: tuple[str, ...] = ()
    tokens: tuple[tuple[str, ...], ...] = ()
    notice: str = ""
    retracted: bool = False
    numbers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    translated: bool = False
    specific: bool = False
    generic: bool = False
    subject: str = ""
    cites: tuple[str, str, str] = ("", "", "")
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """How two titles compare.

    Attributes
    ----------
    kind : str
        ``missing``, ``equal``, ``near`` (spelling only), ``contained`` (one goes on where the other stops),
        ``words`` (near in letters, but a word is another word), ``alike``, ``scripts`` (cannot be compared),
        ``different``.
    similarity : float
        0 to 1; of the most similar pair of versions.
    words : str
        What differs, for people.
    """

    kind: str
    similarity: float = 0.0
    words: str = ""


def read_title(title: str, translated_title: str = "") -> Title:
    """Read a title once: its versions, notes, numbers and how specific it is.

    >>> t = read_title("[Treatment of alopecia areata]. [German] Therapie der Alopecia areata.")
    >>> t.versions
    ('treatmentofalopeciaareata', 'therapiederalopeciaareata')
    >>> read_title("Phase II study of 90 patients").numbers
    ('2', '90')
    """
    folded = digits_for_roman(fold(title)) if has_ideographs(title) else fold(title)
    if not folded.strip():
        folded, translated_title = fold(translated_title), ""
    bare = strip_status(folded)
    retracted = bare != folded or "retracted article" in folded
    bare = strip_notes(bare).strip()
    parallel = ("]" in bare or "=" in bare or "<" in bare) and _PARALLEL.search(bare)
    pieces = [p for p in _PARALLEL.split(bare) if p and len(squeeze(p)) >= 8] if parallel else []
    if len(pieces) < 2:
        pieces = [bare]
    pieces = [half for p in pieces for half in _halves(p)]
    if translated_title:
        pieces.extend(_halves(strip_notes(fold(translated_title))))
    versions: dict[str, tuple[str, ...]] = {}
    for piece in pieces:
        tokens = _in_digits(words(piece))
        if tokens:
            versions.setdefault("".join(tokens), tokens)
    notice = notice_of(title)
    subject = strip_notice(title) if notice else ""
    if tokens := _in_digits(words(subject)):
        versions.setdefault("".join(tokens), tokens)
    longest = max(versions.values(), key=lambda t: len("".join(t)), default=())
    numbers, parts = _numbers(tuple(words(pieces[0])), pieces[0])
    return Title(
        versions=tuple(versions),
        tokens=tuple(versions.values()),
        notice=notice,
        retracted=retracted,
        numbers=numbers,
        parts=parts,
        translated=bare.startswith("["),
        specific=any(_is_specific(t) for t in versions.values()),
        generic=not longest or _is_generic(longest),
        subject=squeeze(subject),
        cites=cited_place(title) if notice else ("", "", ""),
        abstract=is_abstract_note(title),
    )


def names_a_subject(title: Title) -> bool:
    """Say whether a title, short as it may be, is about something: two telling words at least.

    >>> names_a_subject(read_title("The treatment of atypical HUS")), names_a_subject(read_title("Editorial: reply"))
    (True, False)
    """
    return any(len(_telling(tokens)) >= 2 for tokens in title.tokens)


def match_titles(a: Title, b: Title) -> TitleMatch:
    """Compare two titles through their most similar versions.

    >>> match_titles(read_title("Pre-adolescent children"), read_title("Pre‐adolescent children")).kind
    'equal'
    >>> match_titles(read_title("Tofacitinib for alopecia areata in men"),
    ...              read_title("Tofacitinib for alopecia areata in women")).kind
    'words'
    """
    if not a.versions or not b.versions:
        return TitleMatch("missing")
    best = TitleMatch("scripts")
    for va, ta in zip(a.versions, a.tokens, strict=True):
        for vb, tb in zip(b.versions, b.tokens, strict=True):
            if va == vb:
                return TitleMatch("equal", 1.0)
            if has_han(va) != has_han(vb):
                continue
            found = _match(va, ta, vb, tb)
            if found.similarity > best.similarity or best.kind == "scripts":
                best = found
    return best


def are_apart(a: Title, b: Title) -> bool:
    """Say at once whether two titles are plainly two, so that nothing more need be compared; most pairs of a block are.

    >>> one, other = read_title("Tofacitinib for alopecia areata"), read_title("Baricitinib in lupus: a trial")
    >>> are_apart(one, other), are_apart(one, one)
    (True, False)
    """
    for i, va in enumerate(a.versions):
        for j, vb in enumerate(b.versions):
            if fuzz.ratio(va, vb, score_cutoff=_SURELY) > 0:
                return False
            if va.isascii() != vb.isascii() and has_han(va) != has_han(vb):
                return False
            short, long = (va, vb) if len(va) <= len(vb) else (vb, va)
            if len(short) < 20:
                continue
            # Where one is less than 2.4 times as long, a part of it that is like the other makes the whole like it.
            if len(long) > 2.4 * len(short):
                if long.endswith(short) or fuzz.ratio(short, long[: len(short)], score_cutoff=95) > 0:
                    return False
            elif (
                len(short) >= 0.75 * len(long)
                and fuzz.ratio(_in_order(a.tokens[i]), _in_order(b.tokens[j]), score_cutoff=90) > 0
            ):
                return False
    return bool(a.versions and b.versions)


@lru_cache(maxsize=8192)
def _in_order(tokens: tuple[str, ...]) -> str:
    """Return the words of a title in alphabetical order."""
    return " ".join(sorted(tokens))


def _match(va: str, ta: tuple[str, ...], vb: str, tb: tuple[str, ...]) -> TitleMatch:
    """Compare two versions in one script."""
    short, long = (va, vb) if len(va) <= len(vb) else (vb, va)
    similarity = fuzz.ratio(va, vb) / 100
    han = similarity >= 0.75 and has_han(va)
    if han and all(map(are_particles, different_characters(va, vb))):
        return TitleMatch("near", similarity)
    if similarity < 0.9:
        if len(short) >= (10 if han else 20) and (long.startswith(short) or long.endswith(short)):
            return TitleMatch("contained", max(similarity, 0.9), "one title goes on where the other ends")
        if len(short) >= 30 and len(long) > 1.15 * len(short):
            head = fuzz.ratio(short, long[: len(short)]) / 100
            if head >= 0.95:
                return TitleMatch("contained", 0.9, "one title goes on where the other ends")
        if similarity >= 0.5:
            ordered = fuzz.ratio(_in_order(ta), _in_order(tb)) / 100
            if ordered >= 0.95:
                return TitleMatch("near", ordered, "the same words in another order")
            similarity = max(similarity, min(ordered, 0.89))
        return TitleMatch("alike" if similarity >= 0.75 else "different", similarity)
    only_a, only_b = _different_words(ta, tb)
    if han:
        only_a, only_b = different_characters(va, vb)
    if not only_a and not only_b:
        return TitleMatch("near", similarity)
    seen = f"{' '.join(only_a) or 'nothing'} / {' '.join(only_b) or 'nothing'}"
    if _is_spelling(only_a, only_b):
        return TitleMatch("near", similarity, f"spelling: {seen}")
    return TitleMatch("words", similarity, f"words differ: {seen}")


def _different_words(ta: tuple[str, ...], tb: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the words that stand on one side only, filler words left out."""
    ca, cb = Counter(ta), Counter(tb)
    return (
        [w for w in ta if ca[w] > cb[w] and w not in _STOP],
        [w for w in tb if cb[w] > ca[w] and w not in _STOP],
    )


def _is_spelling(only_a: list[str], only_b: list[str]) -> bool:
    """Say whether the words left over are one text, spelt, hyphenated or typed in two ways."""
    ja, jb = "".join(only_a), "".join(only_b)
    if ja == jb:
        return True
    if has_han(ja) or has_han(jb):
        return False
    for x in only_a:
        for y in only_b:
            if frozenset((x, y)) in _CONTRASTS or _contrast_prefix(x, y) or _two_of_a_class(x, y):
                return False
    for c in _CONTRASTS:
        first, second = sorted(c)
        if (first in only_a and second in only_b) or (second in only_a and first in only_b):
            return False
    # Numbers are compared as numbers elsewhere; here they are only letters.
    return bool(ja and jb) and fuzz.ratio(ja, jb) >= 75


def _two_of_a_class(x: str, y: str) -> bool:
    """Say whether two words are two drugs with one stem ("pantoprazole", "lansoprazole"), not one word misspelt."""
    one, other = _STEM.search(x), _STEM.search(y)
    return bool(one and other and one[0].rstrip("s") == other[0].rstrip("s")) and Levenshtein.distance(x, y) > 1


def _contrast_prefix(x: str, y: str) -> bool:
    """Say whether two words differ by a prefix that turns the sense ("hypoglycemia", "hyperglycemia")."""
    for p, q in _PREFIXES:
        for one, other in ((x, y), (y, x)):
            if (
                one.startswith(p)
                and other.startswith(q)
                and len(one) - len(p) >= 5
                and one[len(p) :] == other[len(q) :]
            ):
                return True
    return False


def _halves(piece: str) -> list[str]:
    """Return the Chinese and the Latin half of a bilingual title, or the piece itself."""
    han = han_count(piece)
    latin = sum(c.isascii() and c.isalpha() for c in piece) if han else 0
    if latin < 20:
        return [piece]
    if 4 * han < latin:  # "Xiaoyao San (逍遥散) in depression": a word beside its translation
        return [piece, "".join(c for c in piece if not is_han(c))]
    if han < 4:
        return [piece]
    at = [i for i, c in enumerate(piece) if is_han(c)]
    first, last = at[0], at[-1]
    inner = piece[first : last + 1]
    outside = sorted((piece[:first], piece[last + 1 :]), key=len)[-1]
    if sum(c.isascii() and c.isalpha() for c in outside) < 15:
        return [piece]
    return [inner, outside]


def _in_digits(tokens: list[str]) -> tuple[str, ...]:
    """Return the words of a title with its number words and roman numerals as digits: sources exchange them freely."""
    if _COUNTS.isdisjoint(tokens):
        return tuple(tokens)
    found: list[str] = []
    tens = 0
    for token in tokens:
        if tens and token in _SMALL and _SMALL[token] < 10:
            found[-1] = str(tens + _SMALL[token])
        elif token in _TENS:
            found.append(str(_TENS[token]))
        elif token in _ROMAN or (token in _SMALL and _SMALL[token] > 1):
            found.append(_ROMAN.get(token) or str(_SMALL[token]))
        else:
            found.append(token)
        tens = _TENS.get(token, 0)
    return tuple(found)


def _numbers(tokens: tuple[str, ...], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the numbers of a title and its labelled parts."""
    if text.isascii() and _COUNTS_OR_LABELS.isdisjoint(tokens) and "".join(tokens).isalpha():
        return (), ()  # most titles
    numbers: list[str] = []
    parts: list[str] = []
    before = ""
    tens = 0
    for token in tokens:
        if before in _LABELS and (token in _ROMAN_LABELLED or token.isdigit()):
            value = _ROMAN_LABELLED.get(token, token.lstrip("0") or "0")
            numbers.append(value)
            if before in _PART_LABELS:
                parts.append(f"{before} {value}")
        elif token in _ROMAN:
            numbers.append(_ROMAN[token])
        elif token in _TENS:
            tens = _TENS[token]
            before = token
            continue
        elif token in _SMALL and (tens or _SMALL[token] > 1):
            numbers.append(str(tens + _SMALL[token]) if tens and _SMALL[token] < 10 else str(_SMALL[token]))
            tens = 0
        elif not token.isalpha():
            numbers.extend(d.lstrip("0") or "0" for d in _DIGITS.findall(token))
        if tens:
            numbers.append(str(tens))
            tens = 0
        before = token
    if tens:
        numbers.append(str(tens))
    if has_han(text):
        parts.extend(han_parts(text))
    return tuple(sorted(numbers)), tuple(sorted(parts))


def _is_specific(tokens: tuple[str, ...]) -> bool:
    """Say whether a title names one paper by itself: 40 letters and six telling words; see `is_specific_han`."""
    joined = "".join(tokens)
    if han_count(joined) >= 8:
        return is_specific_han(joined)
    telling = {t for t in tokens if t not in _STOP and len(t) > 2}
    return len(joined) >= 40 and len(telling) >= 6


def _is_generic(tokens: tuple[str, ...]) -> bool:
    """Say whether a title is too short or too common to identify a paper even beside other facts."""
    joined = "".join(tokens)
    if has_han(joined):
        return is_generic_han(joined)
    return len(joined) < 20 or len(_telling(tokens)) < 3


def _telling(tokens: tuple[str, ...]) -> set[str]:
    """Return the words of a title that neither fill it up nor stand over many papers."""
    return {t for t in tokens if t not in _STOP and t not in _GENERIC and len(t) > 2}
