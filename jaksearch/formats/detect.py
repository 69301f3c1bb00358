"""Tell the format and the database of an export by its content, never by its extension."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from jakdb.errors import InputError
from jakdb.words import RawRecord
from jaksearch.formats.bibtex_fields import bibtex_meaning
from jaksearch.formats.csl_fields import csl_meaning
from jaksearch.formats.detect_marked import sniff_marked
from jaksearch.formats.table import find_heading
from jaksearch.formats.tagged_formats import TAGGED, sniff_tagged
from jaksearch.formats.values import said
from jaksearch.formats.xml_formats import endnote_as_ris, sniff_xml

__all__ = ["detect_database", "sniff"]

RIS_BEGIN = re.compile(r"^[ \t\xa0]{0,3}TY[ \t\xa0]{0,4}[-–][ \t\xa0]*[A-Za-z/ _-]{0,30}$", re.MULTILINE)
RIS_LINE = re.compile(r"^(?:TI|T1|AU|A1|PY|Y1|JO|JF|T2|DO|AB|N2|KW|SP|ER)  - ?", re.MULTILINE)
RIS_END = re.compile(r"^ER {1,2}- ?$", re.MULTILINE)
MEDLINE_LINE = re.compile(
    r"^(?:PMID|PMCR|PMC |OWN |STAT|FAU |JT  |TA  |DP  |MH  |AID |LID |EDAT|PHST|PST |JID |DCOM|OT  |TI  |PT  )-",
    re.MULTILINE,
)
MEDLINE_SURE = re.compile(r"^(?:PMID|PMCR|PMC |OWN |STAT|FAU |LID |AID |DCOM)-", re.MULTILINE)
HEAD = 200_000
DATABASE_SIGN = 0.5

# Recognised, so that the message can say what to do, but not read: pattern at the head of the file, name, way out.
UNREAD: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), name, hint)
    for pattern, name, hint in (
        (r"\A\s*<\?xml|\A\s*<(?:PubmedArticle|xml|records|collection|trials?)\b", "XML",
         "of XML jak reads PubMed's and EndNote's; else export as RIS or CSV"),
        (r"\A\s*[\[{]\s*[\"\[{\]}]", "JSON, but not CSL-JSON", "export as CSL-JSON, RIS or CSV"),
    )
)  # fmt: skip


def sniff(text: str, *, name: str = "input") -> str:
    r"""Return the format of a text: ``ris``, ``medline`` or ``csv``.

    Raises
    ------
    InputError
        If the format is another one, named where it is recognised.

    Examples
    --------
    >>> sniff("TY  - JOUR\nTI  - Hair\nER  - \n")
    'ris'
    >>> sniff("PMID- 1\nTI  - Hair\n", name="export.txt")
    'medline'
    >>> sniff("Title,Year\nHair,2020\n")
    'csv'
    """
    head = text[:HEAD]
    if xml := sniff_xml(head):
        return xml
    if marked := sniff_marked(head):
        return marked
    begins = len(RIS_BEGIN.findall(head))
    medline = len(MEDLINE_SURE.findall(head))
    unread = next(((what, hint) for pattern, what, hint in UNREAD if pattern.search(head[:20_000])), None)
    tagged, at_once = ("", False) if unread is not None and unread[0] == "XML" else sniff_tagged(head[:20_000])
    if begins and begins >= medline / 50 and unread is None and tagged in ("", "cochrane"):
        return "ris"
    if not tagged and (unread is None or unread[0] == "XML"):
        if medline and len(MEDLINE_LINE.findall(head)) >= 2:
            return "medline"
        if RIS_END.search(head) and len(RIS_LINE.findall(head)) >= 3:
            return "ris"
    if begins:
        return "ris"
    sure = bool(tagged) or (unread is not None and not unread[0].startswith("JSON"))
    if not at_once and _is_table(head, name, sure=sure):
        return "csv"
    if tagged:
        return tagged
    if unread is not None:
        what, hint = unread
        raise InputError(f"{name}: this is {what}, which jak does not read yet", hint=hint)
    raise InputError(
        f"{name}: not a format jak knows; it begins with {head.strip()[:40]!r}",
        hint="jak reads RIS, PubMed/MEDLINE (.nbib, .txt) and CSV/TSV with a heading; name the format with --format",
    )


def _is_table(head: str, name: str, *, sure: bool) -> bool:
    """Say whether the text is a table: known headings, or at least rows that look alike (`sure`: known headings)."""
    lines = head.split("\n", 60)[:60]
    heading = find_heading(lines)
    if heading is None:
        return False
    if sure or heading.known >= 3:
        return heading.known >= 3 or (heading.has_title and heading.known == 2)
    if heading.has_title or name.lower().endswith((".csv", ".tsv", ".tab")):
        return True
    marks = [
        line.count(heading.delimiter) for line in lines[heading.index : -1 if len(lines) > 2 else None] if line.strip()
    ]
    return len(marks) > 1 and marks[0] > 0 and len(set(marks)) == 1


DATABASES: tuple[tuple[str, str], ...] = (
    (r"\b(?:WOS|ISI):\w|webofscience|webofknowledge", "Web of Science"),
    (r"scopus\.com|^Scopus$|2-s2\.0-", "Scopus"),
    (r"\bCN-0\d{6,}|cochranelibrary|^(?:CENTRAL|Cochrane)\b", "Cochrane Library"),
    (r"embase\.com|^Embase\b|&D=eme[dszx]|&D=oemezd|\bD=emed", "Embase"),
    (r"pubmed\.ncbi|ncbi\.nlm\.nih\.gov/(?:pubmed|entrez)|^(?:PubMed|NLM)$|\[pmid\]", "PubMed"),
    (r"[?&]D=(?:med|pre|prem|mesz|ppez|ovftn?med)|db=(?:cmedm|mdc|mnh)\b|^(?:Ovid )?MEDLINE", "MEDLINE"),
    (r"[?&]D=psyc|db=psyh|^(?:APA )?PsycI[Nn][Ff][Oo]|^\d{4}-\d{5}-\d{3}$", "PsycINFO"),
    (r"[?&]D=cab|^CAB Abstracts|^CAB Direct", "CAB Abstracts"),
    (r"db=(?:cin20|ccm|c8h|rzh|cul|jlh)\b|^CINAHL", "CINAHL"),
    (r"db=8gh\b|^GreenFILE", "GreenFILE"),
    (r"db=(?:i3h|cja)\b|^Criminal Justice", "Criminal Justice Abstracts"),
    (r"db=(?:egh|eih)\b|^Environment (?:Index|Complete)", "Environment Index"),
    (r"wanfangdata|万方数据|^(?:Wanfang|万方)", "Wanfang"),
    (r"cnki\.(?:net|com)|^(?:CNKI|中国知网|知网)|中国学术期刊", "CNKI"),
    (r"sinomed|^CBM\b|中国生物医学", "SinoMed"),
    (r"cqvip|^(?:VIP|维普)", "VIP"),
    (r"dimensions\.ai|^pub\.1\d{9}$", "Dimensions"),
    (r"openalex\.org", "OpenAlex"),
    (r"lens\.org", "Lens"),
    (r"ieeexplore|^IEEE", "IEEE Xplore"),
    (r"^JSTOR|jstor\.org", "JSTOR"),
    (r"clinicaltrials\.gov/(?:ct2/)?(?:show|study)", "ClinicalTrials.gov"),
    (r"trid\.trb\.org", "TRID"),
    (r"search\.proquest|proquest\.com|^ProQuest", "ProQuest"),
    (r"^ERIC$|eric\.ed\.gov", "ERIC"),
    (r"^EBSCOhost$|ebscohost\.com", "EBSCOhost"),
)
OVID_LINK = re.compile(r"ovidweb\.cgi\?\S*[?&]D=\w+")
DATABASE_SIGNS = tuple((re.compile(pattern, re.IGNORECASE | re.MULTILINE), name) for pattern, name in DATABASES)
SOURCE_TAGS = frozenset(("DB", "DP", "UR", "AN", "UT", "L2", "U1", "U2", "ID", "OWN", "N1", "LK", "WE", "C6"))
ONE_DATABASE = {"wos": "Web of Science", "estudy": "CNKI", "cochrane": "Cochrane Library"}
NAMED_COLUMNS = frozenset(("database", "source database", "db", "source"))
HEADINGS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("Journal/Book", "NIHMS ID")), "PubMed"),
    (frozenset(("Emtree Drug Index Terms", "Open URL Link")), "Embase"),
    (frozenset(("Embase Accession ID",)), "Embase"),
    (frozenset(("EID", "Source title")), "Scopus"),
    (frozenset(("UT", "SO")), "Web of Science"),
    (frozenset(("UT (Unique WOS ID)",)), "Web of Science"),
    (frozenset(("Cochrane Review Group Code",)), "Cochrane Library"),
    (frozenset(("SrcDatabase-来源库",)), "CNKI"),
    (frozenset(("流水号",)), "SinoMed"),
    (frozenset(("NCT Number", "Study Title")), "ClinicalTrials.gov"),
    (frozenset(("Publication ID", "PubYear")), "Dimensions"),
    (frozenset(("Lens ID",)), "Lens"),
    (frozenset(("Document Title", "Publication Title", "Document Identifier")), "IEEE Xplore"),
    (frozenset(("Item Title", "Item DOI")), "Springer"),
    (frozenset(("authorships.author.display_name",)), "OpenAlex"),
)


def detect_database(
    format: str,  # noqa: A002 - the word people use
    records: Iterable[RawRecord],
    *,
    headings: Iterable[str] = (),
    head: str = "",
) -> str:
    """Return the database an export is from, as far as its records say; an empty string if they do not.

    Parameters
    ----------
    format : str
        ``ris``, ``medline`` or ``csv``.
    records : iterable of RawRecord
        The first records of the file (fifty are plenty).
    headings : iterable of str
        The table's headings.
    head : str
        The file's beginning; platforms name themselves before or between the records (JSTOR, Ovid's links).
    """
    columns = frozenset(headings)
    for wanted, name in HEADINGS:
        if wanted <= columns:
            return name
    votes: Counter[str] = Counter()
    total = 0
    for record in records:
        total += 1
        if name := _database_of(record, format):
            votes[name] += 1
    if votes:
        name, count = votes.most_common(1)[0]
        if count >= DATABASE_SIGN * total:
            return name
    before = head[: head.find("TY  - ")] if "TY  - " in head else ""
    signs = "\n".join((before, *OVID_LINK.findall(head)))
    return next((name for pattern, name in DATABASE_SIGNS if pattern.search(signs)), "") if signs.strip() else ""


def _database_of(record: RawRecord, format: str) -> str:  # noqa: A002
    """Return the database one record points to: its own word for it first, then its addresses and numbers."""
    if format == "medline":
        tags = dict(record.fields)
        return "ERIC" if tags.get("OWN") == "ERIC" else "PubMed" if "PMID" in tags or "PMCR" in tags else ""
    if format == "pubmed-xml":
        return "PubMed"
    if format == "endnote-xml":
        return _database_of(endnote_as_ris(record), "ris")
    if format == "ris":
        tags = dict(reversed(record.fields))
        named = [tags.get("DB", ""), tags.get("AN", ""), tags.get("UT", "")]
        addresses = [value for tag, value in record.fields if tag in ("UR", "DP")]
        rest = [value for tag, value in record.fields if tag in SOURCE_TAGS]
        if re.fullmatch(r"L\d{6,12}", tags.get("U2", "")):
            return "Embase"
    elif format in TAGGED:
        if format in ONE_DATABASE:
            return ONE_DATABASE[format]
        meaning = TAGGED[format].meaning(record)
        named = [said(meaning.database), meaning.accession]
        addresses = [meaning.url]
        rest = [value for _, value in record.fields if value.startswith("http")]
        if format == "ovid" and not any(pattern.search(named[0]) for pattern, _ in DATABASE_SIGNS):
            return named[0]
    elif format in ("bibtex", "csl"):
        meaning = bibtex_meaning(record) if format == "bibtex" else csl_meaning(record)
        named = [meaning.database, meaning.accession]
        addresses = [meaning.url]
        rest = [value for _, value in record.fields if value.startswith("http")]
    else:
        named = [value for key, value in record.fields if key.casefold() in NAMED_COLUMNS]
        addresses = []
        rest = [value for _, value in record.fields if value.startswith("http")]
    for values in (named, addresses, rest):
        text = "\n".join(values)
        for pattern, name in DATABASE_SIGNS:
            if pattern.search(text):
                return name
    return ""
