"""Chinese papers as CNKI, Wanfang, VIP, SinoMed, Airiti and PubMed print them: one paper is one, two stay two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jakdb.words import Author, Record
from jaksearch.dedupe import Verdict, decide, find_duplicates
from jaksearch.dedupe.features import see_authors, see_journal
from jaksearch.dedupe.han_notes import strip_han_notes
from jaksearch.dedupe.journals import compare_journals
from jaksearch.dedupe.names import compare_names, read_name
from jaksearch.dedupe.notes import notice_of
from jaksearch.dedupe.prepare import prepare
from jaksearch.dedupe.sounds import name_sounds_like
from jaksearch.dedupe.stored import facts_from_json, facts_to_json
from jaksearch.dedupe.text import fold
from jaksearch.dedupe.titles import match_titles, read_title
from jaksearch.formats.people import read_authors


def people(names: str) -> tuple[Author, ...]:
    return read_authors([names], listed=True)


PAPER = Record(
    title="托法替布治疗中重度斑秃的疗效与安全性观察",
    authors=people("单国强;李娜;欧阳明"),
    year=2019,
    journal="中华皮肤科杂志",
    volume="52",
    issue="8",
    pages="560-563",
)
PUBMED = Record(
    title="[Efficacy and safety of tofacitinib in moderate-to-severe alopecia areata]",
    authors=people("Shan GQ, Li N, Ouyang M"),
    year=2019,
    journal="Zhonghua Pi Fu Ke Za Zhi",
    volume="52",
    issue="8",
    pages="560-563",
)


def verdict(one: Record, other: Record) -> Verdict:
    """Return the verdict on a pair, the same whichever comes first and found by the keys unless they are apart."""
    first, second = decide(one, other), decide(other, one)
    assert (first.kind, first.relation, first.score) == (second.kind, second.relation, second.score)
    found = find_duplicates([replace(one, id=1), replace(other, id=2)])
    pairs = (*found.merges, *found.asks, *found.relations)
    assert [pair.kind for pair in pairs] == ([] if first.kind == "apart" else [first.kind])
    return first


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("乾燥綜合徵患者頭髮移植術後並發症", "干燥综合征患者头发移植术后并发症"),
        ("裏急後重與鍼灸", "里急后重与针灸"),
        ("色素沈著", "色素沈着"),
        ("血小板黏附與麻痺", "血小板粘附与麻痹"),
        ("２型糖尿病（附３０例）", "2型糖尿病(附30例)"),
    ],
)
def test_scripts_and_widths_of_one_text_fold_to_one(one: str, two: str) -> None:
    assert fold(one) == fold(two)


def test_words_of_taiwan_stay_as_they_are() -> None:
    """A character table, not a translation: databases print the words of a Taiwanese paper in simplified characters."""
    assert fold("雷射治療與網路調查") == "雷射治疗与网路调查"


@pytest.mark.parametrize(
    ("one", "two", "kind"),
    [
        ("CO_2点阵激光治疗痤疮瘢痕的临床观察", "CO2点阵激光治疗痤疮瘢痕的临床观察", "equal"),
        ("Ⅱ型糖尿病患者的饮食控制情况", "2型糖尿病患者的饮食控制情况", "equal"),
        ("托法替布治疗斑秃的疗效[J/OL]", "托法替布治疗斑秃的疗效", "equal"),
        ("托法替布治疗斑秃的疗效(英文)", "托法替布治疗斑秃的疗效", "equal"),
        ("【网络首发】托法替布治疗斑秃的疗效", "托法替布治疗斑秃的疗效", "equal"),
        ("托法替布治疗斑秃的疗效与安全性", "托法替布治疗斑秃疗效及安全性", "near"),
        ("托法替布治疗斑秃的疗效与安全性", "巴瑞替尼治疗斑秃的疗效与安全性", "alike"),
        ("慢性乙型肝炎的抗病毒治疗进展", "慢性丙型肝炎的抗病毒治疗进展", "words"),
    ],
)
def test_titles_are_compared_by_character(one: str, two: str, kind: str) -> None:
    assert match_titles(read_title(one), read_title(two)).kind == kind


def test_what_differs_is_shown_by_character() -> None:
    found = match_titles(read_title("慢性乙型肝炎的抗病毒治疗进展"), read_title("慢性丙型肝炎的抗病毒治疗进展"))
    assert found.words == "words differ: 乙 / 丙"


@pytest.mark.parametrize(
    "title", ["编者按", "述评", "前言", "社论", "致读者", "专家论坛", "病例报告", "本刊2020年征稿启事", "白癜风误诊1例"]
)
def test_common_titles_are_generic(title: str) -> None:
    assert read_title(title).generic


def test_a_title_of_the_words_of_all_titles_is_not_specific() -> None:
    assert not read_title("优质护理服务在手术室护理中的应用效果观察").specific
    assert read_title(PAPER.title).specific


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("讲座(一)", "讲座(二)"),
        ("斑秃的诊治(上)", "斑秃的诊治(下)"),
        ("脱毛症 第1回", "脱毛症 第2回"),
        ("斑秃之一", "斑秃之二"),
    ],
)
def test_parts_of_a_series_are_told(one: str, two: str) -> None:
    assert read_title(one).parts != read_title(two).parts


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        ("《斑秃的治疗》一文的更正", "erratum"),
        ("勘误:斑秃的治疗", "erratum"),
        ("关于《斑秃的治疗》一文的撤稿声明", "retraction notice"),
        ("【已撤稿】斑秃的治疗", ""),
        ("与“斑秃的治疗及预后”一文商榷", "comment"),
        ("《中国斑秃诊疗指南》解读", "comment"),
        ("对《斑秃的治疗》一文的答复", "reply"),
        ("口服药物治疗斑秃的随机对照试验研究方案", "protocol"),
        ("斑秃化疗方案的比较", ""),
        ("基于《伤寒论》的用药规律", ""),
    ],
)
def test_notices_in_chinese_are_known(title: str, notice: str) -> None:
    assert notice_of(title) == notice


def test_letters_in_round_brackets_are_no_notes() -> None:
    assert strip_han_notes(fold("维生素(C)的代谢")) == "维生素(c)的代谢"


@pytest.mark.parametrize(
    ("han", "latin", "level"),
    [
        ("单国强", "Shan, Guoqiang", 2),
        ("解立新", "Xie LX", 2),
        ("查显友", "Zha X", 2),
        ("仇晓春", "Qiu Xiao-Chun", 2),
        ("曾庆红", "Zeng Q", 2),
        ("尉迟敏", "Yuchi Min", 2),
        ("诸葛建", "Zhuge J", 2),
        ("吕文达", "Lyu WD", 2),
        ("吕文达", "Lv Wenda", 2),
        ("蔡孟哲", "Tsai, Meng-Che", 2),
        ("許志偉", "Hsu CW", 2),
        ("黄子诚", "Wong KH", 1),
        ("王伟", "Wang", 1),
        ("王伟", "Wang L", 0),
        ("单国强", "Dai GQ", 0),
        ("曹阳", "Yang C", 0),
    ],
)
def test_names_meet_by_their_sound(han: str, latin: str, level: int) -> None:
    chinese, other = read_name(read_authors([han])[0]), read_name(people(latin)[0])
    assert chinese is not None
    assert other is not None
    assert name_sounds_like(chinese.han, other) == level


def test_chinese_names_of_one_family_are_two_people() -> None:
    one, two = (read_name(Author(family="王", given=given)) for given in ("伟", "强"))
    assert one is not None
    assert two is not None
    assert compare_names(one, two) == 0.0
    assert compare_names(one, one) == 1.0


@pytest.mark.parametrize(
    "names",
    [
        "单国强,李娜,欧阳明",
        "单国强、李娜、欧阳明",
        "单国强 李娜 欧阳明",
        "单国强[1];李娜[2];欧阳明[1]",
        "單國強；李娜；歐陽明",
        "单国强;李娜;等",
    ],
)
def test_lists_of_authors_are_one_however_they_are_parted(names: str) -> None:
    assert verdict(PAPER, replace(PAPER, authors=people(names))).kind == "merge"


@pytest.mark.parametrize(
    ("latin", "level"),
    [
        ("zhonghua pi fu ke za zhi", 2),
        ("zhonghua pifuke zazhi = chinese journal of dermatology", 2),
        ("chinese journal of dermatology", 1),
        ("zhonghua er ke za zhi", 0),
        ("national medical journal", None),
    ],
)
def test_journals_meet_by_sound_or_field(latin: str, level: int | None) -> None:
    assert compare_journals("中华皮肤科杂志", latin) == compare_journals(latin, "中华皮肤科杂志") == level


@pytest.mark.parametrize(
    "other",
    [
        PUBMED,
        replace(PUBMED, authors=people("Shan, Guo-Qiang and Li, Na and Ouyang, Ming"), pages="560-3"),
        replace(PUBMED, journal="Chinese Journal of Dermatology"),
        replace(PUBMED, journal="", issue=""),
        replace(PUBMED, authors=PUBMED.authors[:1]),
        replace(PUBMED, year=2020),
        replace(PUBMED, pages="560"),
        replace(PUBMED, title=PUBMED.title.strip("[]"), translated_title=PAPER.title, volume="", pages=""),
    ],
)
def test_a_chinese_paper_and_its_english_record_are_one(other: Record) -> None:
    assert verdict(PAPER, other).kind == "merge"
    bilingual = replace(PAPER, title=f"{PAPER.title} {PUBMED.title.strip('[]')}")
    assert verdict(bilingual, other).kind == "merge"


def test_cnki_leaves_the_volume_out() -> None:
    assert verdict(replace(PAPER, volume=""), PUBMED).kind == "merge"
    assert verdict(replace(PAPER, volume="", issue=""), PUBMED).kind == "ask"


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (replace(PUBMED, pages="564-567"), "apart"),
        (replace(PUBMED, journal="Zhonghua Er Ke Za Zhi"), "ask"),
        (replace(PUBMED, authors=people("Zhao K, Sun M")), "ask"),
        (replace(PUBMED, authors=people("Shan GQ"), journal="Medical Monthly"), "ask"),
        (replace(PUBMED, pages=""), "ask"),
        (replace(PUBMED, pages="", issue="9"), "apart"),
        (replace(PUBMED, pages="", journal="Medical Monthly"), "apart"),
        (replace(PUBMED, authors=people("Zhao K, Sun M"), issue="9"), "apart"),
        (replace(PUBMED, year=2015, volume="48"), "apart"),
        (replace(PUBMED, authors=people("Zhao K"), pages="", journal="Lancet"), "apart"),
    ],
)
def test_less_than_people_place_and_journal_is_no_merge_across_scripts(other: Record, kind: str) -> None:
    assert verdict(PAPER, other).kind == kind


def test_a_record_with_both_names_is_compared_by_those_of_its_other_script() -> None:
    both = replace(PAPER, authors=people("朴英姬;李娜"), translated_authors=people("Piao YJ, Li N"))
    seen = see_authors(prepare(both), prepare(replace(PUBMED, authors=people("Piao YJ, Li N"))))
    assert seen.level == "same"
    translated = replace(both, translated_journal="Chinese Journal of Dermatology")
    assert see_journal(prepare(translated), prepare(replace(PUBMED, journal="Chin J Dermatol"))).level == "same"


def test_names_in_two_scripts_are_kept_in_a_store() -> None:
    facts = prepare(replace(PAPER, translated_authors=PUBMED.authors, translated_journal=PUBMED.journal))
    assert facts_from_json(facts_to_json(facts)) == facts
    assert [name.han for name in facts.names] == ["单国强", "李娜", "欧阳明"]


def test_japanese_and_korean_names_are_not_read_in_chinese() -> None:
    english = replace(PUBMED, authors=people("Tanaka I, Sato H"), journal="Nihon Naika Gakkai Zasshi")
    for title in ("慢性心不全患者における在宅酸素療法の効果", "高齢者臨床検査値変動観察報告"):
        japanese = replace(PAPER, title=title, authors=people("田中一郎;佐藤花子"), journal="日本内科学会雑誌")
        assert see_authors(prepare(japanese), prepare(english)).level == "unknown"
        assert verdict(japanese, english).kind == "ask"
    korean = replace(
        PAPER, title="노인 우울증 환자의 인지기능 저하", authors=people("김민수;이지영"), journal="신경정신의학"
    )
    assert see_authors(prepare(korean), prepare(english)).level == "unknown"
    half = replace(PAPER, title="ｱﾄﾋﾟｰ性皮膚炎患者の睡眠障害に関する検討")
    assert verdict(half, replace(half, title="アトピー性皮膚炎患者の睡眠障害に関する検討")).kind == "merge"


def test_online_first_and_the_issue_of_the_next_year_are_one() -> None:
    first = replace(PAPER, title=f"{PAPER.title}(网络首发)", year=2018, volume="", issue="", pages="1-6")
    assert verdict(first, PAPER).kind == "merge"
    assert verdict(replace(first, pages=""), PAPER).kind == "merge"
    assert verdict(replace(first, year=2015), PAPER).kind != "merge"
    assert verdict(replace(first, authors=first.authors[:1]), PAPER).kind != "merge"


def test_a_stock_phrase_needs_people_or_pages() -> None:
    stock = replace(PAPER, title="循证护理在急性心肌梗死患者中的应用", authors=(), volume="", issue="", pages="")
    assert verdict(stock, stock).kind == "ask"
    assert verdict(replace(stock, authors=PAPER.authors), replace(stock, authors=PAPER.authors)).kind == "merge"


def test_theses_of_other_schools_and_years_stay_apart() -> None:
    thesis = Record(
        title="血府逐瘀汤治疗冠心病心绞痛的临床研究",
        authors=people("王晓明"),
        year=2015,
        journal="山东中医药大学",
        type="thesis",
    )
    assert verdict(thesis, replace(thesis, title=f"{thesis.title}[D]")).kind == "merge"
    for other in (replace(thesis, journal="湖北中医药大学"), replace(thesis, year=2018)):
        assert verdict(thesis, other).kind != "merge"
    paper = replace(PAPER, title=thesis.title, authors=people("王晓明;李娜"), year=2016)
    assert verdict(thesis, paper).relation == "same study"


def test_a_paper_of_a_meeting_is_related_to_that_of_a_journal() -> None:
    meeting = replace(
        PAPER,
        journal="中华医学会第21次皮肤性病学术年会论文汇编",
        type="paper-conference",
        volume="",
        issue="",
        pages="312",
    )
    assert verdict(meeting, replace(PAPER, year=2020)).relation == "conference abstract"
