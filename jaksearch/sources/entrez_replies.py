"""Judge and read the replies of NCBI's E-utilities by their first and last bytes, whatever the status says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from jaksearch.sources.transport import Trouble, by_status

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = [
    "Searched",
    "as_set",
    "judge_reply",
    "pmids_of",
    "read_einfo",
    "read_elink",
    "read_esearch",
    "read_espell",
]

BEFORE_ROOT = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>\s*)?(?:<!--.*?-->\s*)*", re.S
)
START = re.compile(rb"<([A-Za-z]\w*)(?:\s[^<>]*?)?(/?)>")
WEB_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
ERROR = re.compile(rb"<(ERROR|error)\b[^<>]*>([^<]*)</\1>")
PMID = rb"\b[^<>]*>\s*<PMID\b[^<>]*>\s*\d+\s*</PMID>"
IN_RECORDS = re.compile(
    rb"<(Pubmed(?:Book)?Article(?=[\s>])|/Pubmed(?:Book)?Article(?=[\s>])"
    rb"|MedlineCitation" + PMID + rb"|BookDocument" + PMID + rb"|ERROR\b|error\b)"
)
"""The tags of a record, its own PMID, and a report of an error: looked for in one go, since replies are long. Each
alternative begins with its letter, so that most tags are passed by at one look."""
PMID_END = b"</PMID>"
NO_RECORD = re.compile(r"id list is empty|empty id list|no correct ids", re.I)
FINAL = re.compile(r"'?retstart|empty term|invalid (?:db|param)|unsupported (?:db|param)|not supported for", re.I)
BAD_KEY = re.compile(r"api[ _-]?key (?:is )?(?:invalid|not valid|expired|unknown)|invalid api[ _-]?key", re.I)
QUOTED = 200
"""Characters of a service's own words in a message."""
ABOUT_LIST = re.compile(r"restrictions achieved", re.I)
"""What esearch says of the list it gives, not of the query."""
WARNINGS = {
    "PhraseNotFound": "phrase not found",
    "FieldNotFound": "field not found",
    "PhraseIgnored": "phrase ignored",
    "QuotedPhraseNotFound": "quoted phrase not found",
    "OutputMessage": "message",
}
"""Element of ErrorList and WarningList -> how jak calls it."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What esearch says."""

    count: int
    ids: tuple[str, ...]
    translation: str = ""
    warnings: tuple[str, ...] = ()


def judge_reply(status: int, body: bytes, roots: Sequence[str], *, errors: bool = True) -> Trouble | None:
    r"""Say why a reply is not the whole XML document that was asked for; nothing if it can be read.

    Parameters
    ----------
    roots : sequence of str
        Names that the document's element may have.
    errors : bool
        Whether errors are looked for in a document that is whole; `pmids_of` does that on its way.

    Examples
    --------
    >>> def trouble(body):
    ...     found = judge_reply(200, body, ["eSearchResult"])
    ...     return found and found.message
    >>> trouble(b""), trouble(b"<!DOCTYPE html><html></html>"), trouble(b"<eSearchResult><Count>1</Cou")
    ('an empty reply', 'a web page instead of a reply', 'the reply breaks off')
    >>> trouble(b"<eSearchResult><ERROR>Search Backend failed: x</ERROR></eSearchResult>")
    "it reports 'Search Backend failed: x'"
    >>> trouble(b'<?xml version="1.0"?>\n<eSearchResult><Count>0</Count></eSearchResult>\n') is None
    True
    """
    bad = by_status(status)
    text = body.strip()
    if text[:1] in (b"{", b"["):
        return _of_json(text, bad)
    if not text or WEB_PAGE.match(text):
        hint = "often a login page of the network or a notice of maintenance: open the service in a browser"
        return bad or (Trouble("a web page instead of a reply", hint=hint) if text else Trouble("an empty reply"))
    unfit = _unfit(text, roots)
    if bad is None and unfit is None and not errors:
        return None
    words = _errors(text)
    if serious := [word for word in words if word and not NO_RECORD.search(word)]:
        return _of_words(serious[0], bad)
    if bad is not None:
        return None if status == 400 and any(map(NO_RECORD.search, words)) else bad
    return unfit


