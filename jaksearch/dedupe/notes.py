"""Tell a title from what databases write around it, and a paper from a notice about another paper."""

from __future__ import annotations

import re

from jaksearch.dedupe.han import has_ideographs
from jaksearch.dedupe.han_notes import han_notice, quoted_title, strip_han_notes, strip_han_notice, strip_han_status
from jaksearch.dedupe.text import fold

__all__ = ["cited_place", "is_abstract_note", "notice_of", "strip_notes", "strip_notice", "strip_status"]

_LANGUAGE = (
    r"(?:afrikaans|arabic|bulgarian|chinese|croatian|czech|danish|dutch|english|finnish|french|german|greek|hebrew|"
    r"hungarian|italian|japanese|korean|norwegian|persian|polish|portuguese|romanian|russian|serbian|slovak|slovene|"
    r"slovenian|spanish|swedish|turkish|ukrainian|multiple languages)"
)
_NOTE_WORD = (
    rf"(?:article )?(?:in )?{_LANGUAGE}(?:[ ,/;&-]+(?:with )?(?:and )?{_LANGUAGE})*|review|\d+ refs?|see comments?|"
    r"comments?|editorial|letter|abstract(?: no\.?:? ?\S+)?|author'?s'? transl\w*|proceedings?|published erratum.*|"
    r"erratum appears.*|erratum in.*|corrected.*|summary for patients in.*|reprint\w*.*|in process citation|"
    r"retraction in.*|retracted.*|this corrects.*|conference abstract|meeting abstract|online first|"
    r"published online.*|republished.*|clinical trial|case reports?|article in press"
)
# A note in brackets tells about the article; it is no part of the title.
_NOTES = re.compile(rf"[\[(]\s*(?:{_NOTE_WORD})\s*\.?\s*[\])]", re.I)
# The same, to the end of the title: such notes hold brackets of their own.
_NOTE_TO_END = re.compile(r"[\[(]\s*(?:erratum (?:appears )?in|published erratum|retraction in|see comment)\b.*$", re.I)
_STATUS = re.compile(r"^\s*[\[(]?\s*retracted(?: article| paper)?\s*[\])]?\s*[:.\-–—]+\s*", re.I)
_QUOTES = " [](){}\"'“”「」『』《》〈〉.:;,-–—"
_LEAD = re.compile(
    r"^(?:(?:to|on|for|of|from|in response to|about|regarding|concerning|(?:the )?(?:article|paper|comments?|"
    r"letters?(?: to the editors?)?|correspondence)|by .{3,60}? (?:to|on):|.{2,30}? et al\.?,)\b\W*)+|"
    r"^.{2,30}? et al\.?[,:]\s*"
)
_BY = re.compile(r"(?<=['\"”])\s+by\s+[^'\"”]{3,60}$")
_LANGUAGE_TAG = re.compile(rf"\[\s*{_LANGUAGE}\s*\]", re.I)

_ABSTRACT_NOTE = re.compile(
    r"[\[(]\s*(?:(?:conference|meeting|congress|poster) )?abstracts?(?: no\.?:? ?\S+)?\s*[\])]|"
    r"[\[(]\s*(?:会议|会議)?摘要\s*[\])]",
    re.I,
)
# "(vol 360, pg 542, 2009)" and "(N Engl J Med (2009) 360 (542-544))" cite the paper that a notice is about.
_CITED_BY_VOLUME = re.compile(r"\(vol\.? (\w+), (?:pg|pp?)\.? (\w+), (\d{4})\)\W*$")
_CITED_BY_YEAR = re.compile(
    r"\([^()]*\((?:[a-z]+\.?,? (?:\d{1,2}, )?)?(\d{4})\)[^()\d]*(\d+)[^()]*\(\D{0,8}(\w*\d+)[^()]*\)[^()]*\)\W*$"
)
_CITED_IN_BRACKETS = re.compile(r"\[[^\[\]]*?(\d+)\s*\((\d{4})\)\s*(\w*\d+)[^\[\]]*\]\W*$")

