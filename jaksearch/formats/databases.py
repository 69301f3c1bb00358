"""What databases leave in their exports: names, addresses, numbers and headings that tell one from another."""

from __future__ import annotations

import re

__all__ = ["ADDRESSES", "ALL_HEADINGS", "DATABASES", "EBSCO", "HEADINGS", "OVID", "database_said", "hosted_database"]

DATABASES: tuple[tuple[str, str], ...] = (
    (r"\b(?:WOS|ISI):\w|webofscience|webofknowledge|^Web of (?:Science|Knowledge)", "Web of Science"),
    (r"scopus\.com|^Scopus\b|\bSource: ?Scopus\b|2-s2\.0-\d", "Scopus"),
    (r"\bCN-0\d{6,}|cochranelibrary|^(?:CENTRAL|Cochrane)\b", "Cochrane Library"),
    (r"embase\.com|^Embase\b|^Excerpta Medica", "Embase"),
    (r"epistemonikos\.org|^Epistemonikos", "Epistemonikos"),
    (r"pubmed\.ncbi|ncbi\.nlm\.nih\.gov/(?:pubmed|entrez)|^(?:PubMed|NLM)$|\[pmid\]", "PubMed"),
    (r"^(?:Ovid )?MEDLINE", "MEDLINE"),
    (r"^(?:APA )?PsycInfo|^\d{4}-\d{5}-\d{3}$", "PsycINFO"),
    (r"^(?:APA )?PsycArticles", "PsycARTICLES"),
    (r"^CAB Abstracts|^CAB Direct|cabdirect\.org|cabidigitallibrary", "CAB Abstracts"),
    (r"^CINAHL", "CINAHL"),
    (r"^GreenFILE", "GreenFILE"),
    (r"^Criminal Justice", "Criminal Justice Abstracts"),
    (r"^Environment (?:Index|Complete)", "Environment Index"),
    (r"^SPORTDiscus", "SPORTDiscus"),
    (r"^Business Source", "Business Source"),
    (r"^Academic Search", "Academic Search"),
    (r"^EconLit", "EconLit"),
    (r"^SocINDEX", "SocINDEX"),
    (r"^Health Source", "Health Source"),
    (r"^Education Source", "Education Source"),
    (r"^AgeLine", "AgeLine"),
    (r"^AMED\b", "AMED"),
    (r"^Global Health\b", "Global Health"),
    (r"wanfangdata|wanfangmed|万方|^Wan ?fang", "Wanfang"),
    (r"cnki\.(?:net|com)|^CNKI|中国知网|^知网|中国学术期刊", "CNKI"),
    (r"sinomed|^CBM(?:disc)?\b|中国生物医学", "SinoMed"),
    (r"cqvip|^VIP\b|维普", "VIP"),
    (r"dimensions\.ai|^pub\.1\d{9}$", "Dimensions"),
    (r"openalex\.org", "OpenAlex"),
    (r"\blens\.org|^(?:The )?Lens$|^(?:\d{3}-){4}\d{2}[\dX]$", "The Lens"),
    (r"semanticscholar\.org|^Semantic Scholar|^CorpusID:", "Semantic Scholar"),
    (r"ieeexplore|^IEEE Xplore|^IEEE$", "IEEE Xplore"),
    (r"dl\.acm\.org|^ACM Digital Library", "ACM Digital Library"),
    (r"^JSTOR|jstor\.org", "JSTOR"),
    (r"^DBLP:|dblp\.(?:org|uni-trier)|^dblp computer", "dblp"),
    (r"trialsearch\.who\.int|apps\.who\.int/trialsearch|^(?:WHO )?ICTRP", "ICTRP"),
    (r"clinicaltrials\.gov/(?:ct2/|study|show)|^ClinicalTrials\.gov$", "ClinicalTrials.gov"),
    (r"^LILACS|\blil-\d{3,}|lilacs\.bvsalud", "LILACS"),
    (r"scielo\.(?:br|org|php)|^SciELO", "SciELO"),
    (r"trid\.trb\.org", "TRID"),
    (r"^ERIC$|eric\.ed\.gov", "ERIC"),
    (r"search\.proquest|proquest\.com|^ProQuest", "ProQuest"),
    (r"^Europe PMC|europepmc\.org/(?:abstract|article)", "Europe PMC"),
    (r"^Google Scholar|scholar\.google\.", "Google Scholar"),
    (r"^EBSCOhost$|ebscohost\.com|ebsco\.com", "EBSCOhost"),
)
"""Pattern (any case, line by line) -> name; the first that is found in a record's own words for its source counts."""