def _unfit(text: bytes, roots: Sequence[str]) -> Trouble | None:
    """Say why a text is not the whole of a document; nothing if it is."""
    prolog = BEFORE_ROOT.match(text)
    root = START.match(text, prolog.end() if prolog else 0)
    if root is None:
        return Trouble("the reply breaks off" if text[:1] == b"<" else "a reply that is no XML")
    name = root[1].decode("ascii")
    if name not in roots:
        return Trouble(f"{name} instead of {roots[0]}")
    whole = root.end() == len(text) if root[2] else text.endswith(b"</" + root[1] + b">")
    return None if whole else Trouble("the reply breaks off")


def _errors(text: bytes) -> list[str]:
    """Return what a reply reports as errors."""
    return [found[2].decode("utf-8", "replace").strip() for found in ERROR.finditer(text)]


def read_esearch(body: bytes, listed: int) -> Searched | Trouble:
    """Return what esearch says.

    Parameters
    ----------
    listed : int
        Identifiers that were asked for; there must be as many, or as many as the count.

    Examples
    --------
    >>> read_esearch(b"<eSearchResult><Count>1</Count><IdList><Id>7</Id></IdList></eSearchResult>", 20)
    Searched(count=1, ids=('7',), translation='', warnings=())
    >>> read_esearch(b"<eSearchResult><Count>2</Count><IdList><Id>7</Id></IdList></eSearchResult>", 20).message
    'a list of 1 record where it counts 2'
    """
    root = _parse(body)
    if isinstance(root, Trouble):
        return root
    count = (root.findtext("Count") or "").strip()
    ids = tuple((found.text or "").strip() for found in root.iterfind("IdList/Id"))
    if not _is_number(count) or not all(map(_is_number, ids)):
        return Trouble("no count, or an identifier that is no number")
    if len(ids) != min(int(count), listed):
        return Trouble(f"a list of {len(ids)} record{'' if len(ids) == 1 else 's'} where it counts {count}")
    if len(set(ids)) < len(ids):
        return Trouble("a record twice in one list")
    warnings = tuple(
        f"{WARNINGS.get(str(found.tag), str(found.tag))}: {text}"
        for name in ("ErrorList", "WarningList")
        for found in root.iterfind(f"{name}/*")
        if (text := " ".join((found.text or "").split())) and not ABOUT_LIST.match(text)
    )
    return Searched(int(count), ids, (root.findtext("QueryTranslation") or "").strip(), warnings)


def read_einfo(body: bytes) -> str | Trouble:
    """Return build and last update of the database.

    Examples
    --------
    >>> about = b"<DbInfo><DbBuild>Build-9</DbBuild><LastUpdate>2025/11/27 06:33</LastUpdate></DbInfo>"
    >>> read_einfo(b"<eInfoResult>" + about + b"</eInfoResult>")
    'Build-9, last update 2025/11/27 06:33'
    """
    root = _parse(body)
    if isinstance(root, Trouble):
        return root
    build = (root.findtext("DbInfo/DbBuild") or "").strip()
    update = (root.findtext("DbInfo/LastUpdate") or "").strip()
    return ", ".join(filter(None, (build, update and f"last update {update}")))


def read_espell(body: bytes) -> str | Trouble:
    """Return the query in another spelling; nothing if it has none.

    Examples
    --------
    >>> read_espell(b"<eSpellResult><Query>hiar</Query><CorrectedQuery>hair</CorrectedQuery></eSpellResult>")
    'hair'
    """
    root = _parse(body)
    if isinstance(root, Trouble):
        return root
    query, corrected = ((root.findtext(name) or "").strip() for name in ("Query", "CorrectedQuery"))
    return "" if corrected.casefold() == query.casefold() else corrected


