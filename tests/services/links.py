"""What elink, einfo and espell answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from .corpus import Corpus
from .search import FIELDS
from .serving import Reply
from .vocabulary import SLOTS, plain

__all__ = ["info_reply", "link_reply", "spelling"]

DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd"
LINKS = {
    "pubmed_pubmed": "Similar articles to each PubMed record",
    "pubmed_pubmed_citedin": "PubMed records that cite these",
    "pubmed_pubmed_refs": "PubMed records that these cite",
}
CODES = {
    "All Fields": "ALL",
    "Text Word": "WORD",
    "Title/Abstract": "TIAB",
    "Title": "TITL",
    "MeSH Terms": "MESH",
    "MeSH Major Topic": "MAJR",
    "Author": "AUTH",
    "Journal": "JOUR",
    "Publication Type": "PTYP",
    "Language": "LANG",
    "Filter": "FILT",
    "UID": "UID",
    "Date - Publication": "PDAT",
    "Date - Create": "CRDT",
    "Date - Entry": "EDAT",
    "Date - Modification": "MDAT",
}


def link_reply(
    corpus: Corpus,
    asked: Mapping[str, str],
    sets: Sequence[Sequence[int]],
    *,
    keep: Callable[[Sequence[int]], tuple[str, int]],
) -> Reply:
    """Answer elink: a set of links for each ``id`` parameter; identifiers in one parameter are linked together."""
    command = asked.get("cmd", "neighbor")
    head = (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eLinkResult PUBLIC "-//NLM//DTD elink 20101123//EN" '
        f'"{DTD}/20101123/elink.dtd">\n<eLinkResult>\n'
    )
    wrong = next((db for name in ("db", "dbfrom") if (db := asked.get(name, "pubmed")) != "pubmed"), None)
    name = asked.get("linkname", "")
    if wrong or (name and name not in LINKS) or command not in ("neighbor", "neighbor_history"):
        said = f"Invalid db name specified: {wrong}" if wrong else f"Unsupported: {name or command}"
        return Reply(f"{head}\t<ERROR>{escape(said)}</ERROR>\n</eLinkResult>\n".encode())
    parts = []
    for ids in sets:
        found = {one: linked(corpus, ids, one) for one in ([name] if name else LINKS)}
        inner = "".join(f"\t\t\t<Id>{pmid}</Id>\n" for pmid in ids)
        part = f"\t<LinkSet>\n\t\t<DbFrom>pubmed</DbFrom>\n\t\t<IdList>\n{inner}\t\t</IdList>\n"
        webenv = ""
        for one, targets in found.items():
            if not targets:
                continue
            top = f"\t\t\t<DbTo>pubmed</DbTo>\n\t\t\t<LinkName>{one}</LinkName>\n"
            if command == "neighbor":
                links = "".join(f"\t\t\t<Link>\n\t\t\t\t<Id>{pmid}</Id>\n\t\t\t</Link>\n" for pmid in targets)
                part += f"\t\t<LinkSetDb>\n{top}{links}\t\t</LinkSetDb>\n"
            else:
                webenv, number = keep(targets)
                part += (
                    f"\t\t<LinkSetDbHistory>\n{top}\t\t\t<QueryKey>{number}</QueryKey>\n\t\t</LinkSetDbHistory>\n"
                    f"\t\t<WebEnv>{webenv}</WebEnv>\n"
                )
        parts.append(part + "\t</LinkSet>\n")
    return Reply((head + "".join(parts) + "</eLinkResult>\n").encode())


def linked(corpus: Corpus, ids: Sequence[int], name: str) -> list[int]:
    """Return what the articles cite, what cites them, or both, newest first; each article once.

    Examples
    --------
    >>> from .corpus import make_corpus
    >>> corpus = make_corpus(30)
    >>> last = int(corpus.ids[-1])
    >>> cited = linked(corpus, [last], "pubmed_pubmed_refs")
    >>> all(last in linked(corpus, [pmid], "pubmed_pubmed_citedin") for pmid in cited)
    True
    """
    known = [pmid for pmid in ids if corpus.place(pmid) >= 0]
    cited = {pmid for one in known for pmid in corpus.cited_by_place(corpus.place(one))}
    refs = {pmid for pmid in cited if corpus.place(pmid) >= 0}
    if name == "pubmed_pubmed_refs":
        return sorted(refs, reverse=True)
    cites = {int(pmid) for pmid in corpus.ids[np.isin(corpus.cites, known).any(axis=1)]}
    return sorted(cites if name == "pubmed_pubmed_citedin" else cites | refs, reverse=True)


def info_reply(corpus: Corpus, asked: Mapping[str, str]) -> Reply:
    """Answer einfo."""
    head = (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eInfoResult PUBLIC "-//NLM//DTD einfo 20190110//EN" '
        f'"{DTD}/20190110/einfo.dtd">\n<eInfoResult>\n'
    )
    if not asked.get("db"):
        return Reply(f"{head}<DbList>\n\n\t<DbName>pubmed</DbName>\n</DbList>\n\n</eInfoResult>\n".encode())
    fields = "".join(
        f"\t\t\t<Field>\n\t\t\t\t<Name>{code}</Name>\n\t\t\t\t<FullName>{escape(name)}</FullName>\n"
        f"\t\t\t\t<Description>{escape(name)}, tags {escape(', '.join(FIELDS[name]))}</Description>\n"
        f"\t\t\t\t<TermCount/>\n\t\t\t\t<IsDate>{_yes(name.startswith('Date'))}</IsDate>\n"
        f"\t\t\t\t<IsNumerical>{_yes(name == 'UID')}</IsNumerical>\n\t\t\t\t<SingleToken>N</SingleToken>\n"
        f"\t\t\t\t<Hierarchy>{_yes(name.startswith('MeSH'))}</Hierarchy>\n\t\t\t\t<IsHidden>N</IsHidden>\n"
        "\t\t\t</Field>\n"
        for name, code in CODES.items()
    )
    links = "".join(
        f"\t\t\t<Link>\n\t\t\t\t<Name>{name}</Name>\n\t\t\t\t<Menu>{name}</Menu>\n"
        f"\t\t\t\t<Description>{text}</Description>\n\t\t\t\t<DbTo>pubmed</DbTo>\n\t\t\t</Link>\n"
        for name, text in LINKS.items()
    )
    body = (
        f"{head}\t<DbInfo>\n\t\t<DbName>pubmed</DbName>\n\t\t<MenuName>PubMed</MenuName>\n"
        "\t\t<Description>PubMed bibliographic record</Description>\n"
        f"\t\t<DbBuild>Build-{corpus.built:%Y.%m.%d.%H.%M}</DbBuild>\n\t\t<Count>{len(corpus)}</Count>\n"
        f"\t\t<LastUpdate>{corpus.built:%Y/%m/%d %H:%M}</LastUpdate>\n"
        f"\t\t<FieldList>\n{fields}\t\t</FieldList>\n\t\t<LinkList>\n{links}\t\t</LinkList>\n\t</DbInfo>\n\n</eInfoResult>\n"
    )
    return Reply(body.encode())


def spelling(term: str) -> Reply:
    """Answer espell: for each unknown word the nearest of the vocabulary, if it is within two letters."""
    known = sorted({word for values in SLOTS.values() for text in values for word in plain(text).split()})
    pieces: list[tuple[str, str]] = []
    for word in term.split():
        bare = plain(word).strip()
        near = None
        if bare.isalpha() and bare not in known and len(bare) > 4 and "[" not in word:
            near = process.extractOne(bare, known, scorer=DamerauLevenshtein.distance, score_cutoff=2)
        pieces.append((word, near[0] if near else ""))
    changed = any(new for _, new in pieces)
    corrected = " ".join(new or old for old, new in pieces) if changed else ""
    spelled = "".join(
        f"<Replaced>{escape(new)}</Replaced>" if new else f"<Original>{escape(old)} </Original>" for old, new in pieces
    )
    body = (
        '<?xml version="1.0"?>\n<!DOCTYPE eSpellResult PUBLIC "-//NLM//DTD eSpellResult, 23 November 2004//EN" '
        '"https://www.ncbi.nlm.nih.gov/entrez/query/DTD/eSpell.dtd">\n<eSpellResult>\n\t<Database>pubmed</Database>\n'
        f"\t<Query>{escape(term)}</Query>\n\t<CorrectedQuery>{escape(corrected)}</CorrectedQuery>\n"
        f"\t<SpelledQuery>{spelled if changed else ''}</SpelledQuery>\n\t<ERROR/>\n</eSpellResult>\n"
    )
    return Reply(body.encode())


def _yes(claim: bool) -> str:
    return "Y" if claim else "N"
