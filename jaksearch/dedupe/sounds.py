"""Compare Chinese characters with Latin letters by their sound: names of people, names of journals."""

from __future__ import annotations

import re
from functools import lru_cache

from jaksearch.dedupe.names import Name
from jaksearch.family_sounds import family_sounds

__all__ = ["is_pinyin_journal", "name_sounds_like", "sounds_like"]

_NOT_HAN = re.compile("[^\u3400-\u9fff]+")
_NOT_LETTERS = re.compile("[^a-z]+")
_BETWEEN_NAMES = re.compile(r"[=:/()\[\]]")
_PINYIN_END = re.compile(r"(?:zazhi|xuebao|yixueban|tongbao|jikan|zhongyiyao|linchuangyixue)$")
# Wade-Giles, as Taiwan prints it without apostrophes: how syllables begin, end, and those that are their own rule.
_BEGINS = (
    ("zh", "ch"), ("ch", "ch"), ("sh", "sh"), ("j", "ch"), ("q", "ch"), ("x", "hs"), ("z", "ts"), ("c", "ts"),
    ("d", "t"), ("b", "p"), ("g", "k"), ("r", "j"),
)  # fmt: skip
_ENDS = (
    (re.compile("ong$"), "ung"), (re.compile("ian$"), "ien"), (re.compile("ie$"), "ieh"), (re.compile("ue$"), "ueh"),
    (re.compile("(?<=[dtnlzcsr])uo$"), "o"), (re.compile("(?<=^[gkh])e$"), "o"), (re.compile("(?<=[gk])ui$"), "uei"),
)  # fmt: skip
_WHOLE = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "szu", "yi": "i",
    "ye": "yeh", "yan": "yen", "you": "yu", "yong": "yung", "er": "erh", "e": "o",
}  # fmt: skip


@lru_cache(maxsize=65536)
def name_sounds_like(han: str, latin: Name) -> int:
    """Compare a Chinese name with one in Latin letters.

    Returns
    -------
    int
        2 if family and given name agree, 1 if the family names do and nothing contradicts, 0 if they are two names.

    Examples
    --------
    >>> from jakdb.words import Author
    >>> from jaksearch.dedupe.names import read_name
    >>> def alike(han, family, given):
    ...     return name_sounds_like(han, read_name(Author(family=family, given=given)))
    >>> alike("单国强", "Shan", "Guoqiang"), alike("单国强", "Shan", "G Q"), alike("单国强", "Shan", "Lei")
    (2, 2, 0)
    >>> alike("蔡孟哲", "Tsai", "Meng-Che"), alike("黄子诚", "Wong", "Ka Ho"), alike("欧阳明", "Ou Yang", "M")
    (2, 1, 2)
    """
    head, spellings = family_sounds(han)
    spellings = spellings or tuple(sorted(_readings(head)))
    given = [_readings(c) | _wade_giles(_readings(c)) for c in han[len(head) :]]
    best = 0
    for word in sorted((latin.family | latin.full) & frozenset(spellings)):
        rest = latin.full - (latin.family if word not in latin.full else {word})
        initials = latin.initials if word in latin.family else ""
        if not given or not (rest or initials):
            best = max(best, 1)
        elif all(_is_spelled(w, given) for w in rest) and (rest or any(_begins(initials[0], g) for g in given)):
            return 2
        elif word != spellings[0]:
            best = max(best, 1)  # of other dialects only the family names are known here
    return best


@lru_cache(maxsize=8192)
def sounds_like(han: str, latin: str) -> bool:
    """Say whether a name in Latin letters is the pinyin of a Chinese one, alone or beside a translation.

    >>> sounds_like("中华皮肤科杂志", "zhonghua pi fu ke za zhi"), sounds_like("中华皮肤科杂志", "chin j dermatol")
    (True, False)
    >>> sounds_like("重庆医学", "chongqing yixue = chongqing medical journal")
    True
    """
    pattern = _pattern(_NOT_HAN.sub("", han))
    return any(pattern.fullmatch(_NOT_LETTERS.sub("", piece)) for piece in (latin, *_BETWEEN_NAMES.split(latin)))


def is_pinyin_journal(latin: str) -> bool:
    """Say whether the folded name of a journal is pinyin, so that it can be compared with a Chinese name.

    >>> is_pinyin_journal("zhonghua pi fu ke za zhi"), is_pinyin_journal("chinese journal of dermatology")
    (True, False)
    """
    pieces = (_NOT_LETTERS.sub("", piece) for piece in _BETWEEN_NAMES.split(latin))
    return any(piece.startswith(("zhonghua", "zhongguo")) or _PINYIN_END.search(piece) for piece in pieces)


@lru_cache(maxsize=2048)
def _pattern(han: str) -> re.Pattern[str]:
    """Return what matches every reading of the characters, written together."""
    return re.compile("".join(f"(?:{'|'.join(sorted(_readings(c)))})" for c in han) or r"(?!)")


def _is_spelled(word: str, readings: list[frozenset[str]]) -> bool:
    """Say whether a word is the sound of some of the characters, in order."""
    reach = {word}
    for some in readings:
        reach |= {left[len(r) :] for left in reach for r in some if r and left.startswith(r)}
    return "" in reach


def _begins(letter: str, readings: frozenset[str]) -> bool:
    """Say whether a sound begins with a letter."""
    return any(r.startswith(letter) for r in readings)


@lru_cache(maxsize=16384)
def _readings(char: str) -> frozenset[str]:
    """Return the readings of a character in pinyin without tones; ü as people write it."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - a quarter of a second, only where scripts meet

    found: set[str] = set()
    for reading in pinyin(char, style=Style.NORMAL, heteronym=True)[0]:
        if reading.isascii() and reading.isalpha():
            found.add(reading)
            if "v" in reading:
                found.update(reading.replace("v", other) for other in ("u", "yu"))
    return frozenset(found)


def _wade_giles(readings: frozenset[str]) -> frozenset[str]:
    """Return the syllables as Taiwan writes them."""
    return frozenset(map(_in_wade_giles, readings))


def _in_wade_giles(syllable: str) -> str:
    """Return a syllable of pinyin in Wade-Giles without apostrophes.

    >>> [_in_wade_giles(s) for s in ("zhe", "xiao", "guo", "jian", "zhong", "ting")]
    ['che', 'hsiao', 'kuo', 'chien', 'chung', 'ting']
    """
    if syllable in _WHOLE:
        return _WHOLE[syllable]
    for ending, other in _ENDS:
        if ending.search(syllable):
            syllable = ending.sub(other, syllable)
            break
    for begin, other in _BEGINS:
        if syllable.startswith(begin):
            return other + syllable[len(begin) :]
    return syllable
