"""PubMed's search fields with all their tags, and the subheadings of MeSH with their codes.

Sources: PubMed User Guide, "Search field tags" (NLM); MeSH Qualifiers with two-letter abbreviations (NLM).
"""

from __future__ import annotations

__all__ = ["DATE_FIELDS", "FIELDS", "NEAR_FIELDS", "NOEXP_FIELDS", "QUALIFIERS", "TAGS", "qualifier"]

FIELDS: dict[str, tuple[str, ...]] = {
    "ab": ("abstract",),
    "ad": ("affiliation",),
    "aid": ("article identifier", "doi"),
    "all": ("all fields", "all field"),
    "au": ("author", "author name"),
    "auid": ("author - identifier", "author identifier"),
    "1au": ("author - first", "first author", "first author name", "author - first name"),
    "lastau": ("author - last", "last author", "last author name"),
    "book": (),
    "cn": ("author - corporate", "corporate author"),
    "cois": ("conflict of interest statements", "conflict of interest statement"),
    "crdt": ("date - create", "create date"),
    "dp": ("date - publication", "publication date", "pdat"),
    "edat": ("date - entry", "entry date", "entrez date"),
    "epdat": ("date - electronic publication", "electronic publication date"),
    "mdat": ("date - modification", "modification date", "lr"),
    "mhda": ("date - mesh", "mesh date"),
    "ppdat": ("date - print publication", "print publication date"),
    "ed": ("editor",),
    "fau": ("author - full", "full author name"),
    "fir": ("investigator - full", "full investigator name"),
    "gr": ("grants and funding", "grant number", "grant"),
    "ip": ("issue",),
    "ir": ("investigator",),
    "isbn": (),
    "jid": ("nlm unique id",),
    "la": ("language", "lang"),
    "lid": ("location id",),
    "majr": ("mesh major topic", "majr terms"),
    "mh": ("mesh terms", "mesh", "mesh heading", "mesh term"),
    "nm": ("supplementary concept", "substance name", "substance"),
    "ot": ("other term", "keyword"),
    "pa": ("pharmacological action", "pharmacologic action"),
    "pg": ("pagination",),
    "pl": ("place of publication",),
    "pmid": ("uid", "pmid uid"),
    "ps": ("subject - personal name", "personal name as subject"),
    "pt": ("publication type", "ptyp"),
    "pubn": ("publisher",),
    "rn": ("ec/rn number", "registry number"),
    "sb": ("filter", "subset"),
    "sh": ("mesh subheading", "mesh subheadings", "subheading"),
    "si": ("secondary source id",),
    "ta": ("journal", "journal title", "jour", "so"),
    "ti": ("title",),
    "tiab": ("title/abstract",),
    "tt": ("transliterated title",),
    "tw": ("text word", "text words", "word"),
    "vi": ("volume",),
}
"""Short name of each field, with the other ways to write its tag."""

TAGS = {tag: name for name, tags in FIELDS.items() for tag in (name, *tags)}
DATE_FIELDS = ("dp", "crdt", "edat", "epdat", "mdat", "mhda", "ppdat")
NEAR_FIELDS = ("tiab", "ti", "ad")
"""Fields that PubMed searches for words near each other."""
NOEXP_FIELDS = ("pa", "pt", "sh")
"""Fields beside the headings whose narrower terms ``:noexp`` leaves out."""

QUALIFIERS: dict[str, str] = {
    "abnormalities": "ab",
    "administration & dosage": "ad",
    "adverse effects": "ae",
    "agonists": "ag",
    "analogs & derivatives": "aa",
    "analysis": "an",
    "anatomy & histology": "ah",
    "antagonists & inhibitors": "ai",
    "biosynthesis": "bi",
    "blood": "bl",
    "blood supply": "bs",
    "cerebrospinal fluid": "cf",
    "chemical synthesis": "cs",
    "chemically induced": "ci",
    "chemistry": "ch",
    "classification": "cl",
    "complications": "co",
    "congenital": "cn",
    "cytology": "cy",
    "deficiency": "df",
    "diagnosis": "di",
    "diagnostic imaging": "dg",
    "diet therapy": "dh",
    "drug effects": "de",
    "drug therapy": "dt",
    "economics": "ec",
    "education": "ed",
    "embryology": "em",
    "enzymology": "en",
    "epidemiology": "ep",
    "ethics": "es",
    "ethnology": "eh",
    "etiology": "et",
    "genetics": "ge",
    "growth & development": "gd",
    "history": "hi",
    "immunology": "im",
    "injuries": "in",
    "innervation": "ir",
    "instrumentation": "is",
    "isolation & purification": "ip",
    "legislation & jurisprudence": "lj",
    "metabolism": "me",
    "methods": "mt",
    "microbiology": "mi",
    "mortality": "mo",
    "nursing": "nu",
    "organization & administration": "og",
    "parasitology": "ps",
    "pathogenicity": "py",
    "pathology": "pa",
    "pharmacokinetics": "pk",
    "pharmacology": "pd",
    "physiology": "ph",
    "physiopathology": "pp",
    "poisoning": "po",
    "prevention & control": "pc",
    "psychology": "px",
    "radiation effects": "re",
    "radiotherapy": "rt",
    "rehabilitation": "rh",
    "secondary": "sc",
    "standards": "st",
    "statistics & numerical data": "sn",
    "supply & distribution": "sd",
    "surgery": "su",
    "therapeutic use": "tu",
    "therapy": "th",
    "toxicity": "to",
    "transmission": "tm",
    "transplantation": "tr",
    "trends": "td",
    "ultrastructure": "ul",
    "urine": "ur",
    "veterinary": "ve",
    "virology": "vi",
}
"""Name and code of each MeSH qualifier."""

_BY_CODE = {code: name for name, code in QUALIFIERS.items()}


def qualifier(text: str) -> str:
    """Return the full name of the subheading that a name or a two-letter code means; nothing if there is none.

    Examples
    --------
    >>> qualifier("DT"), qualifier("Prevention and control"), qualifier("STAT"), qualifier("")
    ('drug therapy', 'prevention & control', '', '')
    """
    plain = " ".join(text.casefold().replace(" and ", " & ").split())
    return plain if plain in QUALIFIERS else _BY_CODE.get(plain, "")