_NOTICES = (
    (
        "retraction notice",
        re.compile(
            r"^(?:(?:editorial |partial |article |publisher )?retraction(?: notice| note| statement| of| to|:|$)|"
            r"retraction for .{2,40}? et al|(?:notice|statement) of retraction|withdrawal(?: notice|:)|"
            r"(?:editor'?s'? note: )?(?:editorial )?expression of concern)|"
            r"[:.\-–—(\[]\s*(?:article )?retraction(?: notice| note)?[)\].]*$"
        ),
    ),
    (
        "erratum",
        re.compile(
            r"^(?:errat(?:um|a)\b|corrigend(?:um|a)\b|addendum(?::| to\b)|"
            r"correction(?:s?(?: to| for| of)?:|s? to\b|s?$| for .{2,40}? et al| notice\b)|notice of correction|"
            r"(?:author|publisher)'?s?'? (?:correction|erratum|corrigendum)\b)|"
            r"(?:[:.\-–—(\[]\s*(?:an )?(?:erratum|corrigendum|correction|addendum)[)\].]*$)|"
            # "(vol 360, pg 542, 2009)" and "(N Engl J Med (2009) 360 (542-544))" cite the paper that is corrected
            r"\(vol\.? \w+, (?:pg|pp?)\.? \w+, \d{4}\)\W*$|"
            r"\([^()]+\(\d{4}\)[^()]*\d+[^()]*\([^()]*\d[^()]*\)[^()]*\)\W*$"
        ),
    ),
    (
        "reply",
        re.compile(
            r"^(?:(?:the )?authors?'?s?'? (?:reply|response)|in reply|in response to\b|reply\b|rebuttal(?::| to\b)|"
            r"repl(?:y|ies) (?:to|from)|response to\b|"
            r"response:)|\b(?:the )?authors?'?s? repl(?:y|ies)\W*$|"
            r"[:.\-–—(\[]\s*(?:reply|authors?'?s?'? (?:reply|response)|in reply)[)\].]*$"
        ),
    ),
    (
        "comment",
        re.compile(
            r"^(?:comments? (?:on|to|about|regarding)\b|commentary(?: on|:)|comment:|re:|re\.|regarding:|"
            r"invited (?:commentary|comment|discussion)|discussion(?: of|:)|editorial comment(?:ary)?|"
            r"(?:letter|correspondence)(?: to the editors?)?(?: in response to| regarding| concerning| about| on)\b|"
            r"letter (?:to the editor )?by .{3,60}? regarding (?:the )?articles?\b)|"
            r"[:.\-–—(\[]\s*(?:comment|commentary|discussion)[)\].]*$"
        ),
    ),
    ("withdrawn version", re.compile(r"^\W*withdrawn\b")),
    ("protocol", re.compile(r"[:.\-–—(\[]\s*(?:a )?(?:study |trial |review )?protocol[)\].]*$")),
)
_HINTS = (
    "(", "addend", "comment", "concern", "correct", "correspond", "corrig", "discuss", "errat", "protocol", "re.",
    "re:", "rebut", "regard", "repl", "respon", "retract", "withdraw",
)  # fmt: skip
"""Every notice in ASCII has one of these in its title: most titles need no pattern."""


def notice_of(title: str) -> str:
    """Return what kind of notice about another paper `title` announces, or an empty string.

    >>> notice_of("Erratum: Tofacitinib in alopecia"), notice_of("RETRACTED: Tofacitinib in alopecia")
    ('erratum', '')
    >>> [notice_of(title) for title in ("《斑秃的治疗》一文的更正", "《斑秃的治疗》撤稿声明", "【已撤稿】斑秃的治疗")]
    ['erratum', 'retraction notice', '']
    >>> notice_of('Reply to: "Tofacitinib in alopecia"')
    'reply'
    """
    text = strip_status(strip_notes(fold(title).replace("’", "'"))).strip(" [\"'“”「『.")
    if text.isascii() and not any(hint in text for hint in _HINTS):
        return ""
    found = next((name for name, pattern in _NOTICES if pattern.search(text)), "")
    return found or (han_notice(text) if _is_han(text) else "")


