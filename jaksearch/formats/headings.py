"""Which column heading of which database means what.

Each canonical field lists the headings under which databases export it: PubMed, Embase, Scopus, Web of Science
(two-letter tags), Cochrane, Zotero, Rayyan, ASReview, IEEE, Springer, OpenAlex, Dimensions, Lens, ClinicalTrials.gov,
CNKI, Wanfang, SinoMed. Matching ignores case, blanks and punctuation.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["FIELDS", "canonical", "normal_heading"]

FIELDS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "titles", "article title", "document title", "primary title", "item title", "study title", "ti", "t1",
        "display_name", "paper title", "brief title", "public title", "scientific title", "title primary",
        "题名", "标题",
        "篇名", "文献题名", "论文题名", "论文标题", "文献标题", "中文标题", "中文题名", "题目",
    ),
    "translated_title": (
        "original title", "translated title", "title (english)", "english title", "foreign title", "vernacular title",
        "tt", "英文题名", "英文标题", "英文篇名", "外文题名", "其他题名",
    ),
    "authors_full": (
        "author full names", "authors full names", "full author names", "af", "authors full name",
    ),
    "authors": (
        "authors", "author", "author names", "author(s)", "author/s", "au", "a1", "creators", "creator", "author name",
        "authorships.author.display_name", "authors raw", "作者", "作者姓名", "著者", "责任者", "全部作者",
        "author list", "authors primary", "contributors",
    ),
    "editors": ("editors", "editor", "volume editors", "book editors", "ed", "be", "authors secondary", "主编"),
    "translators": ("translators", "translator", "译者"),
    "translated_authors": (
        "translated authors", "translated author", "英文作者", "作者英文名", "外文作者",
    ),
    "orcids": ("orcids", "orcid", "author orcids", "oi", "authorships.author.orcid"),
    "group_authors": (
        "group authors", "group author", "book group authors", "corporate author", "ca", "collective name",
        "primary sponsor", "sponsor", "sponsor/collaborators", "团体作者",
    ),
    "year": (
        "year", "publication year", "publication_year", "pubyear", "py", "yr", "year of publication", "pub year",
        "published year", "年",
        "年份", "年代", "发表年份", "出版年", "出版年份", "发表年",
    ),
    "date": (
        "date", "publication date", "publication_date", "date published", "date of publication", "pd", "dp",
        "create date", "issue date", "pubtime", "online date", "发表时间", "出版时间", "出版日期", "发表日期",
        "刊出日期",
        "date published online", "first posted", "date registration3", "date registration", "first submitted date",
        "publication date (online)", "publication date (print)", "start date", "pub date free from", "pubdate",
    ),
    "journal": (
        "journal", "source title", "journal/book", "publication title", "publication", "journal title", "journal name",
        "jf", "jt", "so", "t2", "secondary title", "full journal title", "journal full title", "container-title",
        "container title", "primary_location.source.display_name", "host_venue.display_name", "periodical",
        "publication name", "刊名", "期刊", "期刊名称", "文献来源", "刊名/出版社", "来源出版物", "期刊名", "来源期刊",
        "出处刊名", "anthology title", "source title/anthology title", "book title", "booktitle", "conference title",
        "periodical full", "title secondary", "pubtitle",
    ),
    "translated_journal": (
        "translated journal", "translated journal title", "英文刊名", "刊名(英文)", "外文刊名",
    ),
    "journal_abbreviation": (
        "abbreviated source title", "journal abbreviation", "ji", "ja", "j2", "j9", "ta", "iso abbreviation",
        "abbreviated journal", "journal iso abbreviation", "short journal title", "journal abbr", "periodical abbrev",
    ),
    "volume": ("volume", "vl", "vol", "vi", "journal volume", "biblio.volume", "卷", "卷号"),
    "issue": (
        "issue", "is", "ip", "number", "issue number", "journal issue", "biblio.issue", "期", "期号", "period",
    ),
    "pages": (
        "pages", "page", "page range", "pagination", "page numbers", "ps", "page info",
        "页码", "页", "起止页码", "起止页", "页数范围",
    ),
    "page_start": (
        "page start", "start page", "first page", "bp", "beginning page", "biblio.first_page", "起始页",
        "起始页码", "开始页",
    ),
    "page_end": (
        "page end", "end page", "last page", "ep", "ending page", "other pages", "biblio.last_page",
        "结束页", "终止页", "终止页码",
    ),
    "article_number": ("art. no.", "article number", "article no", "ar", "art no", "c7"),
    "doi": (
        "doi", "di", "do", "doi number", "item doi", "doi link", "digital object identifier", "book doi", "ids.doi",
        "doi-doi",
    ),
    "pmid": (
        "pmid", "pubmed id", "pubmed_id", "pubmedid", "medline pmid", "pm", "pubmed", "ids.pmid", "medline id",
        "pubmed number",
    ),
    "pmcid": ("pmcid", "pmc id", "pmc_id", "pmc", "pubmed central id", "ids.pmcid"),
    "accession": (
        "accession number", "ut", "ut (unique wos id)", "unique id", "eid", "pui", "embase accession id", "an",
        "accession", "publication id", "lens id", "nct number", "cochrane id", "record id", "流水号", "文献号",
        "accession id", "central id", "storeid", "unique-id", "openalex id", "trialid", "trial id", "cn number",
        "cochrane review id",
        "ut (unique id)", "eric number", "序列号",
    ),
    "abstract": (
        "abstract", "ab", "n2", "abstract note", "abstracts", "summary", "brief summary", "摘要", "中文摘要",
        "文摘", "内容摘要",
    ),
    "translated_abstract": ("translated abstract", "english abstract", "英文摘要", "摘要(英文)", "外文摘要"),
    "abstract_sections": ("abstract sections",),
    "related": ("related publications",),
    "keywords": (
        "keywords", "author keywords", "keyword", "de", "kw", "k1", "ot", "index keywords", "id (keywords plus)",
        "keywords plus", "manual tags", "关键词", "中文关键词", "关键字", "keywords-plus", "ieee terms",
        "emtree drug index terms", "emtree medical index terms", "emtree drug index terms (major focus)",
        "emtree medical index terms (major focus)", "conditions", "condition", "keywords.display_name", "subjects",
        "descriptor(s)", "subject", "subject terms", "subjectterms",
    ),
    "mesh": ("mesh", "mesh terms", "mesh_terms", "mh", "mesh headings", "automatic tags", "medical subject headings",
        "mesh.descriptor_name", "主题词"),
    "language": (
        "language", "la", "language of original document", "language of article", "article language", "languages", "lg",
        "语种", "语言", "文种",
    ),
    "types": (
        "document type", "publication type", "publication types", "dt", "pt", "item type", "type", "content type", "ty",
        "entrytype", "study type", "doctype", "doctypes", "文献类型", "publication_type", "type of reference",
    ),
    "issn": (
        "issn", "sn", "eissn", "ei", "issns", "print issn", "e-issn", "online issn", "issn/isbn",
        "primary_location.source.issn_l", "international standard serial number",
    ),
    "url": (
        "url", "link", "ur", "urls", "embase link", "open url link", "source urls", "external url", "pdf link",
        "study url", "article url", "web address", "dimensions url", "plink", "document url",
        "primary_location.landing_page_url", "fulltext url", "full text link", "链接", "网址", "原文链接",
        "来源链接", "l2", "links",
    ),
    "registry": (
        "clinical trial numbers", "clinical trial number", "trial registration", "registry id", "registry ids",
        "trial registration number", "注册号", "nct id", "other ids", "secondary ids", "secondary_ids",
        "ctgov id", "ictrp id",
    ),
    "source": ("source", "citation", "出处", "来源"),
    "database": (
        "database", "database name", "longdbname", "sub file/database", "source database", "srcdatabase", "db",
        "来源库", "数据库", "来源数据库",
    ),
    "platform": ("platform", "database provider", "provider"),
    "notes": ("notes", "extra", "note", "n1", "remarks", "备注"),
}  # fmt: skip
"""Canonical field -> headings, in the order in which they are believed."""

PUNCTUATION = re.compile(r"[\s\-_:：.,()（）/\"'\ufeff]+")
HAN = re.compile(r"[㐀-鿿]")


def normal_heading(heading: str) -> str:
    """Return a heading without case, blanks and punctuation."""
    return PUNCTUATION.sub("", heading).casefold()


_INDEX: dict[str, tuple[str, int]] = {
    normal_heading(name): (field, rank)
    for field, names in FIELDS.items()
    for rank, name in reversed(list(enumerate(names)))
}


@lru_cache(maxsize=4096)
def canonical(heading: str) -> tuple[str, int] | None:
    """Return the field a heading stands for and its rank among the field's headings; None if it is not known.

    A field's own name stands for itself and comes first: so the user's mapping is written.

    Examples
    --------
    >>> canonical("Source title")
    ('journal', 1)
    >>> canonical("Title-题名")[0]
    'title'
    >>> canonical("Cited by") is None
    True
    """
    if heading in FIELDS:
        return heading, -1
    if found := _INDEX.get(normal_heading(heading)):
        return found
    if HAN.search(heading) and len(parts := re.split(r"[-－:：(（]", heading.strip("）) "), maxsplit=1)) == 2:
        return next((found for part in reversed(parts) if (found := _INDEX.get(normal_heading(part)))), None)
    return None
