"""SinoMed's and VIP's own texts and NoteFirst's XML.

All samples are synthetic: real exports of SinoMed could not be had, and NoteFirst's elements are those that programs
reading Wanfang's export use.
"""

from __future__ import annotations

from jakdb.words import RawRecord, Record, Reject
from jaksearch import normalise, read_bytes
from jaksearch.formats import FileReading
from jaksearch.formats.labelled import read_sinomed, read_source


def read(text: str) -> tuple[FileReading, list[Record]]:
    reading = read_bytes(text.encode())
    return reading, [normalise(raw, format=reading.format, database=reading.database) for raw in reading.accepted]


def names(record: Record) -> list[str]:
    return [author.literal or author.family + author.given for author in record.authors]


SINOMED = """1.
【流水号】 2021100001
【标题】 口服药物治疗斑秃的疗效
【英文标题】 Efficacy of an oral drug in alopecia areata
【作者】 张伟(1);李明(1,2);王芳(2)
【作者单位】 (1)甲医院皮肤科;(2)乙医院皮肤科
【摘要】 【目的】 观察疗效。
【方法】 随机分组。
【出处】 皮肤病研究杂志 2021;35(04):101-106
【关键词】 斑秃;治疗
【主题词】 斑秃/药物疗法;随机对照试验
【文献类型】 期刊论文;随机对照试验
【ISSN】 1234-5678
【DOI】 10.5555/pf.2021.04.001
【内部记录】 x

2.
【流水号】 2021100002
【标题】 脱发研究
【作者】 赵丽
【出处】 皮肤病研究杂志 2020;(6):12
"""


def test_sinomed_text_is_known_and_read() -> None:
    reading, [first, second] = read(SINOMED)
    assert (reading.format, reading.database, reading.rejects) == ("sinomed", "SinoMed", ())
    assert (first.accession, second.accession) == ("2021100001", "2021100002")
    assert first.title == "口服药物治疗斑秃的疗效"
    assert first.translated_title == "Efficacy of an oral drug in alopecia areata"
    assert names(first) == ["张伟", "李明", "王芳"]
    assert (first.journal, first.year, first.volume, first.issue, first.pages) == (
        "皮肤病研究杂志", 2021, "35", "4", "101-106",
    )  # fmt: skip
    assert first.abstract == "【目的】 观察疗效。 【方法】 随机分组。"
    assert (first.keywords, first.mesh) == (("斑秃", "治疗"), ("斑秃/药物疗法", "随机对照试验"))
    assert (first.doi, first.issn, first.type) == ("10.5555/pf.2021.04.001", ("1234-5678",), "article-journal")
    assert (second.volume, second.issue, second.pages) == ("", "6", "12")


def test_sinomed_unknown_names_are_kept_and_said() -> None:
    reading, _ = read(SINOMED)
    assert dict(reading.accepted[0].fields)["内部记录"] == "x"
    assert reading.accepted[0].warnings == ("line 8: no tag, joined to 摘要", "line 15: unknown tag 内部记录, kept")


def test_sinomed_with_colons_and_without_blank_lines() -> None:
    reading, records = read("流水号：2020000001\n标题：斑秃\n作者：张伟\n流水号：2020000002\n标题：脱发\n期：3\n")
    assert reading.database == "SinoMed"
    assert [(record.accession, record.title, record.issue) for record in records] == [
        ("2020000001", "斑秃", ""),
        ("2020000002", "脱发", "3"),
    ]


def test_sinomed_serial_number_may_come_last() -> None:
    reading, records = read("【标题】斑秃\n【作者】张伟\n【流水号】1\n\n【标题】脱发\n【流水号】2\n")
    assert (reading.format, [record.accession for record in records]) == ("sinomed", ["1", "2"])


def test_a_record_without_title_number_or_abstract_is_rejected_with_its_line() -> None:
    found = list(read_sinomed("【标题】斑秃\n【流水号】1\n\n2.\n【关键词】脱发\n"))
    assert [type(one) for one in found] == [RawRecord, Reject]
    assert found[1].line == 4


def test_lines_may_come_one_by_one() -> None:
    assert list(read_sinomed(iter(SINOMED.split("\n")))) == list(read_sinomed(SINOMED))


def test_sources_that_are_no_sources_are_left_alone() -> None:
    assert read_source("") == {}
    assert read_source("某学术会议论文集") == {"journal": "某学术会议论文集"}
    assert read_source("皮肤病杂志 2017; 24(增刊1): 11-13")["issue"] == "增刊1"


VIP = """题　名：斑秃的治疗进展
作　者：张伟[1]；李明[2]
机　构：[1]甲医院；[2]乙医院
刊　名：皮肤病研究杂志
年　份：2019
卷　号：33
期　号：05
页　码：490-493
ISSN：1234-5678
关键词：斑秃；治疗
文　摘：综述斑秃的治疗。
网　址：http://qikan.cqvip.com/Qikan/Article/Detail?id=7001

题　名：脱发
作　者：赵丽
年　份：2018
"""


