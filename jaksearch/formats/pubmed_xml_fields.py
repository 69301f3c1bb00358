"""What the elements of PubMed's XML mean, said in the tags of PubMed's text, so that both exports read the same."""

from __future__ import annotations

from dataclasses import replace

from jakdb.words import Author, RawRecord
from jaksearch.formats.meaning import Meaning
from jaksearch.formats.medline_fields import medline_meaning
from jaksearch.formats.people import read_author
from jaksearch.formats.values import clean_text

__all__ = ["KNOWN_BY", "KNOWN_ELEMENTS", "pubmed_xml_meaning"]

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
    "MedlineCitation/OtherAbstract/AbstractText": "OAB",
    "MedlineCitation/Article/ArticleTitle": "TI",
    "MedlineCitation/Article/VernacularTitle": "TT",
    "MedlineCitation/Article/Abstract": "AB",
    "MedlineCitation/Article/Abstract/AbstractText": "AB",
    "MedlineCitation/Article/AuthorList/Author": "FAU",
    "MedlineCitation/Article/AuthorList/Author/CollectiveName": "CN",
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
    if tag in ("PMID", "TI", "TT", "BTI", "CTI", "AB", "OAB", "PMC") or tag.startswith(("LID", "AID"))
)


def pubmed_xml_meaning(raw: RawRecord) -> Meaning:
    """Return what the elements of PubMed's XML say."""
    found = dict(raw.fields)
    chapter = any(path.startswith("BookDocument/AuthorList/Author") for path in found)
    names = TO_MEDLINE if chapter else {**TO_MEDLINE, **BOOK_AUTHORS}
    fields: list[tuple[str, str]] = []
    for path, value in raw.fields:
        if (name := names.get(path)) is not None:
            tag, _, kind = name.partition(" ")
            fields.append((tag, f"{value} [{kind}]" if kind else value))
        elif path.startswith("MedlineCitation/OtherAbstract["):
            fields.append(("OAB", value))
    for pages in ("MedlineCitation/Article/Pagination", "BookDocument/Pagination"):
        start, end = found.get(f"{pages}/StartPage", ""), found.get(f"{pages}/EndPage", "")
        fields += [("PG", "-".join(filter(None, (start, end))))] * bool(start)
    types = {value for tag, value in fields if tag == "PT"}
    fields += [("PT", word) for path, word in CORRECTIONS.items() if path in found and word not in types]
    if not any(tag == "PMID" for tag, _ in fields):
        fields += [("PMID", value.split()[0]) for tag, value in fields if tag == "AID" and value.endswith(" [pubmed]")]
    fields = [field for field in fields if not field[1].endswith(" [pubmed]")]
    meaning = medline_meaning(replace(raw, fields=tuple(fields)))
    meaning.people = [author for name in meaning.authors if (author := _author(name))]
    meaning.authors = []
    return meaning


def _author(name: str) -> Author | None:
    """Read a name whose family name and given names the file itself keeps apart."""
    family, comma, given = clean_text(name).partition(", ")
    return Author(family, given) if comma else read_author(name)
