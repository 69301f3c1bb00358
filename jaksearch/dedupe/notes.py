"""Tell a title from what databases write around it, and a paper from a notice about another paper."""

from __future__ import annotations

import re

from jaksearch.dedupe.text import fold

__all__ = ["notice_of", "strip_notes", "strip_status"]

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
_LANGUAGE_TAG = re.compile(rf"\[\s*{_LANGUAGE}\s*\]", re.I)

_NOTICES = (
    (
        "retraction notice",
        re.compile(
            r"^(?:retraction(?: notice| note| of|:|$)|notice of retraction|withdrawal notice|statement of retraction|"
            r"expression of concern|editorial expression of concern|撤稿(?:声明|启事)?)"
        ),
    ),
    (
        "erratum",
        re.compile(
            r"^(?:errat(?:um|a)\b|corrigend(?:um|a)\b|correction(?:s?(?: to| for| of)?:|s? to\b|s?$)|"
            r"(?:author|publisher)s? correction\b|更正|勘误)|(?:[:.\-–—(\[]\s*(?:an )?(?:erratum|corrigendum)[)\].]*$)|"
            # "(vol 360, pg 542, 2009)" and "(N Engl J Med (2009) 360 (542-544))" cite the paper that is corrected
            r"\(vol\.? \w+, (?:pg|pp?)\.? \w+, \d{4}\)\W*$|"
            r"\([^()]+\(\d{4}\)[^()]*\d+[^()]*\([^()]*\d[^()]*\)[^()]*\)\W*$"
        ),
    ),
    (
        "reply",
        re.compile(
            r"^(?:(?:the )?authors?'?s?'? (?:reply|response)|in reply|reply\b|repl(?:y|ies) (?:to|from)|response to\b|"
            r"response:|回复|答复)|\b(?:the )?authors?'?s? repl(?:y|ies)\W*$|"
            r"[:.\-–—(\[]\s*(?:reply|authors?'?s?'? (?:reply|response)|in reply)[)\].]*$"
        ),
    ),
    (
        "comment",
        re.compile(
            r"^(?:comments? (?:on|to|about|regarding)\b|commentary(?: on|:)|comment:|re:|re\.|regarding:|"
            r"invited (?:commentary|comment|discussion)|discussion(?: of|:)|editorial comment|letter regarding)|"
            r"[:.\-–—(\[]\s*(?:comment|commentary|discussion)[)\].]*$"
        ),
    ),
    ("withdrawn version", re.compile(r"^\W*withdrawn\b")),
    ("protocol", re.compile(r"[:.\-–—(\[]\s*(?:a )?(?:study |trial |review )?protocol[)\].]*$")),
)


def notice_of(title: str) -> str:
    """Return what kind of notice about another paper `title` announces, or an empty string.

    >>> notice_of("Erratum: Tofacitinib in alopecia"), notice_of("RETRACTED: Tofacitinib in alopecia")
    ('erratum', '')
    >>> notice_of('Reply to: "Tofacitinib in alopecia"')
    'reply'
    """
    text = strip_status(strip_notes(fold(title).replace("’", "'"))).strip(" [\"'“”「『.")
    return next((name for name, pattern in _NOTICES if pattern.search(text)), "")


def strip_notes(text: str) -> str:
    """Return a folded title without the notes that databases append in brackets.

    >>> strip_notes("efficacy of tofacitinib. [review] [33 refs]").strip()
    'efficacy of tofacitinib.'
    """
    if "[" not in text and "(" not in text:
        return text
    return _NOTES.sub(" ", _NOTE_TO_END.sub(" ", _LANGUAGE_TAG.sub("] ", text)))


def strip_status(text: str) -> str:
    """Return a folded title without the word that the paper was retracted: it is still the same paper.

    >>> strip_status("retracted: tofacitinib in alopecia")
    'tofacitinib in alopecia'
    """
    return _STATUS.sub("", text)