def test_vip_text_is_known_and_read() -> None:
    reading, [first, second] = read(VIP)
    assert (reading.format, reading.database, reading.rejects) == ("vip", "VIP", ())
    assert (first.title, names(first), first.abstract) == ("斑秃的治疗进展", ["张伟", "李明"], "综述斑秃的治疗。")
    assert (first.journal, first.year, first.volume, first.issue, first.pages) == (
        "皮肤病研究杂志", 2019, "33", "5", "490-493",
    )  # fmt: skip
    assert first.url == "http://qikan.cqvip.com/Qikan/Article/Detail?id=7001"
    assert first.keywords == ("斑秃", "治疗")
    assert second.year == 2018


def test_vip_brackets_and_a_name_of_its_own() -> None:
    reading, [record] = read("【题名】斑秃\n【作者】张伟\n【刊名】皮肤杂志\n【年份】2019\n")
    assert (reading.format, record.journal, record.year) == ("vip", "皮肤杂志", 2019)


def test_vip_refworks_has_braces_and_colons() -> None:
    reading, [first, second] = read(
        "{RT}: Journal\n{SR}: 1\n{A1}: 张伟;李明\n{T1}: 斑秃\n{JF}: 皮肤杂志\n{YR}: 2019\n{IS}: 05\n{OP}: 8-9+7\n"
        "{LK}: http://qikan.cqvip.com/Qikan/Article/Detail?id=7\n{RT}: Journal\n{SR}: 2\n{T1}: 脱发\n"
        "{LK}: http://qikan.cqvip.com/Qikan/Article/Detail?id=8\n"
    )
    assert (reading.format, reading.database) == ("refworks", "VIP")
    assert (first.title, names(first), first.issue, first.pages) == ("斑秃", ["张伟", "李明"], "5", "8-9")
    assert second.title == "脱发"


NOTEFIRST = """<?xml version="1.0" encoding="utf-8"?>
<Bibliographies>
<BibliographiesCount>3</BibliographiesCount>
<Bibliography>
  <PrimaryTitle><Title Lang="chi">斑秃的治疗</Title>
    <Title Lang="eng">Treatment of alopecia areata</Title></PrimaryTitle>
  <Authors>
    <Author><Info Lang="chi"><FullName>张伟</FullName><Organization>甲医院</Organization></Info>
      <Info Lang="eng"><FullName>Zhang, Wei</FullName></Info></Author>
    <Author><Info Lang="chi"><FullName>李明</FullName></Info></Author>
  </Authors>
  <Media Lang="chi">皮肤病研究杂志</Media><Media Lang="eng">Journal of Skin Studies</Media>
  <Year>2019</Year><Volume>33</Volume><Issue>05</Issue><PageScope>490-493</PageScope>
  <Abstract Lang="chi">中文摘要。</Abstract><Abstract Lang="eng">English abstract.</Abstract>
  <Keywords><keyword Lang="chi">斑秃</keyword><keyword Lang="chi">治疗</keyword>
    <keyword Lang="eng">hair</keyword></Keywords>
  <ISSN>1234-5678</ISSN><DOI>10.5555/pf.2019.05.001</DOI>
  <Url>http://d.wanfangdata.com.cn/periodical/pf201905001</Url>
</Bibliography>
<Bibliography>
  <Title>脱发研究</Title>
  <Author><Info><FullName>赵丽</FullName></Info></Author>
  <SecondaryResponsibility Responsibility="Director"><Name>王芳</Name></SecondaryResponsibility>
  <Degree>硕士</Degree><Media>某大学</Media><Year>2015</Year>
  <Url>http://d.wanfangdata.com.cn/thesis/Y1</Url>
</Bibliography>
<Bibliography><Year>2015</Year></Bibliography>
</Bibliographies>
"""


def test_notefirst_keeps_chinese_and_english_apart() -> None:
    reading, [first, second] = read(NOTEFIRST)
    assert (reading.format, reading.database, len(reading.rejects)) == ("notefirst", "Wanfang", 1)
    assert (first.title, first.translated_title) == ("斑秃的治疗", "Treatment of alopecia areata")
    assert names(first) == ["张伟", "李明"]
    assert [str(author) for author in first.translated_authors] == ["Zhang, Wei"]
    assert (first.journal, first.translated_journal) == ("皮肤病研究杂志", "Journal of Skin Studies")
    assert (first.abstract, first.translated_abstract) == ("中文摘要。", "English abstract.")
    assert (first.year, first.volume, first.issue, first.pages) == (2019, "33", "5", "490-493")
    assert (first.keywords, first.doi) == (("斑秃", "治疗"), "10.5555/pf.2019.05.001")
    assert (second.title, names(second), second.type, second.journal) == ("脱发研究", ["赵丽"], "thesis", "")


def test_notefirst_places_are_exact() -> None:
    reading, _ = read(NOTEFIRST)
    assert [one.line for one in reading.records] == [4, 20, 27]
    assert reading.records[0].text.startswith("<Bibliography>\n  <PrimaryTitle>")
    assert reading.accepted[0].warnings == ()


def test_one_broken_bibliography_harms_no_other() -> None:
    reading, records = read(NOTEFIRST.replace("<Degree>硕士</Degree>", "<Degree>硕士"))
    assert [record.title for record in records] == ["斑秃的治疗"]
    assert len(reading.rejects) == 2
