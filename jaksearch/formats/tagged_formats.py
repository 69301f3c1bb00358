"""The tagged texts beside RIS and MEDLINE: their names, how they are known, read and understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jakdb.words import RawRecord, Reject
from jaksearch.formats.embase_fields import LABELS
from jaksearch.formats.later import later
from jaksearch.formats.meaning import Meaning

__all__ = ["TAGGED", "TAGGED_ALIASES", "TaggedFormat", "sniff_tagged"]


@dataclass(frozen=True, slots=True)
class TaggedFormat:
    """A tagged format: what it is in words, its reader, what its tags mean, and what a file of it looks like."""

    description: str
    read: Callable[..., Iterator[RawRecord | Reject]]
    meaning: Callable[[RawRecord], Meaning]
    sign: re.Pattern[str]


EMBASE_FIELD = "|".join(map(re.escape, sorted(LABELS, key=len, reverse=True)))
TAGGED: dict[str, TaggedFormat] = {
    name: TaggedFormat(
        description,
        later(module, f"read_{name.replace('-', '_')}"),
        later(module, f"{name.replace('-', '_')}_meaning"),
        re.compile(sign, re.MULTILINE),
    )
    for name, module, description, sign in (
        ("wos", "wos", "Web of Science's plain text (.txt, .ciw)",
         r"\A\s*(?:FN .*\n+VR \d|VR \d|FN (?:Clarivate|Thomson|ISI))|^PT [JBSP] *\n(?:AU|AF|BA|BE|CA|GP|TI|UT|DT|SO) "),
        ("ovid", "ovid", "Ovid's tagged or labelled text (.txt)",
         r"^VN {0,3}- Ovid Technologies|^Score\n  \S|^(?:Unique Identifier|Accession Number)\n  \S"
         r"|^ {0,3}<\d+\s*\.?\s*>\s*\n(?:[A-Z]{2,4} {0,3}- )"),
        ("refworks", "refworks", "RefWorks' tagged text (.txt)",
         r"^\{?RT\}?:? ?(?:Journal|Book|Dissertation|Conference|Generic|Standard|Other|Web|Report|News|Magazine|Patent"
         r"|Thesis|Abstract|Monograph|Electronic|Computer|Grant|Unpublished|Video|Government|Online|Map)"
         r"|^\{?RT\}?:? ?[^\n]*\n\{?SR\}?:? ?\d"),
        ("noteexpress", "noteexpress", "NoteExpress' text (.net, .txt)",
         r"^\{Reference Type\} ?[:：]"),
        ("estudy", "estudy", "CNKI's E-Study text (.txt)",
         r"^(?:DataType: ?\d|SrcDatabase-来源库 ?[:：]|Title-题名 ?[:：])"),
        ("cochrane", "cochrane", "the Cochrane Library's plain text (.txt)",
         r"^Record #?\d+ of \d+ *$"),
        ("embase-fields", "embase_fields", "Embase's CSV by field (.csv)",
         rf'^"?(?:{EMBASE_FIELD})"?,[^\n]*\n(?:[\s,"]*\n)?"?(?:{EMBASE_FIELD})"?,'),
        ("sinomed", "labelled", "SinoMed's own text (.txt)",
         r"^\s?【流水号】|^\s?流水号 ?[:：]|^\s?【(?:中文)?标题】[^\n]*\n\s?【(?:英文标题|著者|作者|流水号)】"
         r"|^\s?(?:中文)?标题 ?[:：][^\n]*\n\s?(?:英文标题|著者|作者|流水号) ?[:：]"),
        ("vip", "labelled", "VIP's own text (.txt)",
         r"^\s?【(?:题[ 　]*名|篇[ 　]*名)】|^\s?(?:题[ 　]*名|篇[ 　]*名) ?[:：]"),
        ("refer", "refer", "EndNote's and others' %-refer text (.enw)",
         r"^%(?:0|T|A) \S|\A\s*%[0-9A-Za-z@+~] \S|\A\s*%0 *\n%"),
    )
}  # fmt: skip
"""Name -> format, in the order in which they are tried."""

TAGGED_ALIASES = {
    "ciw": "wos",
    "isi": "wos",
    "enw": "refer",
    "net": "noteexpress",
    "cnki": "estudy",
    "cbm": "sinomed",
    "cqvip": "vip",
}


def sniff_tagged(head: str) -> tuple[str, bool]:
    r"""Return the tagged format a text looks like (or an empty string), and whether its first line already says so.

    Examples
    --------
    >>> sniff_tagged("%0 Journal Article\n%T Hair\n"), sniff_tagged("#12\nPT J\nAU Liu, L\n")
    (('refer', True), ('wos', False))
    """
    found = ((match.start(), name) for name, kind in TAGGED.items() if (match := kind.sign.search(head)))
    start, name = min(found, default=(0, ""))
    return name, bool(name) and not head[:start].strip()
