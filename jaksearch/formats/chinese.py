"""Clean what Chinese databases put into titles, names, keywords and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject

__all__ = [
    "apart",
    "clean_markup",
    "in_two_scripts",
    "mark_copied_names",
    "names_apart",
    "plain_number",
    "split_words",
]

HAN = re.compile(r"[㐀-鿿]")
LATIN = re.compile(r"[A-Za-z]")
RAISED = re.compile(r"(?<=[\w)\]])~\(([^()\s]{1,12})\)|(?<=[\w)\]])~([0-9+]{1,3})(?![0-9])")
LOWERED = re.compile(r"(?<=[A-Za-z)\]])_\(([^()\s]{1,12})\)|(?<=[A-Za-z)\]])_([0-9]{1,3})(?![0-9])")
PARAGRAPH = re.compile(r"\(#br\)|<正>")
WORDS = re.compile(r"[;；|\n]+")


def clean_markup(text: str) -> str:
    """Return text without CNKI's marks for raised and lowered characters, paragraphs and full text.

    Examples
    --------
    >>> clean_markup("<正>外施Ca~(2+)、ABA及H_3PO_4"), clean_markup("about ~(20%) of file_name")
    ('外施Ca2+、ABA及H3PO4', 'about ~(20%) of file_name')
    """
    if "~" in text:
        text = RAISED.sub(lambda match: match[1] or match[2], text)
    if "_" in text:
        text = LOWERED.sub(lambda match: match[1] or match[2], text)
    return PARAGRAPH.sub(" ", text).strip()


def apart(values: Iterable[str]) -> tuple[str, str]:
    """Return the Chinese and the other of several titles; the first two if they are in one script.

    Examples
    --------
    >>> apart(["Alopecia areata", "斑秃"]), apart(["Alopecia areata"]), apart([])
    (('斑秃', 'Alopecia areata'), ('Alopecia areata', ''), ('', ''))
    """
    found = [value for value in dict.fromkeys(value.strip() for value in values) if value]
    found.sort(key=lambda value: HAN.search(value) is None)
    return (found[0] if found else ""), (found[1] if len(found) > 1 else "")


def in_two_scripts(values: Iterable[str]) -> tuple[str, str]:
    """Return the Chinese text and its translation; the first text alone where they are not in two scripts.

    Examples
    --------
    >>> in_two_scripts(["MODERN HAIR", "现代毛发"]), in_two_scripts(["J Hair", "Hair J"])
    (('现代毛发', 'MODERN HAIR'), ('J Hair', ''))
    """
    first, second = apart(values)
    return first, second if HAN.search(first) and not HAN.search(second) else ""


def names_apart(values: list[str], title: str) -> tuple[list[str], list[str]]:
    """Return the authors of a Chinese paper and their names in Latin letters, where one tag holds both.

    With fewer names in Latin letters than in Chinese, the former are authors of their own.

    Examples
    --------
    >>> names_apart(["王伟", "李明", "Wang Wei", "Li Ming"], "斑秃")
    (['王伟', '李明'], ['Wang Wei', 'Li Ming'])
    >>> names_apart(["王伟", "李明", "John Smith"], "斑秃"), names_apart(["Wang Wei"], "斑秃")
    ((['王伟', '李明', 'John Smith'], []), (['Wang Wei'], []))
    """
    if not HAN.search(title):
        return values, []
    names = [name for value in values for name in WORDS.split(value) if name.strip()]
    chinese = [name for name in names if HAN.search(name)]
    latin = [name for name in names if not HAN.search(name) and LATIN.search(name)]
    if not chinese or len(latin) < len(chinese):
        return values, []
    return chinese, latin


def split_words(values: Iterable[str]) -> list[str]:
    """Return keywords one by one; a single Chinese value may hold several between commas or blanks.

    Examples
    --------
    >>> split_words(["虚拟网络;;预测;"]), split_words(["文献管理 学术书签 Zotero"]), split_words(["斑秃，治疗"])
    (['虚拟网络', '预测'], ['文献管理', '学术书签', 'Zotero'], ['斑秃', '治疗'])
    """
    found = [part.strip() for value in values for part in WORDS.split(value) if part.strip()]
    if len(found) == 1 and HAN.search(found[0]):
        found = [part for part in re.split(r"[,，、]\s*", found[0]) if part]
    return found[0].split() if len(found) == 1 and HAN.search(found[0]) else found


def plain_number(text: str) -> str:
    """Return a volume, issue or single page without leading zeros (``06`` is ``6``).

    Examples
    --------
    >>> plain_number("06"), plain_number("S1"), plain_number("0"), plain_number("001-009")
    ('6', 'S1', '0', '001-009')
    """
    text = text.strip()
    return text.lstrip("0") or "0" if text.isdigit() else text


WANFANG = re.compile(r"wanfang|万方", re.IGNORECASE)


def mark_copied_names(records: Iterable[RawRecord | Reject], *tags: str) -> Iterator[RawRecord | Reject]:
    """Take the English authors of the record before out of the authors, and say so.

    Wanfang prints Chinese and English names under one tag, and in places the English names of the record before. They
    stay in the source text, and in `fields` under a tag of their own. Only records that name Wanfang are looked at:
    anywhere else the same name in two records is the same person.
    """
    before: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for record in records:
        if isinstance(record, Reject):
            before = (frozenset(), frozenset())
            yield record
            continue
        names = [(tag, value) for tag, value in record.fields if tag in tags]
        chinese = frozenset(value for _, value in names if HAN.search(value))
        english = frozenset(value for _, value in names if LATIN.search(value) and not HAN.search(value))
        # The same people may well have written both papers: then some Chinese name stands in both.
        suspect = chinese and before[0] and not chinese & before[0] and WANFANG.search(record.text)
        copied = english & before[1] if suspect else frozenset()
        before = (chinese, english)
        if not copied:
            yield record
            continue
        fields = tuple(
            (f"{tag} of the record before" if tag in tags and value in copied else tag, value)
            for tag, value in record.fields
        )
        warning = f"line {record.line}: English author names of the record before, left out of the authors"
        yield RawRecord(record.number, record.line, record.text, fields, (*record.warnings, warning))
