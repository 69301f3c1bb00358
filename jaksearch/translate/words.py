"""Turn the words of a PubMed term into the words of a draft: characters, wildcards, stop words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from jaksearch.translate import pubmed
from jaksearch.translate.losses import Notes
from jaksearch.translate.tree import And, ByHand, Leaf, Near, Node, Phrase, Term

__all__ = ["STOPWORDS", "Wildcards", "by_hand", "near", "phrase", "plain", "separate"]

PUBMED_LEAST = 4
"""Letters that PubMed wants before the first ``*``."""

_STOPWORDS = (
    "a about again all almost also although always among an and another any are as at be because been before "
    "being between both but by can could did do does done due during each either enough especially etc for found "
    "from further had has have having here how however i if in into is it its itself just kg km made mainly make "
    "may mg might ml mm most mostly must nearly neither no nor obtained of often on our overall perhaps pmid "
    "quite rather really regarding seem seen several should show showed shown shows significantly since so some "
    "such than that the their theirs them then there therefore these they this those through thus to upon use "
    "used using various very was we were what when which while with within without would"
)
STOPWORDS = frozenset(_STOPWORDS.split())
"""Words that PubMed passes over (PubMed User Guide, stopwords)."""


@dataclass(frozen=True, slots=True)
class Wildcards:
    """What a database makes of ``*``.

    Attributes
    ----------
    title : str
        The database in words.
    least : int
        Letters that must stand before the first ``*`` of a word.
    after : int
        Letters that must stand after a ``*`` at the begin of a word; 0 if none may stand there.
    inner : str
        What stands for a ``*`` inside a word.
    """

    title: str
    least: int = 1
    after: int = 0
    inner: str = "*"


def by_hand(node: Leaf) -> ByHand:
    """Return the mark for a piece of PubMed that cannot be translated."""
    # A blank after each > keeps the end of the mark the only >> in it.
    return ByHand(pubmed.write(node).replace(">", "> "))


def plain(text: str) -> str:
    """Return a text in which only letters, digits, hyphens, apostrophes and ``*`` are left.

    Examples
    --------
    >>> plain("JAK1/2 inhibitor* (oral)"), plain("Behçet’s"), plain("CD4+ -")
    ('JAK1 2 inhibitor* oral', "Behçet's", 'CD4')
    """
    kept = "".join(letter if _is_kept(letter) else " " for letter in text.replace("’", "'"))
    while "**" in kept:
        kept = kept.replace("**", "*")
    return " ".join(filter(None, (word.strip("-'") for word in kept.split())))


def phrase(node: Term, field: str, *, wildcards: Wildcards, notes: Notes) -> Node:
    """Return a term as words that follow each other, or as work for a person."""
    return _checked(node, plain(node.text).split(), field, wildcards=wildcards, notes=notes, shown=node.text)


def separate(node: Term, field: str, *, wildcards: Wildcards, notes: Notes) -> Node:
    """Return a term without a field as separate words, of which all are wanted; stop words are left out."""
    words = plain(node.text).split()
    kept = [word for word in words if word.casefold() not in STOPWORDS] or words
    found = [_checked(node, [word], field, wildcards=wildcards, notes=notes, shown=node.text) for word in kept]
    if not found or any(isinstance(one, ByHand) for one in found):
        return by_hand(node)
    return found[0] if len(found) == 1 else And(tuple(found))


def near(node: Near, field: str, *, wildcards: Wildcards, notes: Notes) -> Node:
    """Return a proximity search with the words that its database can search."""
    shown = " ".join(node.words)
    words = plain(shown).split()
    checked = _checked(node, words, field, wildcards=wildcards, notes=notes, shown=shown)
    if not isinstance(checked, Phrase) or len(checked.words) < 2:
        return by_hand(node) if isinstance(checked, Phrase) else checked
    between = node.between
    if len(checked.words) > 2:
        between += len(checked.words) - 2
        notes.add(
            "proximity",
            f"the distance holds from one word to the next here, so that it was widened to {between} words between two "
            "for all orders of the words",
            pubmed.write(node),
        )
    if "*" in shown:
        notes.add("proximity", "check that PubMed took the * of a search for words near each other", pubmed.write(node))
    return Near(checked.words, between, field)


def _is_kept(letter: str) -> bool:
    """Return whether a character can stand in a word."""
    return letter.isalnum() or letter in "*-'" or unicodedata.category(letter).startswith("M")


def _checked(
    node: Leaf, words: list[str], field: str, *, wildcards: Wildcards, notes: Notes, shown: str
) -> Phrase | ByHand:
    """Return words after a look at characters and wildcards."""
    written = pubmed.write(node)
    if plain(shown) != " ".join(shown.replace("’", "'").split()):
        notes.add("characters", "punctuation was taken as blanks, as databases do; look at the result", written)
    split: list[str] = []
    for word in words:
        # A hyphen is a blank to a database, and the quotation marks that it needs would switch the * off in some.
        split += re.split("[-']", word) if "*" in word else [word]
    words = [_wildcard(word, wildcards) for word in split if word]
    if not words or "" in words:
        notes.add("truncation", f"{wildcards.title} cannot search this *; write the words out", written)
        return by_hand(node)
    for word in filter(lambda word: "*" in word, split):
        if word.find("*") < PUBMED_LEAST:
            notes.add("truncation", f"PubMed wants {PUBMED_LEAST} letters before a *; see what it made of it", written)
        if "*" in word[:-1]:
            notes.add("truncation", _inner(wildcards), written)
    return Phrase(tuple(words), field)


def _wildcard(word: str, wildcards: Wildcards) -> str:
    """Return a word with the wildcards of a database; nothing if it cannot be searched."""
    if "*" not in word:
        return word
    first = word.find("*")
    if first == 0:
        rest = word[1:].rstrip("*")
        if not wildcards.after or "*" in rest or len(rest) < wildcards.after:
            return ""
        return word
    if first < wildcards.least:
        return ""
    body, end = (word[:-1], "*") if word.endswith("*") else (word, "")
    return body.replace("*", wildcards.inner) + end


def _inner(wildcards: Wildcards) -> str:
    """Return the sentence about a wildcard inside a word."""
    if wildcards.inner != "*":
        return (
            f"a * inside a word became {wildcards.inner}, which is one letter or none in {wildcards.title}: "
            "write longer variants out"
        )
    return f"check that {wildcards.title} takes a * inside a word"
