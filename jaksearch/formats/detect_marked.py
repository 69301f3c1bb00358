"""Tell texts that mark their records by braces: BibTeX, CSL-JSON, services' JSON, and jak's own lines of JSON."""

from __future__ import annotations

import re

from jaksearch.formats.service_json import sniff_service

__all__ = ["sniff_marked"]

BIBTEX = re.compile(
    r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(][ \t]*[^\s,={}\"]*[ \t]*,[ \t]*(?:$|[A-Za-z][\w:.-]*[ \t]*=)", re.MULTILINE
)
BIBTEX_FIELD = re.compile(r"(?:^|,)[ \t]*,?[ \t]*[A-Za-z][\w:.-]*[ \t]*=[ \t]*[{\"\d]", re.MULTILINE)
BIBTEX_FIRST = re.compile(r"\A(?:[ \t]*(?:%.*)?\n)*[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]")
JSON_FIRST = re.compile(r"\A\s*(?:\[\s*[\[{\]]|\{\s*[\"}])")
OWN_KEY = re.compile(r'"(?:authors|translated_title|journal_abbreviation)"\s*:')
CSL_KEY = re.compile(
    r'"(?:title|DOI|PMID|container-title|author|issued|abstract|citation-key|date-parts|URL|type)"\s*:'
)
TAGGED = re.compile(r"^[ \t]{0,3}TY[ \t]{0,4}[-–]|^PMID-", re.MULTILINE)


def sniff_marked(head: str) -> str:
    r"""Return ``bibtex``, ``csl``, ``jsonl`` or a service, or nothing if the head of a text is none of them.

    Examples
    --------
    >>> sniff_marked("% my library\n@article{liu,\n  title = {Hair}\n}")
    'bibtex'
    >>> sniff_marked('[{"title": "Hair"}]'), sniff_marked('{"title": "Hair", "authors": []}'), sniff_marked("{")
    ('csl', 'jsonl', '')
    """
    if JSON_FIRST.match(head):
        first = head.lstrip().split("\n", 1)[0]
        if first.startswith("{") and OWN_KEY.search(first):
            return "jsonl"
        if service := sniff_service(head):
            return service
        return "csl" if CSL_KEY.search(head) else ""
    if TAGGED.search(head):
        return ""
    if BIBTEX_FIRST.match(head) or (BIBTEX.search(head) and BIBTEX_FIELD.search(head)):
        return "bibtex"
    lines = [line.lstrip() for line in head.split("\n", 2000)[:2000]]
    if sum(bool(CSL_KEY.match(line)) for line in lines) >= 3 and not OWN_KEY.search(head):
        return "csl"
    return "jsonl" if any(line.startswith("{") and OWN_KEY.search(line) for line in lines) else ""