def strip_notes(text: str) -> str:
    """Return a folded title without the notes that databases append in brackets.

    >>> strip_notes("efficacy of tofacitinib. [review] [33 refs]").strip()
    'efficacy of tofacitinib.'
    >>> strip_notes("斑秃的治疗[j/ol](英文)").strip()
    '斑秃的治疗'
    """
    if _is_han(text):
        text = strip_han_notes(text)
    if "[" not in text and "(" not in text:
        return text
    return _NOTES.sub(" ", _NOTE_TO_END.sub(" ", _LANGUAGE_TAG.sub("] ", text)))


def strip_status(text: str) -> str:
    """Return a folded title without the word that the paper was retracted: it is still the same paper.

    >>> strip_status("retracted: tofacitinib in alopecia")
    'tofacitinib in alopecia'
    """
    text = _STATUS.sub("", text)
    return strip_han_status(text) if _is_han(text) else text


def strip_notice(title: str) -> str:
    """Return the title of the paper that a notice is about: without what announces the notice and cites the paper.

    >>> strip_notice("Erratum: Tofacitinib in alopecia (vol 360, pg 542, 2009)")
    'tofacitinib in alopecia'
    >>> strip_notice('Reply to: "Tofacitinib in alopecia"'), strip_notice("Tofacitinib in alopecia - Reply")
    ('tofacitinib in alopecia', 'tofacitinib in alopecia')
    >>> strip_notice("与“小剂量激素治疗斑秃”一文商榷")
    '小剂量激素治疗斑秃'
    """
    text = strip_status(strip_notes(fold(title).replace("’", "'")))
    for cited in (_CITED_BY_VOLUME, _CITED_BY_YEAR, _CITED_IN_BRACKETS):
        text = cited.sub("", text)
    if _is_han(text):
        text = quoted_title(text) or strip_han_notice(text.strip(_QUOTES))
    text = _BY.sub("", text.strip(" .")).strip(_QUOTES)
    for _ in range(2):  # "Reply to comment on: ..."
        for _, pattern in _NOTICES:
            found = pattern.search(text)
            if found and found.end() - found.start() < len(text):
                text = f"{text[: found.start()]} {text[found.end() :]}".strip(_QUOTES)
                break
        text = _LEAD.sub("", text).strip(_QUOTES)
    return text


def cited_place(title: str) -> tuple[str, str, str]:
    """Return volume, first page and year of the paper that a title cites in brackets at its end, as notices do.

    >>> cited_place("Eculizumab (New England Journal of Medicine (2009) 360 (542-544))")
    ('360', '542', '2009')
    >>> cited_place('Retraction notice to "Tofacitinib in alopecia" [J. Acad. Dermatol. 76 (2017) 22-28]')
    ('76', '22', '2017')
    >>> cited_place("Eculizumab (vol 85, pg 553, 2010)"), cited_place("Eculizumab")
    (('85', '553', '2010'), ('', '', ''))
    """
    text = fold(title)
    if found := _CITED_BY_VOLUME.search(text):
        return found[1], found[2], found[3]
    if found := _CITED_BY_YEAR.search(text):
        return found[2], found[3], found[1]
    if found := _CITED_IN_BRACKETS.search(text):
        return found[1], found[3], found[2]
    return "", "", ""


def is_abstract_note(title: str) -> bool:
    """Say whether a title is followed by the note that the record is a meeting's abstract.

    >>> is_abstract_note("Urokinase in empyema [Abstract]"), is_abstract_note("Abstract thinking in empyema")
    (True, False)
    """
    return ("[" in title or "(" in title or "（" in title) and bool(_ABSTRACT_NOTE.search(fold(title)))


def _is_han(text: str) -> bool:
    """Say whether Chinese characters stand in a text."""
    return not text.isascii() and has_ideographs(text)
