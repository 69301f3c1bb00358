"""Write an article as PubMed does: XML of efetch, MEDLINE text, summaries of esummary."""

from __future__ import annotations

import datetime as dt
import textwrap
from typing import Any
from xml.sax.saxutils import escape

from .corpus import Article, Correction
from .vocabulary import LANGUAGE_NAMES, LANGUAGES, TYPE_IDS

__all__ = ["SET_HEAD", "SET_TAIL", "document_summary", "json_summary", "medline", "pubmed_xml"]

SET_HEAD = (
    '<?xml version="1.0" ?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
SET_TAIL = "</PubmedArticleSet>"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MEDLINE_LINKS = {
    "RetractionIn": "RIN",
    "RetractionOf": "ROF",
    "ErratumIn": "EIN",
    "ErratumFor": "EFR",
    "ExpressionOfConcernIn": "ECI",
    "CommentIn": "CIN",
}


def pubmed_xml(article: Article) -> str:
    """Write a ``PubmedArticle``, or a ``PubmedBookArticle``."""
    a, journal = article, article.journal
    indexing = ' IndexingMethod="Automated"' if a.mesh else ""
    completed = f"<DateCompleted>{_ymd(a.revised)}</DateCompleted>" if a.mesh else ""
    if a.is_book:
        return _book(a)
    abstract, authors = _abstract(a), _authors(a)
    bank = (
        '<DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>'
        f"<AccessionNumber>{a.registration}</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
    )
    types = "".join(f'<PublicationType UI="{TYPE_IDS[name]}">{escape(name)}</PublicationType>' for name in a.types)
    headings = "".join(
        f'<MeshHeading><DescriptorName UI="{ui}" MajorTopicYN="{"Y" if major else "N"}">{escape(name)}'
        "</DescriptorName></MeshHeading>"
        for ui, name, major in a.mesh
    )
    pmc = f'<ArticleId IdType="pmc">{a.pmc}</ArticleId>' if a.pmc else ""
    cited = "".join(
        f"<Reference><Citation>Synthetic reference {number}.</Citation><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList></Reference>'
        for number, pmid in enumerate(a.references, start=1)
    )
    first, last = a.pages.split("-")
    return (
        f'<PubmedArticle><MedlineCitation Status="{a.status}" Owner="NLM"{indexing}>'
        f'<PMID Version="1">{a.pmid}</PMID>{completed}<DateRevised>{_ymd(a.revised)}</DateRevised>'
        f'<Article PubModel="Print"><Journal><ISSN IssnType="Electronic">{journal.issn}</ISSN>'
        f'<JournalIssue CitedMedium="Internet"><Volume>{a.volume}</Volume><Issue>{a.issue}</Issue><PubDate>'
        f"<Year>{a.published.year}</Year><Month>{MONTHS[a.published.month - 1]}</Month></PubDate></JournalIssue>"
        f"<Title>{escape(journal.title)}</Title><ISOAbbreviation>{escape(journal.abbreviation)}</ISOAbbreviation>"
        f"</Journal><ArticleTitle>{escape(a.title)}</ArticleTitle><Pagination><StartPage>{first}</StartPage>"
        f"<EndPage>{last}</EndPage><MedlinePgn>{a.pages}</MedlinePgn></Pagination>"
        f'<ELocationID EIdType="doi" ValidYN="Y">{a.doi}</ELocationID>'
        + (f"<Abstract>{abstract}</Abstract>" if abstract else "")
        + f'<AuthorList CompleteYN="Y">{authors}</AuthorList><Language>{a.language}</Language>'
        + (bank if a.registration else "")
        + f"<PublicationTypeList>{types}</PublicationTypeList></Article><MedlineJournalInfo>"
        f"<Country>{journal.country}</Country><MedlineTA>{escape(journal.abbreviation)}</MedlineTA>"
        f"<NlmUniqueID>{journal.nlm}</NlmUniqueID><ISSNLinking>{journal.issn}</ISSNLinking></MedlineJournalInfo>"
        + "<CitationSubset>IM</CitationSubset>"
        + _corrections(a.corrections)
        + (f"<MeshHeadingList>{headings}</MeshHeadingList>" if headings else "")
        + f"</MedlineCitation><PubmedData><History>{_dates(a)}</History><PublicationStatus>ppublish"
        f'</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">{a.pmid}</ArticleId>{pmc}'
        f'<ArticleId IdType="doi">{a.doi}</ArticleId></ArticleIdList>'
        + (f"<ReferenceList>{cited}</ReferenceList>" if cited else "")
        + "</PubmedData></PubmedArticle>"
    )


def medline(article: Article) -> str:
    """Write the tagged text of PubMed."""
    a = article
    lines = [
        ("PMID", str(a.pmid)),
        ("OWN", "NLM"),
        ("STAT", a.status),
        ("LR", f"{a.revised:%Y%m%d}"),
        ("IS", f"{a.journal.issn} (Electronic)"),
        ("VI", str(a.volume)),
        ("IP", str(a.issue)),
        ("DP", f"{a.published.year} {MONTHS[a.published.month - 1]}"),
        ("TI", a.title),
        ("PG", a.pages),
        ("LID", f"{a.doi} [doi]"),
    ]
    if a.abstract:
        lines.append(("AB", " ".join(f"{label}: {text}" if label else text for label, text in a.abstract)))
    for author in a.authors:
        lines += [("FAU", f"{author.last}, {author.fore}"), ("AU", f"{author.last} {author.initials}")]
    lines.append(("LA", a.language))
    if a.registration:
        lines.append(("SI", f"ClinicalTrials.gov/{a.registration}"))
    lines += [("PT", name) for name in a.types]
    lines += [("PL", a.journal.country), ("TA", a.journal.abbreviation), ("JT", a.journal.title)]
    lines += [("JID", a.journal.nlm), ("SB", "IM")]
    lines += [
        (MEDLINE_LINKS[link.kind], link.source + (f" PMID: {link.pmid}" if link.pmid else "")) for link in a.corrections
    ]
    lines += [("MH", f"*{name}" if major else name) for _, name, major in a.mesh]
    if a.pmc:
        lines.append(("PMC", a.pmc))
    lines += [("EDAT", f"{a.entered:%Y/%m/%d} 06:00"), ("MHDA", f"{a.entered:%Y/%m/%d} 06:00")]
    lines += [("CRDT", f"{a.created:%Y/%m/%d} 16:00")]
    lines += [("PHST", f"{day:%Y/%m/%d} {hour:02d}:00 [{status}]") for status, day, hour in _history(a)]
    lines += [("AID", f"{a.doi} [doi]"), ("PST", "ppublish"), ("SO", f"{_source(a)} doi: {a.doi}.")]
    return "\n" + "".join(_tagged(tag, value) for tag, value in lines)


def document_summary(article: Article) -> str:
    """Write a ``DocSum`` of esummary."""
    a = article

    def one(name: str, value: object, *, kind: str = "String", indent: str = "\t") -> str:
        return f'{indent}<Item Name="{name}" Type="{kind}">{escape(str(value))}</Item>\n'

    def several(name: str, inner: str) -> str:
        return f'\t<Item Name="{name}" Type="List">\n{inner}\t</Item>\n'

    people = "".join(one("Author", f"{p.last} {p.initials}", indent="\t\t") for p in a.authors)
    return (
        f"<DocSum>\n\t<Id>{a.pmid}</Id>\n"
        + one("PubDate", f"{a.published.year} {MONTHS[a.published.month - 1]}", kind="Date")
        + one("EPubDate", "", kind="Date")
        + one("Source", a.journal.abbreviation)
        + several("AuthorList", people)
        + one("LastAuthor", f"{a.authors[-1].last} {a.authors[-1].initials}")
        + one("Title", a.title)
        + one("Volume", a.volume)
        + one("Issue", a.issue)
        + one("Pages", a.pages)
        + several("LangList", one("Lang", _language(a), indent="\t\t"))
        + one("NlmUniqueID", a.journal.nlm)
        + one("ISSN", "")
        + one("ESSN", a.journal.issn)
        + several("PubTypeList", "".join(one("PubType", name, indent="\t\t") for name in a.types))
        + one("RecordStatus", "PubMed - indexed for MEDLINE" if a.mesh else "PubMed")
        + one("PubStatus", "ppublish")
        + several("ArticleIds", one("pubmed", a.pmid, indent="\t\t") + one("doi", a.doi, indent="\t\t"))
        + one("DOI", a.doi)
        + one("HasAbstract", int(bool(a.abstract)), kind="Integer")
        + one("FullJournalName", a.journal.title)
        + one("SO", f"{a.published.year} {MONTHS[a.published.month - 1]};{a.volume}({a.issue}):{a.pages}")
        + "</DocSum>\n"
    )


def json_summary(article: Article) -> dict[str, Any]:
    """Return what esummary says of an article in JSON."""
    a = article
    return {
        "uid": str(a.pmid),
        "pubdate": f"{a.published.year} {MONTHS[a.published.month - 1]}",
        "epubdate": "",
        "source": a.journal.abbreviation,
        "authors": [{"name": f"{p.last} {p.initials}", "authtype": "Author", "clusterid": ""} for p in a.authors],
        "title": a.title,
        "volume": str(a.volume),
        "issue": str(a.issue),
        "pages": a.pages,
        "lang": [a.language],
        "essn": a.journal.issn,
        "pubtype": list(a.types),
        "articleids": [{"idtype": "pubmed", "value": str(a.pmid)}, {"idtype": "doi", "value": a.doi}],
        "fulljournalname": a.journal.title,
        "attributes": ["Has Abstract"] if a.abstract else [],
    }


def _book(a: Article) -> str:
    """Write a chapter of a book."""
    abstract = f"<Abstract>{_abstract(a)}</Abstract>" if a.abstract else ""
    types = "".join(f'<PublicationType UI="{TYPE_IDS[name]}">{escape(name)}</PublicationType>' for name in a.types)
    return (
        f'<PubmedBookArticle><BookDocument><PMID Version="1">{a.pmid}</PMID><ArticleIdList>'
        f'<ArticleId IdType="bookaccession">NBK{a.pmid % 1_000_000}</ArticleId></ArticleIdList><Book><Publisher>'
        "<PublisherName>Invented Books</PublisherName><PublisherLocation>Nowhere</PublisherLocation></Publisher>"
        f'<BookTitle book="jak">A synthetic handbook of hair</BookTitle><PubDate>'
        f"<Year>{a.published.year}</Year></PubDate><Medium>Internet</Medium></Book>"
        f'<ArticleTitle book="jak" part="c{a.pmid}">{escape(a.title)}</ArticleTitle>'
        f'<Language>{a.language}</Language><AuthorList Type="authors" CompleteYN="Y">{_authors(a)}</AuthorList>'
        f"{types}{abstract}<ContributionDate>{_ymd(a.published)}</ContributionDate>"
        f"<DateRevised>{_ymd(a.revised)}</DateRevised></BookDocument><PubmedBookData><History>{_dates(a)}</History>"
        f'<PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">{a.pmid}</ArticleId>'
        "</ArticleIdList></PubmedBookData></PubmedBookArticle>"
    )


def _abstract(a: Article) -> str:
    return "".join(
        f'<AbstractText Label="{label}" NlmCategory="{label}">{escape(text)}</AbstractText>'
        if label
        else f"<AbstractText>{escape(text)}</AbstractText>"
        for label, text in a.abstract
    )


def _authors(a: Article) -> str:
    return "".join(
        f'<Author ValidYN="Y"><LastName>{escape(author.last)}</LastName><ForeName>{escape(author.fore)}</ForeName>'
        f"<Initials>{author.initials}</Initials></Author>"
        for author in a.authors
    )


def _dates(a: Article) -> str:
    return "".join(
        f'<PubMedPubDate PubStatus="{status}"><Year>{day.year}</Year><Month>{day.month}</Month><Day>{day.day}</Day>'
        f"<Hour>{hour}</Hour><Minute>0</Minute></PubMedPubDate>"
        for status, day, hour in _history(a)
    )


def _history(a: Article) -> tuple[tuple[str, dt.date, int], ...]:
    """Return PubMed's history: ``entrez`` is the create date, ``pubmed`` the entry date."""
    return (("entrez", a.created, 16), ("pubmed", a.entered, 6), ("medline", a.entered, 6))


def _ymd(day: dt.date) -> str:
    return f"<Year>{day.year}</Year><Month>{day.month:02d}</Month><Day>{day.day:02d}</Day>"


def _corrections(links: tuple[Correction, ...]) -> str:
    inner = "".join(
        f'<CommentsCorrections RefType="{link.kind}"><RefSource>{escape(link.source)}</RefSource>'
        + (f'<PMID Version="1">{link.pmid}</PMID>' if link.pmid else "")
        + "</CommentsCorrections>"
        for link in links
    )
    return f"<CommentsCorrectionsList>{inner}</CommentsCorrectionsList>" if inner else ""


def _tagged(tag: str, value: str) -> str:
    wrapped = textwrap.wrap(value, 84, break_long_words=False, break_on_hyphens=False) or [""]
    return f"{tag:<4}- " + "\n      ".join(wrapped) + "\n"


def _source(a: Article) -> str:
    when = f"{a.published.year} {MONTHS[a.published.month - 1]}"
    return f"{a.journal.abbreviation}. {when};{a.volume}({a.issue}):{a.pages}."


def _language(a: Article) -> str:
    return LANGUAGE_NAMES[LANGUAGES.index(a.language)].capitalize()
