"""Read the texts of SinoMed and VIP, whose fields have Chinese names (``【标题】…``, ``题名：…``).

Real exports of SinoMed could not be had: the names are those that its pages, tables and guides use, and both ways of
writing them are read. ``【目的】`` and the like stand inside abstracts and are no fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jakdb.words import RawRecord, Reject
from jaksearch.formats.chinese import apart, clean_markup, plain_number, split_words
from jaksearch.formats.meaning import Meaning, Values, csl_type
from jaksearch.formats.references import link_doi
from jaksearch.formats.tagged import Dialect, read_dialect
from jaksearch.formats.values import clean_doi, expand_pages, find_pmid

__all__ = ["read_sinomed", "read_vip", "sinomed_meaning", "vip_meaning"]

_NAMES = """
    序号 流水号 标题 中文标题 英文标题 题名 中文题名 英文题名 篇名 题目 文题 外文题名 作者 著者 中文作者 英文作者
    外文作者 第一作者 通讯作者 责任者 作者单位 著者单位 单位 机构 作者机构 第一著者单位 国省市名 地址 摘要 中文摘要
    文摘 英文摘要 外文摘要 关键词 中文关键词 英文关键词 外文关键词 主题词 特征词 副主题词 分类号 中图分类号 出处
    刊名 期刊 期刊名称 来源 来源期刊 文献来源 英文刊名 刊名缩写 出版物 年 年份 出版年 年代 出版日期 发表日期 卷 卷号
    期 期号 页 页码 起止页 起始页 终止页 页数 文章编号 ISSN ISSN号 国际标准刊号 国内刊号 CN CN号 国内代码 内部代码
    DOI PMID PMCID 语种 语言 文种 文献类型 类型 资助类别 基金 基金资助 基金项目 网址 链接 URL 数据来源 数据库 来源库
    收录 收录情况 会议名称 学位 导师 授予单位 出版者 出版地 被引频次 更新日期 相关文献 参考文献 全文链接
"""
NAMES = tuple(_NAMES.split())
TITLES = ("标题", "中文标题", "题名", "中文题名", "篇名", "题目", "文题")
FIRST = frozenset(("序号", "流水号", *TITLES))
# Some exports spread two characters over the width of the column: "题　名".
SPREAD = {f"{name[0]}{gap}{name[1]}": name for name in NAMES if len(name) == 2 for gap in (" ", "  ", "　", "　　")}
TAGS = frozenset((*NAMES, *SPREAD))
_EITHER = "|".join(map(re.escape, sorted(TAGS, key=len, reverse=True)))
# In brackets any name counts but those of an abstract's sections; without them only a known one before a colon.
_SECTIONS = (
    "目的|方法|结果|结论|背景|目标|对象|讨论|材料|资料|设计|意义|前言|引言|病例|临床|创新|局限|总结|关键词：|"
    "AIM|BACK|OBJ|METH|RESU|CONC|PURP|Aim|Back|Obj|Meth|Resu|Conc|Purp"
)
LINE = re.compile(
    rf"(?:【(?!\s*(?:{_SECTIONS}))|\[(?=(?:{_EITHER})\])|(?=(?:{_EITHER})\s*[:：]))"
    r"\s*([^】\]:：]{1,20}?)\s*(?:[】\]]\s*[:：]?|[:：])\s*(.*)$"
)
MARK = re.compile(r"\s*(?:第\s*\d{1,6}\s*条|记录\s*\d{1,6}|\[\d{1,6}\]|\d{1,6}\s*[.．、])\s*$")
PLACE = re.compile(r"[(（\[［][\d,，、*#\s]{1,12}[)）\]］]|(?<=[㐀-鿿])[\d*#△▲]+(?:[,，]\d+)*")
MAX_SOURCE = 400
"""Characters in which a source is looked for: what is longer is no citation, and takes long to take apart."""
SOURCE = re.compile(
    r"(?P<journal>.+?)[\s,，.．。;；]+(?P<year>(?:19|20)\d\d)\s*(?:年)?[\s,，;；]*"
    r"(?:(?:第\s*)?(?P<volume>[A-Za-z]?\d{1,4})\s*卷?)?\s*"
    r"(?:[(（]\s*(?P<issue>[^()（）]{1,20})\s*[)）]|(?:第\s*)?(?P<number>[A-Za-z\d]{1,8})\s*期)?\s*"
    r"(?:[:：,，;；]?\s*(?:第\s*)?(?P<pages>[A-Za-z]?\d[\w\-–—~,，+ ]*?)\s*页?)?\s*[.．。;；]?$"
)


def _begins(tag: str, value: str, tags: frozenset[str], blank: bool) -> bool:
    """Say whether a line begins a record: a number or a title that stands again."""
    return SPREAD.get(tag, tag) in FIRST and (not tags or tag in tags)


DIALECT = Dialect(
    line=LINE,
    begins=_begins,
    first="标题",
    tags=TAGS,
    mark=MARK,
    known_by=frozenset(
        (*TITLES, "英文标题", "英文题名", "外文题名", "流水号", "DOI", "PMID", "摘要", "文摘", "题 名", "题　名")
    ),
    people=frozenset(("作者", "著者", "作 者", "作　者")),
    where=frozenset(("出处", "刊名", "期刊", "年", "年份", "刊 名", "刊　名")),
)


def read_sinomed(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of SinoMed's own text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> text = "【流水号】2020000001\n【标题】斑秃\n【摘要】【目的】一。\n【方法】二。\n"
    >>> text += "\n【流水号】2020000002\n【标题】脱发\n"
    >>> [dict(record.fields)["流水号"] for record in read_sinomed(text)]
    ['2020000001', '2020000002']
    """
    return read_dialect(text, DIALECT)