ADDRESSES: tuple[tuple[str, str], ...] = (
    (r"doi\.org/10\.1145/", "ACM Digital Library"),
    (r"sciencedirect\.com/science/article", "ScienceDirect"),
    (r"arxiv\.org/abs/", "arXiv"),
    (r"medrxiv\.org/content", "medRxiv"),
    (r"biorxiv\.org/content", "bioRxiv"),
    (r"bvsalud\.org", "VHL"),
    (r"koreamed\.org", "KoreaMed"),
    (r"jstage\.jst\.go\.jp", "J-STAGE"),
    (r"\b(?:cir|ci)\.nii\.ac\.jp", "CiNii"),
    (r"muse\.jhu\.edu", "Project MUSE"),
)
"""Addresses that point to a platform only if nothing in the record names a database."""

OVID: tuple[tuple[str, str], ...] = (
    (r"med(?:l|c|f|a|s|x|p|\d|$)|pre(?:m|$)|mesz|ppez|pmnm|om(?:e|$)", "MEDLINE"),
    (r"o?em(?:e|c|a|b|p)", "Embase"),
    (r"psy", "PsycINFO"),
    (r"cab", "CAB Abstracts"),
    (r"cagh|ghe", "Global Health"),
    (r"amed", "AMED"),
    (r"hmic", "HMIC"),
    (r"cctr|coch|clcmr|clhta|cleed|cdsr|dare", "Cochrane Library"),
    (r"(?:pp)?v?ovft|yrovft", "Journals@Ovid"),
    (r"zoor", "Zoological Record"),
    (r"bio[ps]", "BIOSIS"),
    (r"ipab", "International Pharmaceutical Abstracts"),
    (r"econ", "EconLit"),
    (r"soca", "Social Policy and Practice"),
    (r"mwic", "Maternity and Infant Care"),
    (r"jbi", "JBI EBP"),
    (r"eric", "ERIC"),
    (r"agel", "AgeLine"),
)
"""How Ovid's short names of databases begin (``D=emed24``)."""

_EBSCO = """
    cmedm mdc mnh medline mdl:MEDLINE|psyh psyhref pzh:PsycINFO|pdh:PsycARTICLES|cin20 ccm c8h rzh cul jlh
    cinahl:CINAHL|8gh:GreenFILE|i3h cja:Criminal Justice Abstracts|egh eih:Environment Index|aph a9h asx
    asn:Academic Search|bth buh:Business Source|eric:ERIC|ehh eft:Education Research Complete|s3h sph
    s4h:SPORTDiscus|amed:AMED|hch hxh:Health Source|lxh lls llf:LISTA|sih snh:SocINDEX|ecn eoh:EconLit|lhh:CAB
    Abstracts|gnh:AgeLine|awn awh:Alt HealthWatch|e6h ddu:OpenDissertations|eue:Education Source|cgh:Global Health
"""
EBSCO: dict[str, str] = {
    short: name
    for part in " ".join(_EBSCO.split()).split("|")
    for shorts, _, name in (part.partition(":"),)
    for short in shorts.split()
}
"""EBSCO's short names of databases (``db=rzh``, and alone under DB)."""

OVID_NAMES = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in OVID)
OVID_PLACE = re.compile(r"[?&]D=(\w+)")
EBSCO_PLACE = re.compile(r"[?&]db=(\w+)")
PATTERNS = tuple((re.compile(pattern, re.IGNORECASE | re.MULTILINE), name) for pattern, name in DATABASES)
WEAK = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in ADDRESSES)


