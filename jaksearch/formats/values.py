"""Clean single values: text, DOIs, PMIDs, years, pages, ISSNs, registration numbers."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import TypeVar
from urllib.parse import unquote

from jaksearch.formats.text import LONG, is_printable

__all__ = [
    "clean_doi",
    "clean_issn",
    "clean_text",
    "clean_url",
    "each_said",
    "expand_pages",
    "find_pmcid",
    "find_pmid",
    "find_registry_ids",
    "find_year",
    "is_registry_number",
    "split_keywords",
    "split_mesh",
    "split_volume",
    "unbracketed",
]

T = TypeVar("T")

MARKUP = re.compile(
    r"</?(?:jats:)?(?:i|b|u|em|strong|sub|sup|inf|sc|scp|p|br|span|italic|bold|title|sec|font|tt|div|math|mml:\w+)"
    r"(?:\s+[\w:-]+\s*=[^<>]{0,200})?\s*/?>|<正>",
    re.IGNORECASE,
)
BREAKING = re.compile(r"</?(?:jats:)?(?:p|br|div|sec|title)(?:\s+[\w:-]+\s*=[^<>]{0,200})?\s*/?>", re.IGNORECASE)
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
PLACEHOLDERS = frozenset(("na", "n/a", "none", "null", "nan", "-", "--", "undefined", "[no abstract available]"))
SHORT = 64
LONGEST = 1 + max(map(len, PLACEHOLDERS))

DOI_END = ".,;:'\"“”’*}"
OPENERS = {")": "(", "]": "[", ">": "<"}
DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
DOI_KIND = re.compile(r"\[[A-Za-z]*\]?$")
PMID_NEAR = re.compile(
    r"(?:\bPMID:?\s*|\bPubMed(?:\s*ID)?:?\s*|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/(?:\?term=)?"
    r"|europepmc\.org/(?:article|abstract)/MED/)"
    r"(\d{1,8})(?!\d)|(?<!\d)(\d{1,8})\s*\[pmid\]",
    re.IGNORECASE,
)
PMCID = re.compile(r"\bPMC\s?(\d{3,9})\b", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?:(?!\d)|(?=(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)))")
BETWEEN_ISSNS = re.compile(r"[\s,;|]+")
ISSN = re.compile(r"\(?(\d{4})-?(\d{3}[\dXx])\)?")
VOLUME_ISSUE = re.compile(r"(?:vol(?:ume)?\.?\s*)?([^\s(),:]+)\s*\(([^()]+)\)", re.IGNORECASE)
VOLUME_WORD = re.compile(r"^vol(?:ume)?\.?\s*(?=\d)", re.IGNORECASE)
ISSUE_WORD = re.compile(r"^(?:no|nr|issue)\.?\s*(?=\d)", re.IGNORECASE)

NO_PAGES = re.compile(
    r"(?:\[?no(?:t)?[ -]pagina\w*.*|no-specified|no pages?.*|unpaginated|\[?n\.?\s?pag\.?\]?)", re.IGNORECASE
)
PAGE_WORD = re.compile(r"^(?:pp?|pages?|pg|s\.)(?:\.\s*|\s+)(?=[\da-z])", re.IGNORECASE)
RANGE = re.compile(r"([A-Za-z]{0,4})(\d+)([A-Za-z]?)\s*-\s*([A-Za-z]{0,4})(\d+)([A-Za-z]?)")
SINGLE_PAGE = re.compile(r"[A-Za-z]?\d{1,6}[A-Za-z]?")
MORE_PAGES = re.compile(r"[;+]|\s+(?:discussion|quiz)")
DASHES = re.compile(r"\s*[-‐‑‒–—−~～]+\s*")

KEYWORD_MARKS = re.compile(r"[;；|\n]+")
FIGURES = bytes(0x30 if 0x30 <= byte < 0x3A or byte > 0x7F else 0x20 for byte in range(256))
SIX_PERHAPS = b"0" * 6
SIX_FIGURES = re.compile(r"\d\d{5}")  # most texts hold no number of a register: a quick look first
SHORT_REGISTRIES = re.compile(r"(?:SLCTR|RBR|NTR)\W?[A-Za-z0-9]")
REGISTRY = re.compile(
    r"\b(?:NCT[ -]?(?P<nct>\d{8})\b"
    r"|ISRCTN[ -]?(?P<isrctn>\d{8})\b"
    r"|ChiCTR(?P<chictr>(?:[ -]?[A-Z]{2,5})?[ -]?\d{8,10})\b"
    r"|(?:EUCTR|EudraCT)\W{0,3}(?:(?:CT|number|no|nr)\W{0,3})*(?P<euctr>\d{4}-\d{6}-\d{2})\b"
    r"|(?P<bare_euctr>20[012]\d-\d{6}-\d{2})(?:-[A-Z]{2})?(?![\d-])"
    r"|(?P<ctis>20[2-9]\d-5\d{5}-\d{2}-\d{2})\b"
    r"|ACTRN[ -]?(?P<actrn>\d{14})\b"
    r"|UMIN(?:-?CTR)?[ -]?(?P<umin>\d{9})\b"
    r"|(?P<jrct>jRCTs?\d{9,10})\b"
    r"|DRKS[ -]?(?P<drks>\d{8})\b"
    r"|CTRI[/ ](?P<ctri>20\d\d/\d{2,3}/\d{6})\b"
    r"|(?P<kct>KCT\d{7})\b"
    r"|(?P<irct>IRCT\d{8,14}N\d{1,3})\b"
    r"|(?P<pactr>PACTR\d{12,18})\b"
    r"|(?P<tctr>TCTR\d{11})\b"
    r"|(?P<slctr>SLCTR/20\d\d/\d{3})\b"
    r"|(?P<rbr>RBR-[a-z0-9]{5,9})\b"
    r"|(?P<rpcec>RPCEC\d{8})\b"
    r"|(?P<japic>JapicCTI-?\d{6})\b"
    r"|(?P<ntr>NTR[ -]?\d{2,4})\b)",
    re.IGNORECASE,
)
REGISTRY_SIGNS = ("ct", "umin", "drks", "rbr", "rpcec", "ntr")
"""Letters of which each number has some, but for those of the next pattern."""
BARE_NUMBER = re.compile(r"20\d\d-\d{5}")
AROUND_NUMBER = re.compile(r"(?:JPRN)?[\s,;.:()\[\]-]*(?:-[A-Z]{2})?[\s,;.]*")
PREFIXES = {
    "nct": "NCT",
    "isrctn": "ISRCTN",
    "chictr": "CHICTR",
    "euctr": "EUCTR",
    "bare_euctr": "EUCTR",
    "ctis": "CTIS",
    "actrn": "ACTRN",
    "umin": "UMIN",
    "drks": "DRKS",
    "ctri": "CTRI/",
}


def clean_text(text: str) -> str:
    """Return text on one line: entities and simple markup resolved, no invisible characters.

    Examples
    --------
    >>> clean_text("CD8&lt;sup&gt;+&lt;/sup&gt; T cells &amp; <i>hair</i>")
    'CD8+ T cells & hair'
    """
    if "&" in text:
        text = html.unescape(text)
        if "&lt;" in text or "&amp;" in text:
            text = html.unescape(text)
    if "<" in text:
        text = MARKUP.sub("", BREAKING.sub(" ", text))
    if not text.isascii():
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        if not is_printable(text):  # what is invisible is not printable, and looked at faster so
            text = INVISIBLE.sub("", text)
    is_plain = text.isprintable() if len(text) < LONG else is_printable(text)
    if is_plain and "  " not in text and text.strip() == text:  # most texts: nothing to do
        return text
    return " ".join(text.split())


def _remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """Return a function that remembers what it made of short texts, of which the same come again and again."""
    remembered = lru_cache(maxsize=8192)(function)

    @wraps(function)
    def call(text: str) -> T:
        return remembered(text) if len(text) < SHORT else function(text)

    return call


def _said(text: str) -> str:
    """Return the cleaned text, or nothing if it is a placeholder."""
    text = clean_text(text)
    return "" if len(text) < LONGEST and text.casefold() in PLACEHOLDERS else text


_said_shortly = lru_cache(maxsize=8192)(_said)


def said(text: str) -> str:
    """Return the cleaned text, or nothing if it only says that there is nothing ("NA").

    Examples
    --------
    >>> said("Hair &amp; nails"), said("n/a"), said("2020")
    ('Hair & nails', '', '2020')
    """
    if len(text) < SHORT:
        return text if text.isdigit() and text.isascii() else _said_shortly(text)
    return _said(text)


def unbracketed(title: str) -> str:
    """Take away the brackets that PubMed puts around a translated title.

    Examples
    --------
    >>> unbracketed("[Treatment of alopecia areata].")
    'Treatment of alopecia areata.'
    """
    if not title.startswith("["):
        return title
    match = re.fullmatch(r"\[(.+?)\](\.?)", title) if title.startswith("[") else None
    if match is None or not _balanced(match[1]):
        return title
    inner = match[1]
    return inner if inner[-1:] in ".?!" else inner + match[2]


def _balanced(text: str) -> bool:
    """Say whether every square bracket in the text has its partner there."""
    depth = 0
    for mark in re.findall(r"[\[\]]", text):
        depth += 1 if mark == "[" else -1
        if depth < 0:
            return False
    return depth == 0


def clean_doi(text: str) -> str:
    """Return the first DOI in a text, without prefix and trailing punctuation, in lower case; or nothing.

    Examples
    --------
    >>> clean_doi("https://doi.org/10.1016/J.JAAD.2016.09.007.")
    '10.1016/j.jaad.2016.09.007'
    >>> clean_doi("doi: 10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2 [doi]")
    '10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2'
    """
    if "10." not in text:
        return ""
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = unquote(text)
    match = DOI.search(text)
    if match is None:
        return ""
    doi = match[0].split("&", 1)[0] if "://" in text and "?" in text.split("10.", 1)[0] else match[0]
    if "[" in doi:
        doi = DOI_KIND.sub("", doi)
    while doi and (doi[-1] in DOI_END or (doi[-1] in OPENERS and doi.count(doi[-1]) > doi.count(OPENERS[doi[-1]]))):
        doi = doi[:-1]
    return doi.lower()


def find_pmid(text: str) -> str:
    """Return the PMID a text names as such ("PMID: 123", "123[pmid]", an address at PubMed), or nothing.

    Examples
    --------
    >>> find_pmid("26957754[pmid]"), find_pmid("https://pubmed.ncbi.nlm.nih.gov/31494993/"), find_pmid("26957754")
    ('26957754', '31494993', '')
    """
    folded = text.lower()
    match = PMID_NEAR.search(text) if "pmid" in folded or "pubmed" in folded or "/med/" in folded else None
    return (match[1] or match[2]).lstrip("0") if match else ""


def find_pmcid(text: str) -> str:
    """Return the PMC number in a text as ``PMC`` and digits, or nothing."""
    match = PMCID.search(text) if "pmc" in text.lower() else None
    return f"PMC{match[1]}" if match else ""


@_remembered
def find_year(text: str) -> int | None:
    """Return the first plausible year in a date.

    Examples
    --------
    >>> find_year("2016/01/30"), find_year("20170812"), find_year("Apr 2019"), find_year("12")
    (2016, 2017, 2019, None)
    """
    match = YEAR.search(text)
    return int(match[1]) if match else None


@lru_cache(maxsize=8192)
def expand_pages(text: str) -> str:
    """Return pages as first and last in full; an article number or a single page stands alone.

    Further printed pages behind a comma stay; a plus sign and what is behind it (a page to which the text jumps, of
    which databases print the number only at times) goes.

    Examples
    --------
    >>> expand_pages("475-82"), expand_pages("S31-S36"), expand_pages("1106-1111+1117"), expand_pages("e0209483")
    ('475-482', 'S31-S36', '1106-1111', 'e0209483')
    >>> expand_pages("94-98, 93"), expand_pages("31-6; quiz 37")
    ('94-98,93', '31-36')
    """
    text = PAGE_WORD.sub("", " ".join(text.split()))
    if NO_PAGES.fullmatch(text) or text.casefold() in PLACEHOLDERS:
        return ""
    whole = MORE_PAGES.split(DASHES.sub("-", text) if not text.isalnum() else text, maxsplit=1)[0]
    first, *more = (part.strip(" .-") for part in whole.split(","))
    match = RANGE.fullmatch(first)
    if match is None:
        return first
    pages = [_expanded(match)]
    for part in more:
        if (match := RANGE.fullmatch(part)) is None and not SINGLE_PAGE.fullmatch(part):
            break
        pages.append(_expanded(match) if match else part)
    return ",".join(pages)


def _expanded(match: re.Match[str]) -> str:
    """Return a range of pages in full."""
    prefix, first, mark, end_prefix, last, end_mark = match.groups()
    if len(last) < len(first) and end_prefix in ("", prefix):
        last = first[: len(first) - len(last)] + last
    if prefix and not end_prefix:
        end_prefix = prefix
    start, end = f"{prefix}{first}{mark}", f"{end_prefix}{last}{end_mark}"
    return start if start == end else f"{start}-{end}"


def split_volume(volume: str, issue: str) -> tuple[str, str]:
    """Return volume and issue, taken apart where the volume holds both.

    Examples
    --------
    >>> split_volume("20(9)", ""), split_volume("Vol. 7", "2")
    (('20', '9'), ('7', '2'))
    """
    if "(" in volume and (match := VOLUME_ISSUE.fullmatch(volume)):
        volume, issue = match[1], issue or match[2].strip()
    elif not volume.isdigit():
        volume = VOLUME_WORD.sub("", volume)
    return volume, issue if issue.isdigit() else ISSUE_WORD.sub("", issue)


def clean_issn(values: Iterable[str]) -> tuple[str, ...]:
    """Return the ISSNs in the values, as ``1234-567X``, each once; an ISBN is none.

    Examples
    --------
    >>> clean_issn(["03064530 (ISSN)", "0894-9867, 0894-9867", "978-1-4822-5326-9"])
    ('0306-4530', '0894-9867')
    """
    return tuple(dict.fromkeys([issn for value in values for issn in _issns(value)]))


@_remembered
def _issns(value: str) -> tuple[str, ...]:
    """Return the ISSNs in a value."""
    matches = map(ISSN.fullmatch, BETWEEN_ISSNS.split(value.replace("ISSN-", "")))
    return tuple(f"{match[1]}-{match[2].upper()}" for match in matches if match)


def split_keywords(values: Iterable[str]) -> tuple[str, ...]:
    """Return keywords one by one, each once, without the star of a major topic.

    Examples
    --------
    >>> split_keywords(["*Alopecia; JAK inhibitors", "斑秃;;治疗"])
    ('Alopecia', 'JAK inhibitors', '斑秃', '治疗')
    """
    return tuple(dict.fromkeys([word for value in values for word in _keywords(value)]))


@_remembered
def _keywords(value: str) -> tuple[str, ...]:
    """Return the keywords in a value."""
    parts = KEYWORD_MARKS.split(value)
    return tuple(word for part in parts if (word := said(said(part).strip("* ").rstrip("*. "))))


def split_mesh(values: Iterable[str]) -> tuple[str, ...]:
    """Return headings of MeSH one by one, each once, with their stars and qualifiers.

    Examples
    --------
    >>> split_mesh(["*Alopecia/drug therapy; Humans", "Humans"])
    ('*Alopecia/drug therapy', 'Humans')
    """
    return each_said([part for text in values for part in (text.split(";") if ";" in text else (text,))])


def each_said(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that say something, cleaned, each once."""
    return tuple(dict.fromkeys(filter(None, map(said, values))))


