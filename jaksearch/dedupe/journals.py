"""Compare the names of journals: abbreviations, acronyms, and Chinese names with Latin ones."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from jaksearch.dedupe.han import has_ideographs
from jaksearch.dedupe.sounds import is_pinyin_journal, sounds_like
from jaksearch.dedupe.text import word_set, words

__all__ = ["compare_journals", "journal_words", "same_journal"]

_STOP = word_set("of the and for in on de la le les du des der die das und en et y a an e d el del & online print")
# What a Chinese journal's name says of its field, and how the English name begins the same word.
_FIELDS = """
    皮肤:derm,skin 性病:vener,sex 心血管:cardi,heart 心脏:cardi,heart 循环:circul 神经:neuro,nerv
    脑:cerebr,brain,stroke 卒中:stroke 内科:internal 外科:surg 骨:orthop,bone 儿科:pediatr,paediatr
    妇:gynec,gynaec,obstet,women 产:obstet,perinat 眼:ophthal,eye,ocul 耳鼻咽喉:otolaryng,otorhin
    口腔:stomat,oral,dent 肿瘤:oncol,cancer,tumo 癌:cancer,oncol 结核:tubercul 呼吸:respir 消化:digest,gastro
    肝:hepat,liver 胃肠:gastro 内分泌:endocr 代谢:metab 糖尿病:diabet 肾:nephr,kidney 泌尿:urol
    血液:hemat,haemat,blood 风湿:rheum 免疫:immun 感染:infect 传染:infect,contag 流行病:epidem 预防:prevent
    精神:psych 心理:psycho,mental 麻醉:anesth,anaesth 急救:emerg,critical 急诊:emerg 危重:critical,intensive
    重症:critical,intensive 创伤:traum 烧伤:burn 整形:plast,aesthet 美容:cosmet,aesthet 放射:radiol 影像:imag
    超声:ultraso 检验:laborat,clinical 病理:pathol 药理:pharmacol 药学:pharm 药物:drug,pharm 护理:nurs 康复:rehabil
    针灸:acupunc 中医:traditional 中药:materia,traditional 中西医:integrat 老年:geriatr,gerontol,elder 营养:nutri
    移植:transplant 医院感染:nosocom 公共卫生:public,health 男科:androl 生殖:reprod 肛肠:proctol,anorect,colorect
    微创:minimal 胸:thorac 血管:vascul,angi 疼痛:pain 睡眠:sleep 医学教育:education 循证:evidence 全科:general,family
    职业:occup,industr 环境:environ 寄生虫:parasit 实验:experiment
"""
_FIELD_STEMS = tuple((row.partition(":")[0], tuple(row.partition(":")[2].split(","))) for row in _FIELDS.split())


@lru_cache(maxsize=8192)
def journal_words(journal: str) -> tuple[str, ...]:
    """Return the telling words of a folded journal name, without subtitle, place and filler.

    >>> journal_words("jama surgery : official organ"), journal_words("oncology (williston park)")
    (('jama', 'surgery'), ('oncology',))
    """
    text = re.sub(r"[(\[][^)\]]*(?:[)\]]|$)", " ", journal)
    head = re.split(r"\.?\s*\bconference\s*:|\s[:=/]\s|(?<=\w):\s|\.\s*--?\s", text)[0]
    found = [w for w in words(head) if w not in _STOP]
    if not found:
        found = [w for w in words(journal) if w not in _STOP]
    return tuple(found)


def compare_journals(a: str, b: str) -> int | None:
    """Return 2 for one journal, 1 for perhaps one, 0 for two; None if a Chinese and another name cannot be compared.

    >>> names = ("zhonghua pi fu ke za zhi", "chin j dermatol", "zhonghua er ke za zhi", "medical monthly")
    >>> [compare_journals("中华皮肤科杂志", name) for name in names]
    [2, 1, 0, None]
    """
    if (a.isascii() and b.isascii()) or has_ideographs(a) == has_ideographs(b):
        return same_journal(a, b)
    han, latin = (a, b) if has_ideographs(a) else (b, a)
    return _across_scripts(han, latin)


@lru_cache(maxsize=65536)
def same_journal(a: str, b: str) -> int:
    """Return 2 for one journal, 1 for perhaps one, 0 for two; names are folded and in one script.

    >>> same_journal("j am acad dermatol", "journal of the american academy of dermatology")
    2
    >>> same_journal("lancet", "bmj")
    0
    """
    wa, wb = journal_words(a), journal_words(b)
    if not wa or not wb:
        return 0
    if wa == wb or "".join(wa) == "".join(wb):
        return 2
    if _abbreviates(wa, wb) or _abbreviates(wb, wa):
        return 2
    short, long = (wa, wb) if len(wa) <= len(wb) else (wb, wa)
    if len(short) == 1 and len(long) > 2 and short[0] == "".join(w[0] for w in long):
        return 2
    if set(short) <= set(long):
        return 1
    if fuzz.ratio("".join(wa), "".join(wb)) >= 88:
        return 1
    return 1 if any(w == "".join(x[0] for x in long) for w in short if len(w) >= 3) else 0


@lru_cache(maxsize=8192)
def _across_scripts(han: str, latin: str) -> int | None:
    """Compare a Chinese name with a Latin one: by sound if that is pinyin, by the field if it is a translation."""
    if sounds_like(han, latin):
        return 2
    if is_pinyin_journal(latin):
        return 0
    fields = [stems for field, stems in _FIELD_STEMS if field in han]
    return 1 if any(word.startswith(stem) for stems in fields for stem in stems for word in words(latin)) else None


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Say whether each word of one name begins a word of the other, in order, none left over."""
    return len(short) == len(long) and all(
        y.startswith(x) or (len(x) >= 3 and x[0] == y[0] and _is_subsequence(x, y))
        for x, y in zip(short, long, strict=True)
    )


def _is_subsequence(x: str, y: str) -> bool:
    """Say whether the letters of `x` stand in `y` in order ("dtsch" in "deutsche")."""
    rest = iter(y)
    return all(c in rest for c in x)