def hosted_database(text: str) -> str:
    """Return the database that an address at Ovid or EBSCO, or EBSCO's short name alone, stands for.

    Examples
    --------
    >>> hosted_database("http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=emed18&AN=1"), hosted_database("rzh")
    ('Embase', 'CINAHL')
    >>> hosted_database("https://search.ebscohost.com/login.aspx?direct=true&db=psyh&AN=1"), hosted_database("hair")
    ('PsycINFO', '')
    """
    if place := OVID_PLACE.search(text):
        return next((name for pattern, name in OVID_NAMES if pattern.match(place[1])), "")
    place = EBSCO_PLACE.search(text)
    return EBSCO.get((place[1] if place else text.strip()).casefold(), "")


def database_said(values: list[str], *, weak: bool = False) -> str:
    """Return the database that some of a record's values name; `weak` counts addresses of publishers and servers too.

    Examples
    --------
    >>> database_said(["https://www.scopus.com/inward/record.uri?eid=2-s2.0-1"]), database_said(["rzh"])
    ('Scopus', 'CINAHL')
    >>> database_said(["https://arxiv.org/abs/1"]), database_said(["https://arxiv.org/abs/1"], weak=True)
    ('', 'arXiv')
    """
    for value in values:
        if name := hosted_database(value):
            return name
    text = "\n".join(value.strip() for value in values if value)
    if not text:
        return ""
    patterns = (*PATTERNS, *WEAK) if weak else PATTERNS
    return next((name for pattern, name in patterns if pattern.search(text)), "")


HEADINGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Journal/Book", "NIHMS ID"), "PubMed"),
    (("Journal/Book", "Create Date", "Citation"), "PubMed"),
    (("Emtree Drug Index Terms", "Title"), "Embase"),
    (("Embase Accession ID",), "Embase"),
    (("PUI", "Medline PMID"), "Embase"),
    (("PUI", "Embase Link"), "Embase"),
    (("Author Names", "Correspondence Address", "Source"), "Embase"),
    (("EID", "Source title"), "Scopus"),
    (("Authors with affiliations", "Source title"), "Scopus"),
    (("Author(s) ID", "Source title"), "Scopus"),
    (("UT", "SO", "TI"), "Web of Science"),
    (("PT", "AU", "TI", "SO"), "Web of Science"),
    (("UT (Unique WOS ID)",), "Web of Science"),
    (("UT (Unique ID)",), "Web of Science"),
    (("Times Cited, WoS Core",), "Web of Science"),
    (("Article Title", "Source Title", "Web of Science Index"), "Web of Science"),
    (("Cochrane Review Group Code",), "Cochrane Library"),
    (("Cochrane Review ID",), "Cochrane Library"),
    (("CRG Code", "DOI"), "Cochrane Library"),
    (("SrcDatabase-来源库",), "CNKI"),
    (("Title-题名", "Author-作者"), "CNKI"),
    (("流水号",), "SinoMed"),
    (("NCT Number",), "ClinicalTrials.gov"),
    (("TrialID", "Public title"), "ICTRP"),
    (("TrialID", "Scientific title"), "ICTRP"),
    (("Publication ID", "PubYear"), "Dimensions"),
    (("Dimensions URL",), "Dimensions"),
    (("Lens ID",), "The Lens"),
    (("Document Title", "Publication Title", "Document Identifier"), "IEEE Xplore"),
    (("Document Title", "IEEE Terms"), "IEEE Xplore"),
    (("Item Title", "Item DOI"), "Springer"),
    (("authorships.author.display_name",), "OpenAlex"),
    (("primary_location.source.display_name",), "OpenAlex"),
    (("StoreId", "ArticleType"), "ProQuest"),
    (("StoreId", "Publication title"), "ProQuest"),
    (("EXT_ID", "PMCID", "Journal title"), "Europe PMC"),
    (("GSRank", "Cites"), "Google Scholar"),
)
"""Headings that a table has, in any case and with any blanks -> database; the first set that is there counts."""

ALL_HEADINGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Authors", "Title", "Publication", "Volume", "Number", "Pages", "Year", "Publisher"), "Google Scholar"),
)
"""Headings too plain to tell a database, unless they are all that a table has."""