def clean_url(url: str) -> str:
    """Return an address without blanks, with a protocol.

    Examples
    --------
    >>> clean_url("//example.org/a b")
    'https://example.org/ab'
    """
    if not url:
        return ""
    url = "".join(clean_text(url).split())
    return f"https:{url}" if url.startswith("//") else url


def find_registry_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the trial registration numbers in the texts, upper case, sorted, each once.

    Examples
    --------
    >>> find_registry_ids(["(ClinicalTrials.gov NCT03570749; ChiCTR-IOR-17012345; EudraCT 2018-001714-14)"])
    ('CHICTR-IOR-17012345', 'EUCTR2018-001714-14', 'NCT03570749')
    """
    found: set[str] = set()
    for text in texts:
        if ("NTR" in text or "RBR" in text or "SLCTR" in text) and SHORT_REGISTRIES.search(text):
            places = [(0, len(text))]
        else:
            places = _around_figures(text)
        for start, end in places:
            if not _may_name_register(text[start:end]):
                continue
            for match in REGISTRY.finditer(text, start, end):
                kind = match.lastgroup or ""
                found.add((PREFIXES.get(kind, "") + match[kind].replace(" ", "")).upper())
    return tuple(sorted(found))


def _may_name_register(text: str) -> bool:
    """Say whether a number of a register may stand in a text: a quick look for what all of them have."""
    if not text.isascii():
        return True
    folded = text.lower()
    return any(sign in folded for sign in REGISTRY_SIGNS) or ("-" in text and BARE_NUMBER.search(text) is not None)


def is_registry_number(text: str) -> bool:
    """Say whether a text is a trial registration number and nothing else.

    Examples
    --------
    >>> is_registry_number("NCT02345678"), is_registry_number("EUCTR2010-018714-14-GB"), is_registry_number("Liu 2010")
    (True, True, False)
    """
    rest, count = REGISTRY.subn("", text)
    return count > 0 and AROUND_NUMBER.fullmatch(rest) is not None


def _around_figures(text: str) -> list[tuple[int, int]]:
    """Return the stretches of a text around six figures in a row: only there can most numbers of registers stand."""
    places: list[tuple[int, int]] = []
    # Every figure as 0, and every byte of what may be another script's: not as exact as the pattern, but faster.
    if SIX_PERHAPS not in text.encode("utf-8", "surrogatepass").translate(FIGURES):
        return places
    for figures in SIX_FIGURES.finditer(text):
        start = max(0, figures.start() - 60)
        end = text.find(" ", figures.end() + 40)
        end = len(text) if end < 0 else end
        if places and start < places[-1][1]:
            start = places.pop()[0]
        places.append((start, end))
    return places
