"""RefWorks, %-refer, NoteExpress and E-Study, as Chinese databases write them."""

import pytest

from jakdb.words import Record
from jaksearch import normalise, read_bytes


def read(text: str) -> list[Record]:
    reading = read_bytes(text.encode())
    assert reading.rejects == ()
    return [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]


def names(record: Record) -> list[str]:
    return [author.literal or author.family + author.given for author in record.authors]


def test_cnki_refworks_is_cleaned() -> None:
    [record] = read(
        "RT Journal Article\nSR 1\nA1 颜宏,石德成;赵伟;\nT1 外施Ca~(2+)、ABA及H_3PO_4的效应\n"
        "JF 应用生态学报\nYR 2000\nIS 06\n"
        "OP 1106-1111+1117\nK1 羊草;;Ca~(2+);\nAB <正>一(#br)二\nSN 1001-9332\nLA 中文;\nDS CNKI\n"
        "LK https://link.cnki.net/doi/10.13287/j.1001-9332.2000.0212\n"
    )
    assert names(record) == ["颜宏", "石德成", "赵伟"]
    assert (record.title, record.abstract, record.language) == ("外施Ca2+、ABA及H3PO4的效应", "一 二", "中文")
    assert (record.journal, record.issue, record.pages) == ("应用生态学报", "6", "1106-1111")
    assert record.keywords == ("羊草", "Ca2+")
    assert (record.doi, record.database) == ("10.13287/j.1001-9332.2000.0212", "CNKI")


def test_a_tag_may_stand_directly_before_a_chinese_name() -> None:
    [record] = read("RT Dissertation/Thesis\nSR 1\nA1林行众\nA3 黄三文\nT1 黄瓜\nYR 2015\n")
    assert (names(record), record.type, record.database) == (["林行众"], "thesis", "CNKI")


def test_refworks_pages_of_an_article_are_first_and_last_and_of_a_thesis_a_number() -> None:
    article, thesis = read("RT Journal\nSR 1\nT1 Hair\nSP 101\nOP 23\n\nRT Dissertation\nSR 2\nT1 Loss\nSP 141\n")
    assert (article.pages, thesis.pages) == ("101-123", "")


WANFANG = """%0 Journal Article
%A 余敏
%A 朱江
%H Yu Min
%H Zhu Jiang
%T 参考文献管理工具研究
%Q A study of tools
%J 现代情报
%J JOURNAL OF MODERN INFORMATION
%D 2009
%N 02
%V 29
%P 94-98,93
%K 参考文献管理 文献管理软件 Zotero
%R 10.3969/j.issn.1008-0821.2009.02.027
%W 北京万方数据股份有限公司
"""


def test_wanfang_refer_keeps_chinese_and_translation_apart() -> None:
    [record] = read(WANFANG)
    assert names(record) == ["余敏", "朱江"]
    assert (record.title, record.translated_title) == ("参考文献管理工具研究", "A study of tools")
    assert (record.journal, record.volume, record.issue, record.pages) == ("现代情报", "29", "2", "94-98,93")
    assert record.translated_journal == "JOURNAL OF MODERN INFORMATION"
    assert [author.family + author.given for author in record.translated_authors] == ["YuMin", "ZhuJiang"]
    assert record.keywords == ("参考文献管理", "文献管理软件", "Zotero")
    assert record.database == "Wanfang"


def test_refer_begins_a_record_at_each_type() -> None:
    first, second = read("%0 Book\n%T Hair\n%P 173 s.\n%0 Journal Article\n%T Loss\n%P 5\n%P 269-273\n")
    assert (first.title, first.type, first.pages) == ("Hair", "book", "")
    assert (second.title, second.pages) == ("Loss", "269-273")


def test_refer_without_a_type_in_front_begins_a_record_after_a_blank_line() -> None:
    first, second, third = read(
        "%T Hair\n%0 Journal Article\n%A Guo, W\n%X One.\n\n\n%T Loss\n%D 2021\n\n%T Third\n"
        "%0 Journal Article\n%A Ko, J\n"
    )
    assert [first.title, second.title, third.title] == ["Hair", "Loss", "Third"]
    assert (first.abstract, second.year, names(third)) == ("One.", 2021, ["KoJ"])


def test_a_blank_line_in_an_abstract_of_refer_ends_nothing() -> None:
    [record] = read("%0 Journal Article\n%T Hair\n%X One.\n\nTwo.\n\n%U https://example.org\n")
    assert (record.abstract, record.url) == ("One. Two.", "https://example.org")