def read_vip(text: str | Iterable[str], *, columns: object = None) -> Iterator[RawRecord | Reject]:
    r"""Yield every record of VIP's own text, numbered from 1; `columns` is not used.

    Examples
    --------
    >>> [record] = read_vip("题名：斑秃\n作者：张伟；李明\n")
    >>> record.fields
    (('题名', '斑秃'), ('作者', '张伟；李明'))
    """
    return read_dialect(text, DIALECT)


def sinomed_meaning(raw: RawRecord) -> Meaning:
    """Return what the fields of SinoMed's text say; 流水号 is what SinoMed calls the record."""
    return _meaning(raw, "SinoMed")


def vip_meaning(raw: RawRecord) -> Meaning:
    """Return what the fields of VIP's text say."""
    return _meaning(raw, "VIP")


def read_source(text: str) -> dict[str, str]:
    """Take apart what SinoMed prints as the source of a record; the whole text is the journal where that fails.

    Examples
    --------
    >>> read_source("中华皮肤科杂志 2020;53(4):300-305")
    {'journal': '中华皮肤科杂志', 'year': '2020', 'volume': '53', 'issue': '4', 'pages': '300-305'}
    >>> read_source("中国皮肤杂志,2018年,第32卷,第05期,490-493页")["issue"], read_source("内部资料")
    ('05', {'journal': '内部资料'})
    """
    if len(text) > MAX_SOURCE:
        return {}
    text = re.sub(r"(?<=[卷年期])[,，]\s*", "", " ".join(text.split()))
    match = SOURCE.fullmatch(text)
    if match is None:
        return {"journal": text} if 0 < len(text) <= 60 else {}
    found = {name: value.strip(" ,，") for name, value in match.groupdict(default="").items()}
    found["issue"] = found["issue"] or found["number"]
    found.pop("number")
    return found


def _meaning(raw: RawRecord, database: str) -> Meaning:
    """Return what the fields say."""
    values = Values((SPREAD.get(tag, tag), value) for tag, value in raw.fields)
    first, every = values.first, values.all
    source = read_source(first("出处", "来源"))
    journal = first("刊名", "期刊", "期刊名称", "来源期刊", "文献来源", "出版物", "会议名称")
    if not source and (whole := read_source(journal)).get("pages"):  # VIP may print the whole citation there
        source, journal = whole, whole["journal"]
    title, second = apart(map(clean_markup, every(*TITLES)))
    links = every("网址", "链接", "URL", "全文链接")
    start, end = first("起始页"), first("终止页")
    pages = first("页码", "页", "起止页") or (f"{start}-{end}" if start and end else start) or source.get("pages", "")
    types = every("文献类型", "类型")
    abstract = clean_markup(first("摘要", "中文摘要", "文摘"))
    english = clean_markup(first("英文摘要", "外文摘要"))
    return Meaning(
        title=title,
        translated_title=clean_markup(first("英文标题", "英文题名", "外文题名")) or second,
        authors=[PLACE.sub("", text).strip("；; ,，") for text in every("作者", "著者", "中文作者", "责任者")],
        translated_authors=every("英文作者", "外文作者"),
        date=[*every("出版日期", "发表日期"), *every("年", "年份", "出版年", "年代"), source.get("year", "")],
        journal=journal or source.get("journal", ""),
        translated_journal=first("英文刊名"),
        journal_abbreviation=first("刊名缩写"),
        volume=plain_number(first("卷", "卷号") or source.get("volume", "")),
        issue=plain_number(first("期", "期号") or source.get("issue", "")),
        pages=plain_number(expand_pages(pages)),
        doi=next((doi for text in every("DOI") if (doi := clean_doi(text))), "") or link_doi(links),
        pmid=next((text.strip() for text in every("PMID") if text.strip().isdigit()), "")
        or next((found for link in links if (found := find_pmid(link))), ""),
        registry=every(*TITLES, "摘要", "中文摘要", "文摘", "英文标题", "英文摘要"),
        accession=first("流水号"),
        abstract=abstract or english,
        translated_abstract=english if abstract else "",
        keywords=split_words(map(clean_markup, every("关键词", "中文关键词"))),
        mesh=[text.replace("；", ";") for text in every("主题词")],
        language=first("语种", "语言", "文种"),
        types=[word for text in types for word in re.split(r"[;；,，]", text)],
        issn=every("ISSN", "ISSN号", "国际标准刊号"),
        url=next((link.strip() for link in links if link.strip().startswith(("http", "//"))), ""),
        type=csl_type(types) or ("thesis" if every("学位", "授予单位", "导师") else "article-journal"),
        database=database,
    )