def read_elink(body: bytes, link: str) -> dict[str, tuple[str, ...]] | Trouble:
    """Return the identifiers that a link leads to, by the identifier it leads from.

    Examples
    --------
    >>> ends = b"<LinkSetDb><LinkName>x</LinkName><Link><Id>2</Id></Link></LinkSetDb>"
    >>> read_elink(b"<eLinkResult><LinkSet><IdList><Id>1</Id></IdList>" + ends + b"</LinkSet></eLinkResult>", "x")
    {'1': ('2',)}
    """
    root = _parse(body)
    if isinstance(root, Trouble):
        return root
    found: dict[str, tuple[str, ...]] = {}
    for links in root.iterfind("LinkSet"):
        starts = [(start.text or "").strip() for start in links.iterfind("IdList/Id")]
        if len(starts) > 1:
            return Trouble("links of several records in one set")
        if not starts:  # about nobody: whoever was meant is asked for again
            continue
        ends = (
            (end.text or "").strip()
            for group in links.iterfind("LinkSetDb")
            if (group.findtext("LinkName") or "").strip() == link
            for end in group.iterfind("Link/Id")
        )
        found[starts[0]] = tuple(dict.fromkeys((*found.get(starts[0], ()), *ends)))
    return found


def pmids_of(body: bytes) -> tuple[str, ...] | Trouble:
    """Return the PMIDs of the records in a reply of efetch, or the error that it reports.

    Examples
    --------
    >>> article = b"<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>"
    >>> pmids_of(b"<PubmedArticleSet>" + article + b"</PubmedArticleSet>"), pmids_of(b"<PubmedArticleSet/>")
    (('7',), ())
    """
    pmids, ends = [], []
    for event in IN_RECORDS.findall(body):
        if event in (b"ERROR", b"error"):
            if words := [word for word in _errors(body) if word and not NO_RECORD.search(word)]:
                return _of_words(words[0], None)
        elif event.endswith(PMID_END):
            end = len(event) - len(PMID_END)
            pmids.append(str(int(event[event.rindex(b">", 0, end) + 1 : end])))
        else:
            ends.append(event[:1] == b"/")
    return tuple(pmids) if ends == [False, True] * len(pmids) else Trouble("a record that is damaged")


def as_set(replies: Sequence[bytes]) -> bytes:
    """Return one document with the records of several replies; nothing if there are none.

    Examples
    --------
    >>> as_set([b"<PubmedArticleSet>a</PubmedArticleSet>", b"<PubmedArticleSet>b</PubmedArticleSet>"])
    b'<PubmedArticleSet>ab</PubmedArticleSet>'
    """
    if len(replies) < 2:
        return b"".join(replies)
    end = b"</PubmedArticleSet>"
    first, *others = replies
    inner = [first[: first.rindex(end)]]
    for reply in others:
        start = START.search(reply, reply.index(b"<PubmedArticleSet"))
        inner.append(reply[start.end() if start else 0 : reply.rindex(end)])
    return b"".join([*inner, first[first.rindex(end) :]])


def _parse(body: bytes) -> _Element | Trouble:
    """Parse a small reply; nothing outside of it is ever opened."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(body.strip(), parser)
    except etree.XMLSyntaxError:
        return Trouble("a reply that is no XML")


def _is_number(text: str) -> bool:
    """Say whether a text is a whole number."""
    return text.isascii() and text.isdigit()


def _of_json(text: bytes, bad: Trouble | None) -> Trouble:
    """Return what a reply in JSON says; the E-utilities write their refusals so."""
    try:
        said = json.loads(text)
    except ValueError:
        return bad or Trouble("a reply in JSON that breaks off")
    words = said.get("error") if isinstance(said, dict) else None
    return _of_words(words, bad) if isinstance(words, str) else bad or Trouble("JSON instead of XML")


def _of_words(words: str, bad: Trouble | None) -> Trouble:
    """Return the trouble in a service's own words, and whether waiting helps."""
    words = " ".join(words.split())
    said = f"it reports {words[:QUOTED]!r}"
    if BAD_KEY.search(words):
        return Trouble(said, again=False, hint="check the API key in your account at NCBI, or search without it")
    if FINAL.search(words):
        return Trouble(said, again=False, hint="check the query")
    return Trouble(said, hint=bad.hint if bad else "")
