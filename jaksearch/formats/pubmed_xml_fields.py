"""What the elements of PubMed's XML mean, said in the tags of PubMed's text, so that both exports read the same."""

from __future__ import annotations

from jakdb.words import Author, RawRecord, RelatedItem
from jaksearch.formats.meaning import Meaning, Values
from jaksearch.formats.medline_fields import meaning_of
from jaksearch.formats.people import find_orcid, read_author
from jaksearch.formats.related import kind_of, related_item
from jaksearch.formats.values import clean_text

__all__ = ["KNOWN_BY", "KNOWN_ELEMENTS", "PEOPLE", "WHERE", "pubmed_xml_meaning"]

_KNOWN = """
    Abstract AbstractText AccessionNumber AccessionNumberList Acronym Affiliation AffiliationInfo Agency Article
    ArticleDate ArticleId ArticleIdList ArticleTitle Author AuthorList BeginningDate Book BookDocument BookTitle
    Chemical ChemicalList Citation CitationString CitationSubset CoiStatement CollectionTitle CollectiveName
    CommentsCorrections CommentsCorrectionsList ContractNumber ContributionDate CopyrightInformation Country DataBank
    DataBankList DataBankName DateCompleted DateCreated DateRevised Day DescriptorName DispFormula ELocationID Edition
    EndPage EndingDate FirstName ForeName GeneSymbol GeneSymbolList GeneralNote Grant GrantID GrantList History Hour
    ISOAbbreviation ISSN
    ISSNLinking Identifier Initials Investigator InvestigatorList Isbn Issue ItemList Item Journal JournalIssue Keyword
    KeywordList Language LastName LocationLabel Medium MedlineCitation MedlineDate MedlineJournalInfo MedlinePgn
    MedlineTA MeshHeading MeshHeadingList MiddleName Minute Month NLMUniqueID NameOfSubstance Note NlmUniqueID
    NumberOfReferences Object ObjectList OtherAbstract OtherID PMID Pagination Param PersonalNameSubject
    PersonalNameSubjectList PubDate PubMedPubDate PublicationStatus PublicationType PublicationTypeList PubmedArticle
    PubmedBookArticle PubmedBookData PubmedData Publisher PublisherLocation PublisherName QualifierName RefSource
    Reference ReferenceList RegistryNumber ReportNumber Season Second Section SectionTitle Sections SpaceFlightMission
    StartPage Suffix SupplMeshList SupplMeshName Title URL VernacularTitle Volume VolumeTitle Year
"""
KNOWN_ELEMENTS: frozenset[object] = frozenset(_KNOWN.split())
"""Elements of NLM's document types since 2005."""

