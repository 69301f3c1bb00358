"""Cut a structured abstract into its sections, where the text itself marks them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

__all__ = ["abstract_sections", "sections_of"]

_LABELS = """
    abstract|aim|aims|aims and objectives|analysis|approach|authors' conclusion|authors' conclusions|availability|
    availability and implementation|background|case|case presentation|case report|case series|
    clinical impact statement|clinical question|clinical relevance|clinical significance|clinical trial registration|
    comparison|conclusion|conclusions|context|data|data analysis|data collection|data extraction|data selection|
    data source|data sources|data synthesis|design|diagnosis|discussion|eligibility criteria|evidence acquisition|
    evidence synthesis|experimental design|experimental section|exposure|exposures|finding|findings|funding|goal|
    goals|highlights|hypothesis|implication|implications|implications for practice|importance|interpretation|
    intervention|interventions|introduction|key message|key messages|key points|key results|level of evidence|
    limitation|limitations|literature search|main measures|main outcome|main outcome measure|main outcome measures|
    main outcomes|main points|main result|main results|major conclusions|major findings|material|materials|meaning|
    measurements|measurements and main results|measures|method|methodology|methods|motivation|novelty|objective|
    objectives|observation|observations|originality|outcome|outcome measure|outcome measures|outcomes|participants|
    patient|patient concerns|patients|perspective|phenomenon of interest|place and duration|plain language summary|
    population|practical implications|practice implications|primary outcome|primary outcomes|principal findings|
    problem|problem statement|procedure|procedures|prospero registration|purpose|purpose of review|purposes|question|
    questions|rationale|recent findings|recommendations|registration|relevance|relevance to clinical practice|
    research design|research question|result|results|review methods|sample|sampling|scope|search methods|
    search strategy|secondary outcomes|selection criteria|setting|settings|significance|significance of the study|
    source of data|sources|statement of problem|statement of significance|statement of the problem|
    statistical analysis|statistical methods|strengths|study appraisal|study background|study design|
    study eligibility criteria|study objective|study objectives|study population|study registration|study selection|
    study setting|subject|subjects|summary|supplementary information|synthesis of data|systematic review registration|
    trial registration|trial registration number|trial registry|uniqueness|value|what is known
"""
LABELS = frozenset(" ".join(label.split()) for label in _LABELS.split("|"))
PARTS = re.compile(r"\s*(?:/|&|,|;|\band\b|\s-\s)\s*")
WIDTH = 75
BEFORE = re.compile(r"[.!?)\]%;]\s*+([A-Za-z][A-Za-z' /&,()-]{2,70})$")
HAN_LABELS = (
    r"(?:研究)?(?:目的|背景|方法|结果|结论|讨论|意义|目标)|(?:背景|目的)[与和及](?:目的|方法)|(?:材料|资料|对象|病例|临床资料)[与和及]方法"
    r"|结果[与和及]结论|局限性?|创新点?|設計|結果|結論"
)
HAN_MARK = re.compile(
    rf"[【\[〔［](?P<boxed>{HAN_LABELS})[】\]〕］]\s*[:：]?|(?:^|(?<=[。；;.!！?？]))\s*(?P<plain>{HAN_LABELS})(?:\s*[:：]|\s+)"
)
HAN_SIGN = re.compile("目的|背景|方法|结果|結果")
CAPITALS = re.compile(r"[A-Z]{3}")
AHEAD = re.compile(r"([^\s:.][^:.]{1,80}): ")

Sections = tuple[tuple[str, str], ...]


def abstract_sections(text: str) -> Sections:
    """Return label and text of each section; nothing for a text without at least two labels.

    A label counts at the beginning of the text and after a full stop. It is a word that abstracts are known to use, or
    is printed in capitals beside a known one. Text before the first label has an empty label.

    Examples
    --------
    >>> abstract_sections("Objective: To see. Methods: We looked. Results: Ratio 1:2.")
    (('Objective', 'To see.'), ('Methods', 'We looked.'), ('Results', 'Ratio 1:2.'))
    >>> abstract_sections("【目的】探讨。【方法】选取。"), abstract_sections("One method: to look.")
    ((('目的', '探讨。'), ('方法', '选取。')), ())
    """
    if not text.isascii() and HAN_SIGN.search(text):
        marks = [(match.start(), match.end(), match["boxed"] or match["plain"]) for match in HAN_MARK.finditer(text)]
        if len(marks) > 1:
            return _cut(text, marks)
    if ":" not in text:
        return ()
    marks = list(_marks(text))
    if len(marks) < 2 or not any(_is_known(label) for _, _, label in marks):
        return ()
    return _cut(text, marks)


def sections_of(values: Sequence[str]) -> Sections:
    """Return the sections of an abstract whose parts the source keeps apart, each with its label before it.

    Examples
    --------
    >>> sections_of(["WHY: To see.", "HOW: We looked.", "NCT01234567 is its number."])
    (('WHY', 'To see.'), ('HOW', 'We looked.'), ('', 'NCT01234567 is its number.'))
    """
    found = []
    for value in values:
        match = AHEAD.match(value)
        found.append((match[1], value[match.end() :].strip()) if match else ("", value.strip()))
    return tuple(found) if any(label for label, _ in found) else ()


def _marks(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and label of what may be the beginning of a section: looked for backwards from each colon."""
    after = at = 0
    while (at := text.find(":", at)) >= 0:
        here, at = at, at + 1
        if not (text[at : at + 1].isspace() or text[at : at + 1].isupper()):
            continue
        low = here - WIDTH
        window = f".{text[after:here]}" if low < after else text[low:here]
        match = BEFORE.search(window)
        if match is not None and _is_label(label := match[1].strip()):
            yield here - len(match[1]), at, label
            after = at


def _cut(text: str, marks: Iterable[tuple[int, int, str]]) -> Sections:
    """Cut the text at its marks."""
    found: list[tuple[str, str]] = []
    label, at = "", 0
    for start, end, name in marks:
        found.append((label, text[at:start].strip()))
        label, at = name, end
    found.append((label, text[at:].strip()))
    return tuple(section for section in found if any(section))


@lru_cache(maxsize=2048)
def _is_label(text: str) -> bool:
    """Say whether a text may be a label: known, or in capitals."""
    return _is_known(text) or (
        text.isupper() and CAPITALS.search(text) is not None and text.count("(") == text.count(")")
    )


@lru_cache(maxsize=2048)
def _is_known(text: str) -> bool:
    """Say whether every part of a text is a word that labels use."""
    folded = " ".join(text.casefold().split())
    return folded in LABELS or all(part in LABELS for part in PARTS.split(folded))
