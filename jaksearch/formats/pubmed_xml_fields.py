"""What the elements of PubMed's XML mean, said in the tags of PubMed's text, so that both exports read the same."""

from __future__ import annotations

from dataclasses import replace

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


ARTICLE = {path: tag.partition(" ")[::2] for path, tag in TO_MEDLINE.items()}
BOOK = {**ARTICLE, **{path: (tag, "") for path, tag in BOOK_AUTHORS.items()}}
COMMENT = "MedlineCitation/CommentsCorrectionsList/CommentsCorrections["
OTHER_ABSTRACT = "MedlineCitation/OtherAbstract"
BESIDE = (COMMENT, OTHER_ABSTRACT)
PAGINATIONS = ("MedlineCitation/Article/Pagination", "BookDocument/Pagination")


def pubmed_xml_meaning(raw: RawRecord) -> Meaning:
    """Return what the elements of PubMed's XML say."""
    found = dict(raw.fields)
    names = ARTICLE
    if "MedlineCitation/PMID" not in found:  # the authors of a book are those of its parts that name none
        chapter = any(path.startswith("BookDocument/AuthorList/Author") for path in found)
        names = ARTICLE if chapter else BOOK
    values = Values(())
    by_tag = values.by_tag
    people: list[Author] = []
    owner: Author | None = None  # whose identifiers come next, if they are an author's
    related: list[RelatedItem] = []
    others: dict[str, list[str]] = {}
    pubmed = ""
    for path, value in raw.fields:
        name = names.get(path)
        if name is None:
            if path.startswith(BESIDE):
                if path.startswith(COMMENT):
                    related += _related(path[len(COMMENT) : -1], value)
                elif "[plain-language-summary]" not in path:
                    others.setdefault(path, []).append(value)
            continue
        tag, kind = name
        if tag == "FAU":
            owner = _author(value)
            if owner is not None:
                people.append(owner)
        elif tag == "AUID":
            if owner is not None and (orcid := find_orcid(value)):
                people[-1] = replace(owner, orcid=orcid)
        elif kind == "pubmed":
            pubmed = pubmed or value.split()[0]
        else:
            if tag in ("FED", "CN"):
                owner = None
            by_tag[tag].append(f"{value} [{kind}]" if kind else value)
    if others:
        by_tag["OAB"] = [" ".join(texts) for texts in others.values()]
    for pages in PAGINATIONS:
        if start := found.get(f"{pages}/StartPage"):
            end = found.get(f"{pages}/EndPage")
            by_tag["PG"].append(f"{start}-{end}" if end else start)
    if related:
        types = by_tag.get("PT", ())
        more = [word for path, word in CORRECTIONS.items() if path in found and word not in types]
        by_tag["PT"] += more
    if pubmed and "PMID" not in by_tag:
        by_tag["PMID"].append(pubmed)
    meaning = meaning_of(values, [])
    meaning.people = people
    meaning.related = related
    return meaning


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