TO_MEDLINE: dict[str, str] = {
    "MedlineCitation/PMID": "PMID",
    "MedlineCitation/KeywordList/Keyword": "OT",
    "MedlineCitation/MeshHeadingList/MeshHeading": "MH",
    "MedlineCitation/Article/ArticleTitle": "TI",
    "MedlineCitation/Article/VernacularTitle": "TT",
    "MedlineCitation/Article/Abstract": "AB",
    "MedlineCitation/Article/Abstract/AbstractText": "AB",
    "MedlineCitation/Article/AuthorList/Author": "FAU",
    "MedlineCitation/Article/AuthorList/Author/CollectiveName": "CN",
    "MedlineCitation/Article/AuthorList/Author/Identifier[ORCID]": "AUID",
    "MedlineCitation/Article/AuthorList[editors]/Author": "FED",
    "MedlineCitation/Article/Language": "LA",
    "MedlineCitation/Article/PublicationTypeList/PublicationType": "PT",
    "MedlineCitation/Article/DataBankList/DataBank": "SI",
    "MedlineCitation/Article/ArticleDate": "DEP",
    "MedlineCitation/Article/ELocationID[doi]": "LID doi",
    "MedlineCitation/Article/ELocationID[pii]": "LID pii",
    "MedlineCitation/Article/Pagination/MedlinePgn": "PG",
    "MedlineCitation/Article/Journal/Title": "JT",
    "MedlineCitation/Article/Journal/ISOAbbreviation": "TA",
    "MedlineCitation/Article/Journal/ISSN": "IS",
    "MedlineCitation/Article/Journal/ISSN[Print]": "IS",
    "MedlineCitation/Article/Journal/ISSN[Electronic]": "IS",
    "MedlineCitation/Article/Journal/ISSN[Undetermined]": "IS",
    "MedlineCitation/Article/Journal/JournalIssue/Volume": "VI",
    "MedlineCitation/Article/Journal/JournalIssue/Issue": "IP",
    "MedlineCitation/Article/Journal/JournalIssue/PubDate": "DP",
    "MedlineCitation/MedlineJournalInfo/MedlineTA": "TA",
    "MedlineCitation/MedlineJournalInfo/ISSNLinking": "IS",
    "PubmedData/ArticleIdList/ArticleId[doi]": "AID doi",
    "PubmedData/ArticleIdList/ArticleId[pii]": "AID pii",
    "PubmedData/ArticleIdList/ArticleId[pmc]": "PMC",
    "PubmedData/ArticleIdList/ArticleId[pubmed]": "AID pubmed",
    "PubmedData/History/PubMedPubDate[entrez]": "EDAT",
    "PubmedData/History/PubMedPubDate[pubmed]": "EDAT",
    "BookDocument/PMID": "PMID",
    "BookDocument/ArticleTitle": "TI",
    "BookDocument/VernacularTitle": "TT",
    "BookDocument/Abstract/AbstractText": "AB",
    "BookDocument/AuthorList/Author": "FAU",
    "BookDocument/AuthorList/Author/CollectiveName": "CN",
    "BookDocument/AuthorList/Author/Identifier[ORCID]": "AUID",
    "BookDocument/AuthorList[editors]/Author": "FED",
    "BookDocument/Book/AuthorList[editors]/Author": "FED",
    "BookDocument/KeywordList/Keyword": "OT",
    "BookDocument/Language": "LA",
    "BookDocument/PublicationType": "PT",
    "BookDocument/Pagination/MedlinePgn": "PG",
    "BookDocument/ArticleIdList/ArticleId[doi]": "AID doi",
    "BookDocument/ArticleIdList/ArticleId[pmc]": "PMC",
    "BookDocument/Book/BookTitle": "BTI",
    "BookDocument/Book/CollectionTitle": "CTI",
    "BookDocument/Book/PubDate": "DP",
    "BookDocument/Book/Volume": "VI",
    "BookDocument/Book/ELocationID[doi]": "LID doi",
    "PubmedBookData/ArticleIdList/ArticleId[doi]": "AID doi",
    "PubmedBookData/ArticleIdList/ArticleId[pmc]": "PMC",
}
"""Path of a field -> tag of PubMed's text; a second word is printed in brackets behind the value."""
BOOK_AUTHORS = {
    "BookDocument/Book/AuthorList/Author": "FAU",
    "BookDocument/Book/AuthorList/Author/CollectiveName": "CN",
    "BookDocument/Book/AuthorList/Author/Identifier[ORCID]": "AUID",
}
CORRECTIONS = {
    "MedlineCitation/CommentsCorrectionsList/CommentsCorrections[RetractionIn]": "Retracted Publication",
    "MedlineCitation/CommentsCorrectionsList/CommentsCorrections[RetractionOf]": "Retraction of Publication",
    "MedlineCitation/CommentsCorrectionsList/CommentsCorrections[ErratumFor]": "Published Erratum",
}
"""A link to or from a retraction or an erratum -> the publication type that says so."""
KNOWN_BY = frozenset(
    path
    for path, tag in TO_MEDLINE.items()
    if tag in ("PMID", "TI", "TT", "BTI", "CTI", "AB", "PMC") or tag.startswith(("LID", "AID"))
) | {"MedlineCitation/OtherAbstract/AbstractText"}
PEOPLE = frozenset(path for path, tag in (TO_MEDLINE | BOOK_AUTHORS).items() if tag in ("FAU", "CN"))
WHERE = frozenset(path for path, tag in TO_MEDLINE.items() if tag in ("DP", "JT", "TA"))


PMID = "MedlineCitation/PMID"
COMMENT = "MedlineCitation/CommentsCorrectionsList/CommentsCorrections["
OTHER_ABSTRACT = "MedlineCitation/OtherAbstract"
PAGINATIONS = ("MedlineCitation/Article/Pagination", "BookDocument/Pagination")
NOTHING, VALUE, KIND, AUTHOR, ORCID, OTHER_PEOPLE, PUBMED, PAGE, RELATED, ABSTRACT = range(10)
"""What a field is: nothing that is read, a value, one with its kind behind it, a person, ..."""
MOST_PATHS = 4_096


