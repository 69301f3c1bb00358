"""Whether two records that bear one number may be one paper.

Accession numbers of a database are unique; running numbers of hand-made tables and of libraries are not.
"""

from __future__ import annotations

import re

from jakdb.words import Record

__all__ = ["may_be_one_paper"]

WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")
SHARED = 0.6
"""Part of the shorter title's words that the other has; a corrected title keeps more."""


def may_be_one_paper(one: Record, other: Record) -> bool:
    """Say whether two records with one accession number may be one paper: a number or most words of a title agree.

    A title may be corrected or translated, so that a DOI or a PMID in both decides first.

    Examples
    --------
    >>> may_be_one_paper(Record(title="Ginger against nausea"), Record(title="Ginger against nausea: a trial"))
    True
    >>> may_be_one_paper(Record(title="Ginger against nausea"), Record(title="Peppermint"))
    False
    """
    for name in ("pmid", "doi"):
        here, there = getattr(one, name), getattr(other, name)
        if here and here == there:
            return True
    titles = [{*_words(record.title), *_words(record.translated_title)} for record in (one, other)]
    if not all(titles):
        return not (one.doi and other.doi)
    return len(titles[0] & titles[1]) >= SHARED * min(map(len, titles))


def _words(text: str) -> list[str]:
    """Return the words of a title; Chinese characters are words of their own."""
    return WORD.findall(text.casefold())
