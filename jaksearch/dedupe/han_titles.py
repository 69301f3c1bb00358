"""Read titles written in Chinese: what they tell, their parts, their numerals.

Few Chinese characters are not few Latin letters, and a title of fifteen characters may be made of nothing but the
words of every title ("the observation of the clinical effect of the application of ..."). So what fills a title is
taken away before its length is judged.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

from jaksearch.dedupe.text import han_count

__all__ = [
    "are_particles",
    "different_characters",
    "digits_for_roman",
    "han_parts",
    "is_generic_han",
    "is_specific_han",
    "telling_text",
]

_FILLER = re.compile(
    r"临床|治疗|疗效|效果|影响|观察|分析|研究|应用|进展|体会|探讨|评价|比较|对比|价值|意义|作用|现状|对策|患者|病人|护理|干预|因素|"
    r"相关性|生活质量|优质|服务|质量|管理|模式|健康教育|路径|随机|对照|试验|实验|回顾性|前瞻性|调查|特点|情况|需求|关系|以及|及其|"
    r"与|和|及|对|在|中|的|之|于|用|例|报告|病例|初步|近期|远期|方法|综合|常规|不同|联合|一种|新型|问题|思考|浅谈|浅析|试论|系统|meta"
)
_GENERIC = re.compile(
    r"(?:征稿|征订|征文|投稿|稿约|启事|须知|书讯|消息|简讯|会议通知|会议纪要|撤稿声明|本刊声明|严正声明|致谢|目次|总目录|总索引|编委会?名单|审稿专家名单|"
    r"读者来信|来信|编者按|编后语?|卷首语|发刊词|前言|序言|引言|社论|述评|专家论坛|病例报告|个案报道|短篇报道|问题解答|答读者问|新书介绍|"
    r"更正|勘误|勘误表)$"
)
_DIGITS = {c: str(i) for i, c in enumerate("一二三四五六七八九十", 1)}
_PLACES = {"上": "first", "中": "middle", "下": "last", "续": "more"}
_PART = re.compile(
    r"(?:第\s*([一二三四五六七八九十]|\d{1,2})\s*(?:部分|报|期|辑|讲|回|篇|章)|"
    r"(?<![a-z0-9_~])\(\s*([一二三四五六七八九十上中下续]|\d)\s*\)|之([一二三四五六七八九十上中下])\s*$)"
)
# "ⅱ型", "iii期": a roman numeral that people also type as a digit.
_ROMAN = re.compile(r"(?<![a-z\d])(i{1,3}|iv|vi{0,3})(?=\s*[型期度级类相])")
_ROMAN_DIGITS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}


def digits_for_roman(folded: str) -> str:
    """Return a folded title with the roman numerals of types, stages and grades as digits.

    >>> digits_for_roman("ii型糖尿病合并iii期肾病")
    '2型糖尿病合并3期肾病'
    """
    return _ROMAN.sub(lambda found: _ROMAN_DIGITS[found[1]], folded)


def han_parts(folded: str) -> list[str]:
    """Return which parts of a series a folded title names.

    >>> han_parts("医学统计学讲座(二)"), han_parts("斑秃的诊断(上)"), han_parts("k_(5)细胞"), han_parts("脱发 第1回")
    (['part 2'], ['part first'], [], ['part 1'])
    """
    found = ("".join(groups) for groups in _PART.findall(folded))
    return [f"part {_DIGITS.get(part) or _PLACES.get(part) or part}" for part in found]


def is_specific_han(squeezed: str) -> bool:
    """Say whether a Chinese title names one paper by itself.

    >>> is_specific_han("托法替布治疗斑秃的疗效与安全性观察"), is_specific_han("优质护理服务在手术室护理中的应用效果")
    (True, False)
    """
    return len(squeezed) >= 12 and _weight(telling_text(squeezed)) >= 9


def is_generic_han(squeezed: str) -> bool:
    """Say whether a Chinese title is too short or too common to identify a paper even beside other facts.

    >>> [is_generic_han(title) for title in ("中华皮肤科杂志征稿启事", "白癜风误诊1例", "无痛胃镜检查的护理配合")]
    [True, True, False]
    """
    return _weight(squeezed) < 8 or _weight(telling_text(squeezed)) < 3 or _GENERIC.search(squeezed) is not None


def different_characters(one: str, other: str) -> tuple[list[str], list[str]]:
    """Return the runs of characters in which two squeezed titles differ.

    >>> different_characters("口服托法替布治疗斑秃的疗效", "口服巴瑞替尼治疗斑秃疗效")
    (['托法', '布', '的'], ['巴瑞', '尼'])
    """
    runs = [op for op in Levenshtein.opcodes(one, other) if op.tag != "equal"]
    return (
        [one[r.src_start : r.src_end] for r in runs if r.src_start < r.src_end],
        [other[r.dest_start : r.dest_end] for r in runs if r.dest_start < r.dest_end],
    )


def are_particles(runs: list[str]) -> bool:
    """Say whether runs of characters are particles that printings of one title leave out or exchange."""
    return all(c in "的之与和及并" for run in runs for c in run)


def telling_text(squeezed: str) -> str:
    """Return a title without what fills it.

    >>> telling_text("托法替布治疗斑秃的疗效与安全性观察")
    '托法替布斑秃安全性'
    """
    return _FILLER.sub("", squeezed)


def _weight(text: str) -> int:
    """Return the length in Chinese characters; three Latin letters say as much as one."""
    han = han_count(text)
    return han + (len(text) - han) // 3