class _Names(dict[str, tuple[int, str, str]]):
    """What the field of a path is, its tag in PubMed's text, and the kind printed behind its value."""

    def __init__(self, tags: dict[str, str]) -> None:
        for path, whole in tags.items():
            tag, _, kind = whole.partition(" ")
            what = {"FAU": AUTHOR, "AUID": ORCID, "FED": OTHER_PEOPLE, "CN": OTHER_PEOPLE}.get(tag, VALUE)
            self[path] = (PUBMED if kind == "pubmed" else KIND if kind else what), tag, kind
        for pages in PAGINATIONS:
            self |= {f"{pages}/{end}": (PAGE, f"{pages}/{end}", "") for end in ("StartPage", "EndPage")}

    def __missing__(self, path: str) -> tuple[int, str, str]:
        """Return what a path of no tag is, and keep it: there are few."""
        what = NOTHING, "", ""
        if path.startswith(COMMENT):
            what = RELATED, "", path[len(COMMENT) : -1]
        elif path.startswith(OTHER_ABSTRACT) and "[plain-language-summary]" not in path:
            what = ABSTRACT, "", ""
        if len(self) < MOST_PATHS:
            self[path] = what
        return what


ARTICLE = _Names(TO_MEDLINE)
BOOK = _Names(TO_MEDLINE | BOOK_AUTHORS)


def pubmed_xml_meaning(raw: RawRecord) -> Meaning:
    """Return what the elements of PubMed's XML say."""
    values = Values(())
    by_tag = values.by_tag
    people: list[Author] = []
    owner: Author | None = None  # whose identifiers come next, if they are an author's
    related: list[RelatedItem] = []
    kinds: list[str] = []
    others: dict[str, list[str]] = {}
    pages: dict[str, str] = {}
    pubmed = ""
    names = _names_for(raw)
    for path, value in raw.fields:
        what, tag, kind = names[path]
        if what == NOTHING:
            continue
        if what == VALUE:
            by_tag[tag].append(value)
        elif what == AUTHOR:
            owner = _author(value)
            if owner is not None:
                people.append(owner)
        elif what == KIND:
            by_tag[tag].append(f"{value} [{kind}]")
        elif what == ORCID:
            if owner is not None and (orcid := find_orcid(value)):
                people[-1] = Author(owner.family, owner.given, owner.literal, orcid)
        elif what == PAGE:
            pages[tag] = value
        elif what == PUBMED:
            pubmed = pubmed or value.split()[0]
        elif what == RELATED:
            related += _related(kind, value)
            kinds.append(path)
        elif what == OTHER_PEOPLE:
            owner = None
            by_tag[tag].append(value)
        else:
            others.setdefault(path, []).append(value)
    if others:
        by_tag["OAB"] = [" ".join(texts) for texts in others.values()]
    for place in PAGINATIONS if pages else ():
        if start := pages.get(f"{place}/StartPage"):
            end = pages.get(f"{place}/EndPage")
            by_tag["PG"].append(f"{start}-{end}" if end else start)
    if related:
        types = by_tag.get("PT", ())
        more = [word for path, word in CORRECTIONS.items() if path in kinds and word not in types]
        by_tag["PT"] += more
    if pubmed and "PMID" not in by_tag:
        by_tag["PMID"].append(pubmed)
    meaning = meaning_of(values, [])
    meaning.people = people
    meaning.related = related
    return meaning


def _names_for(raw: RawRecord) -> _Names:
    """Return what the paths of a record mean: the authors of a book are those of its parts that name none."""
    if (raw.fields and raw.fields[0][0] == PMID) or any(path == PMID for path, _ in raw.fields):
        return ARTICLE
    chapter = any(path.startswith("BookDocument/AuthorList/Author") for path, _ in raw.fields)
    return ARTICLE if chapter else BOOK


def _related(kind: str, value: str) -> list[RelatedItem]:
    """Return the publication that a comment or correction names; what a paper cites is none."""
    if kind == "Cites":
        return []
    citation, bar, rest = value.partition(" | ")
    pmid = rest.partition(" | ")[0] if bar else ""
    related = related_item(kind_of(kind), f"{citation} PMID: {pmid}" if pmid.isdigit() else citation)
    return [related] if related else []


def _author(name: str) -> Author | None:
    """Read a name whose family name and given names the file itself keeps apart."""
    family, comma, given = clean_text(name).partition(", ")
    return Author(family, given) if comma else read_author(name)
