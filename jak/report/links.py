"""Find the addresses that may become links: of the web, and nothing else."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

__all__ = ["doi_url", "pmid_url", "safe_url", "split_links"]

ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’`|\\^{}]+", re.IGNORECASE)


def safe_url(text: str) -> str:
    """Return the address if it is one of the web (http or https) and nothing else, otherwise an empty text.

    Examples
    --------
    >>> safe_url("https://example.org/a"), safe_url("javascript:alert(1)"), safe_url("https://a b")
    ('https://example.org/a', '', '')
    """
    candidate = text.strip()
    if not ADDRESS.fullmatch(candidate):
        return ""
    try:
        host = urlsplit(candidate).hostname
    except ValueError:
        return ""
    return candidate if host else ""


def split_links(text: str) -> tuple[tuple[str, str], ...]:
    """Cut a text into pieces, each with its address (empty for plain text); together they are the text again.

    Examples
    --------
    >>> split_links("see https://example.org/x (page 2).")
    (('see ', ''), ('https://example.org/x', 'https://example.org/x'), (' (page 2).', ''))
    """
    pieces: list[tuple[str, str]] = []
    last = 0
    for match in ADDRESS.finditer(text):
        address = match.group().rstrip(".,;:!?")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(".,;:!?")
        if not safe_url(address):
            continue
        if match.start() > last:
            pieces.append((text[last : match.start()], ""))
        pieces.append((address, address))
        last = match.start() + len(address)
    if last < len(text):
        pieces.append((text[last:], ""))
    return tuple(pieces)


def doi_url(doi: str) -> str:
    """Return the address of a DOI; empty if it is none.

    Examples
    --------
    >>> doi_url("10.1136/bmj.n71"), doi_url("javascript:alert(1)")
    ('https://doi.org/10.1136/bmj.n71', '')
    """
    return f"https://doi.org/{quote(doi, safe='/:;().-_')}" if re.match(r"10\.\d{4,9}/\S", doi) else ""


def pmid_url(pmid: str) -> str:
    """Return the address of a PubMed record; empty if it is no PMID.

    Examples
    --------
    >>> pmid_url("27816292"), pmid_url("x")
    ('https://pubmed.ncbi.nlm.nih.gov/27816292/', '')
    """
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if re.fullmatch(r"[0-9]{1,9}", pmid) else ""
