"""Fold text so that two printings of one word become the same string.

Case, accents, width, hyphens, markup, Greek letters and traditional Chinese characters are printing, not meaning.
Nothing here knows what a record is.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from jaksearch.dedupe.han import has_ideographs, simplified

__all__ = ["fold", "han_count", "has_han", "is_han", "squeeze", "word_set", "words"]

_MARKUP = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|inf|italic|bold|sc|span|p|br|tt|jats:[a-z]+|mml:[a-z]+)(?:\s[^<>]*)?/?>", re.I
)
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NOT_WORD = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’‘`´ʼ′]")
_MARKS = re.compile("[\u0300-\u036f]+")
# The same for texts of ASCII, thirty times as fast: letters in lower case, all that is no word a blank.
_ASCII_WORDS = bytes(ord(chr(i).lower()) if i < 128 and chr(i).isalnum() else 32 for i in range(256))
_ASCII_OTHER = bytes(i for i in range(128) if not chr(i).isalnum())
_LONG = 400
"""Characters from which a text is folded without keeping it: abstracts would push the names out of the cache."""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "ng"}


def _table() -> dict[int, str]:
    """Return the character table for `str.translate`."""
    table: dict[int, str] = {ord(k): v for k, v in (_GREEK | _LETTERS).items()}
    table[0xAD] = table[0x200B] = table[0xFEFF] = table[0x200C] = table[0x200D] = ""
    return table


_TABLE = _table()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return `text` in lower case, without markup, accents, widths and the variants of one character.

    >>> fold("Milène <i>K.</i> Crispin"), fold("ＴＮＦ-α"), fold("斑禿的療效")
    ('milene k. crispin', 'tnf-alpha', '斑秃的疗效')
    """
    return _fold(text)


def _fold(text: str) -> str:
    """Do what `fold` does, without keeping the result."""
    if text.isascii():
        if "<" in text or "&" in text:
            text = _MARKUP.sub("", html.unescape(text))
        if text.isascii():
            return text.lower()
    # The sharp s is casefolded to "ss" unless it stands for beta, as in "ß-cell".
    text = re.sub(r"ß(?=[-\s])", "β", _MARKUP.sub("", html.unescape(text)))
    text = unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)
    if text.isascii():
        return text
    if has_ideographs(text):
        text = simplified(text)
    # Marks on Latin letters are dropped; those of kana change the syllable and stay.
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def words(text: str) -> list[str]:
    """Return the words of `text`, folded; a hyphen parts words and an apostrophe does not.

    >>> words("Crohn’s disease: pre‐adolescent")
    ['crohns', 'disease', 'pre', 'adolescent']
    """
    folded = _folded(text)
    if folded.isascii():
        return folded.encode().translate(_ASCII_WORDS, b"'`").decode().split()
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", folded)).split()


def squeeze(text: str) -> str:
    """Return the letters and digits of `text` alone, folded: where a line or a hyphen broke a word does not show.

    >>> squeeze("Ja-nus kinase") == squeeze("Janus Kinase")
    True
    """
    folded = _folded(text)
    if folded.isascii():
        return folded.encode().translate(_ASCII_WORDS, _ASCII_OTHER).decode()
    return "".join(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", folded)).split())


def _folded(text: str) -> str:
    """Return a text folded, kept for the next time if it is short."""
    return fold(text) if len(text) < _LONG else _fold(text)


def is_han(char: str) -> bool:
    """Say whether `char` is a Chinese character, kana or a Hangul syllable (scripts written without spaces)."""
    return _HAN.match(char) is not None


def han_count(text: str) -> int:
    """Return how many characters of `text` are Chinese, Japanese or Korean.

    >>> han_count("斑秃 alopecia"), han_count("alopecia")
    (2, 0)
    """
    return 0 if text.isascii() else len(_HAN.findall(text))


def has_han(text: str) -> bool:
    """Say whether Chinese characters, kana or Hangul stand in `text`.

    >>> has_han("斑秃 alopecia"), has_han("alopécie")
    (True, False)
    """
    return not text.isascii() and _HAN.search(text) is not None


def word_set(*lines: str) -> frozenset[str]:
    """Return the words of `lines`: a word list that a person can read.

    >>> sorted(word_set("of the", "and"))
    ['and', 'of', 'the']
    """
    return frozenset(word for line in lines for word in line.split())
