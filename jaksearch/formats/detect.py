"""Tell the format and the database of an export by its content, never by its extension."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from jakdb.errors import InputError
from jakdb.words import RawRecord
from jaksearch.formats.databases import ALL_HEADINGS, DATABASES, HEADINGS, database_said
from jaksearch.formats.detect_marked import sniff_marked
from jaksearch.formats.headings import canonical, normal_heading
from jaksearch.formats.later import later
from jaksearch.formats.service_json import SERVICE_JSON
from jaksearch.formats.table import find_heading
from jaksearch.formats.tagged_formats import TAGGED, sniff_tagged
from jaksearch.formats.values import said
from jaksearch.formats.xml_formats import XML, sniff_xml

__all__ = ["DATABASES", "detect_database", "sniff"]

bibtex_meaning = later("bibtex_fields", "bibtex_meaning")
csl_meaning = later("csl_fields", "csl_meaning")
endnote_as_ris = later("endnote_xml_fields", "endnote_as_ris")

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
        (r"progid=\"Excel\.Sheet\"|urn:schemas-microsoft-com:office:spreadsheet", "an Excel 2003 workbook (XML)",
         "open it and save it as .xlsx or CSV"),
        (r"\A\s*<\?xml|\A\s*<(?:PubmedArticle|xml|records|collection|trials?)\b", "XML",
         "of XML jak reads PubMed's, EndNote's, ICTRP's and NoteFirst's; else export as RIS or CSV"),
        (r"\A\s*[\[{]\s*[\"\[{\]}]", "JSON, but neither CSL-JSON nor a service's",
         "export as CSL-JSON, RIS or CSV"),
    )
)  # fmt: skip


def sniff(text: str, *, name: str = "input") -> str:
    r"""Return the format of a text, a name of `jaksearch.formats.FORMATS`.

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
    if _begins_as_table(head):
        return "csv"
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
        hint="docs/formats.md lists what jak reads; if it is one of these, name it with --format",
    )


def _begins_as_table(head: str) -> bool:
    """Say whether the first line is a row of headings beyond doubt: cells below it may hold lines of any format."""
    first = head.lstrip().split("\n", 1)[0]
    heading = find_heading([first])
    return heading is not None and heading.has_title and heading.known >= 3 and len(heading.names) >= 3


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