@pytest.mark.parametrize("blank", ["", "\n\n"])
def test_noteexpress_needs_no_blank_line_between_records(blank: str) -> None:
    first, second = read(
        "{Reference Type}: Journal Article\n{Title}: 斑秃\n{Translated Title}: Alopecia areata\n"
        "{Author}: 唐力;刘启钢;\n"
        "{Author Address}: 北京,北京\n,湖北\n{Journal}: 中华杂志\n{Translated Journal}: Chinese Journal\n"
        "{ISBN/ISSN}:0253-3766\n"
        "{Keywords}: 肉瘤；诊断\n{Pages}: 004\n{Year}: 2016\n{Database Provider}: CNKI\n" + blank +
        "{Reference Type}: Thesis\n{Title}: 脱发\n{Author}: Youngre Noh\n{Database Provider}: CNKI\n"
    )  # fmt: skip
    assert (first.title, first.translated_title, first.journal) == ("斑秃", "Alopecia areata", "中华杂志")
    assert (names(first), first.keywords, first.pages) == (["唐力", "刘启钢"], ("肉瘤", "诊断"), "4")
    assert (first.issn, first.database) == (("0253-3766",), "CNKI")
    assert (second.title, second.type, str(second.authors[0])) == ("脱发", "thesis", "Noh, Youngre")


@pytest.mark.parametrize("first_tag", ["DataType: 1\n", "SrcDatabase-来源库: 期刊\n"])
def test_estudy_needs_no_blank_line_between_records(first_tag: str) -> None:
    one = (
        "Title-题名: 斑秃\nAuthor-作者: 柯洪琴;陈璿英;\nSource-刊名: 中南药学\nYear-年: 2021\nPeriod-期: 01\n"
        "Roll-卷: 19\n"
        "Page-页码: 168-170\nSummary-摘要: <正>苯妥英钠\n"
        "Link-链接: https://kns.cnki.net/detail.aspx?FileName=ZNYX202101034&D=1\n"
    )
    first, second = read(f"{first_tag}{one}{first_tag}{one}")
    assert first == second
    assert names(first) == ["柯洪琴", "陈璿英"]
    assert (first.journal, first.volume, first.issue, first.pages) == ("中南药学", "19", "1", "168-170")
    assert (first.abstract, first.accession, first.database) == ("苯妥英钠", "ZNYX202101034", "CNKI")


def test_names_in_both_scripts_are_kept_but_not_those_of_the_record_before() -> None:
    text = "".join(
        f"{{Reference Type}}: Journal Article\n{{Title}}: {title}\n{{Database Provider}}: 万方\n"
        + "".join(f"{{Author}}: {name}\n" for name in people)
        for title, people in (
            ("斑秃", ("王伟", "Wang Wei")),
            ("脱发", ("李强", "Wang Wei", "Li Qiang")),
            ("毛发", ("李强", "Li Qiang")),
        )
    )
    reading = read_bytes(text.encode())
    records = [normalise(raw, format=reading.format) for raw in reading.accepted]
    assert [names(record) for record in records] == [["王伟"], ["李强"], ["李强"]]
    translated = [[author.family + author.given for author in record.translated_authors] for record in records]
    assert translated == [["WangWei"], ["LiQiang"], ["LiQiang"]]
    assert reading.accepted[1].fields[4] == ("Author of the record before", "Wang Wei")
    assert reading.warnings == ("1 record: English author names of the record before, left out of the authors",)


@pytest.mark.parametrize(
    ("text", "database"),
    [
        ("RT Journal Article\nSR 1\nT1 斑秃\nDS 万方数据\n", "Wanfang"),
        ("%0 Journal Article\n%T 斑秃\n%U https://d.wanfangdata.com.cn/x\n", "Wanfang"),
        ("%0 Journal Article\n%T 斑秃\n%W SinoMed\n", "SinoMed"),
        (
            "{Reference Type}: Journal Article\n{Title}: 斑秃\n{Database Provider}: 中国生物医学文献服务系统\n",
            "SinoMed",
        ),
        ("{Reference Type}: Journal Article\n{Title}: 斑秃\n{URL}: http://qikan.cqvip.com/x\n", "VIP"),
        ("%0 Journal Article\n%T Hair\n", ""),
    ],
)
def test_chinese_databases_are_known_by_their_marks(text: str, database: str) -> None:
    assert read_bytes(text.encode()).database == database