OVID_LINK = re.compile(r"ovidweb\.cgi\?\S*[?&]D=\w+")
SOURCE_TAGS = frozenset(("DB", "DP", "UR", "AN", "UT", "L2", "U1", "U2", "ID", "OWN", "N1", "LK", "WE", "C6"))
ONE_DATABASE = {
    "wos": "Web of Science",
    "estudy": "CNKI",
    "cochrane": "Cochrane Library",
    "embase-fields": "Embase",
    "sinomed": "SinoMed",
    "vip": "VIP",
    "pubmed-xml": "PubMed",
    "ictrp": "ICTRP",
    **{name: kind.database for name, kind in SERVICE_JSON.items()},
}
"""Formats that one database alone writes."""
NAMED_COLUMNS = frozenset(("database", "source database", "db", "source", "library catalog", "longdbname"))
NO_NAME = re.compile(
    r"name of database|database provider|database|unknown|other|na|.*(?:公司|出版社|杂志社).*", re.IGNORECASE
)
HOSTS = frozenset(("EBSCOhost",))
"""Where databases are searched: the database counts, if a record says it elsewhere."""
IEEE_TAGS = frozenset(("T2", "JO", "JA", "Y1"))
SCHOLAR = re.compile(r"\s*@\w+\{\w+\d{4}\w*,\s*\n {2}title=\{")
_SCHOLAR_FIELDS = """
    ENTRYTYPE ID title author journal volume number pages year publisher booktitle organization school institution note
    edition editor series address month
"""
SCHOLAR_FIELDS = frozenset(_SCHOLAR_FIELDS.split())
WANTED = tuple((frozenset(map(normal_heading, wanted)), name) for wanted, name in HEADINGS)
ALL_WANTED = {frozenset(map(normal_heading, wanted)): name for wanted, name in ALL_HEADINGS}


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
        A name of `jaksearch.formats.FORMATS`.
    records : iterable of RawRecord
        The first records of the file (fifty are plenty).
    headings : iterable of str
        The table's headings.
    head : str
        The file's beginning; platforms name themselves before or between the records (JSTOR, Ovid's links).
    """
    if format in ONE_DATABASE:
        return ONE_DATABASE[format]
    columns = frozenset(map(normal_heading, headings))
    for wanted, name in WANTED:
        if wanted <= columns:
            return name
    if columns in ALL_WANTED:
        return ALL_WANTED[columns]
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
    return database_said([*before.split("\n"), *OVID_LINK.findall(head)])


def _database_of(record: RawRecord, format: str) -> str:  # noqa: A002
    """Return the database one record points to: its own word for it first, then its addresses and numbers."""
    if format == "medline":
        tags = dict(record.fields)
        return "ERIC" if tags.get("OWN") == "ERIC" else "PubMed" if tags.keys() & {"PMID", "PMCR", "PMC"} else ""
    if format == "endnote-xml":
        return _database_of(endnote_as_ris(record), "ris")
    found = _signs(record, format)
    names = [name for values in found if (name := database_said(values))]
    if name := next((name for name in names if name not in HOSTS), next(iter(names), "")):
        return name
    if format == "bibtex" and SCHOLAR.match(record.text) and {tag for tag, _ in record.fields} <= SCHOLAR_FIELDS:
        return "Google Scholar"
    own = found[0][0].strip() if found[0] else ""
    if format != "csv" and 2 < len(own) < 60 and not NO_NAME.fullmatch(own):
        return own
    return database_said(found[1], weak=True)


def _signs(record: RawRecord, format: str) -> tuple[list[str], list[str], list[str]]:  # noqa: A002
    """Return what a record says of its source: names and numbers (the name first), addresses, anything else."""
    links = [value for _, value in record.fields if value.startswith("http")]
    if format == "ris":
        tags = dict(reversed(record.fields))
        named = [tags.get("DB", ""), tags.get("AN", ""), tags.get("UT", "")]
        if re.fullmatch(r"L\d{6,12}", tags.get("U2", "")):
            named = ["Embase"]
        elif tags.keys() >= IEEE_TAGS and "10.1109/" in tags.get("DO", ""):
            named = ["IEEE Xplore"]
        addresses = [value for tag, value in record.fields if tag in ("UR", "DP")]
        return named, addresses, [value for tag, value in record.fields if tag in SOURCE_TAGS]
    if format in TAGGED:
        meaning = TAGGED[format].meaning(record)
        subfile = [value.partition(";")[0] for tag, value in record.fields if tag == "SF" and format == "refworks"]
        return [said(meaning.database), *subfile, meaning.accession], [meaning.url], links
    if format == "notefirst":
        meaning = XML[format].meaning(record, "")
        return [meaning.database, meaning.accession], [meaning.url], links
    if format in ("bibtex", "csl"):
        meaning = bibtex_meaning(record) if format == "bibtex" else csl_meaning(record)
        keys = [value for tag, value in record.fields if tag.casefold() in ("id", "note", "source", "biburl", "adsurl")]
        named = [meaning.database, meaning.accession]
        if format == "bibtex" and meaning.doi.startswith("10.1109/") and keys and re.fullmatch(r"\d{6,9}", keys[0]):
            named = ["IEEE Xplore"]
        return named, [meaning.url], [*keys, *links]
    named = [value for key, value in record.fields if key.casefold() in NAMED_COLUMNS]
    numbers = [value for key, value in record.fields if (meant := canonical(key)) and meant[0] == "accession"]
    return [*named, *numbers], [], links
