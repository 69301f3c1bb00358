"""Tell a Chinese title from what CNKI, Wanfang, VIP and SinoMed write around it, and a paper from a notice about it."""

from __future__ import annotations

import re

__all__ = ["han_notice", "quoted_title", "strip_han_notes", "strip_han_notice", "strip_han_status"]

# The type of the document (GB/T 7714), its language, and that it is online.
_NOTES = re.compile(
    r"\[\s*(?:[jdcmnrpsz](?:/ol|/cd)?|eb/ol|db/ol)\s*\]|[\[(〔【]\s*(?:(?:中|英|日|德|法|俄)文版?|网络首发|优先出版|优先发表|"
    r"录用定稿|附视频|开放获取|综述|英文摘要|附英文摘要)\s*[\])〕】]|"
    r"^\W*(?:网络首发|优先出版|优先发表|录用定稿)\W+|\W(?:网络首发|优先出版)\W*$"
)
_STATUS = re.compile(r"^\s*[\[(【〔]\s*(?:已)?(?:撤稿|撤回|撤销)(?:论文|文章)?\s*[\])】〕]\s*[:.]?\s*")
_QUOTED = re.compile(r"[《“\"「『](.{6,}?)[》”\"」』]")
_AFTER = r"(?:[》”\"」』]|论文|文章|一文)的?"
_NOTICES = (
    (
        "retraction notice",
        re.compile(
            r"^(?:撤稿|撤回|撤销)(?:论文|文章)?(?:声明|启事|通知|公告|说明|[:《“\"])|"
            rf"{_AFTER}(?:撤稿|撤回|撤销)(?:声明|启事|通知|公告|说明)?\W*$"
        ),
    ),
    (
        "erratum",
        re.compile(
            r"^(?:更正|勘误|订正)(?:启事|声明|说明|表)?(?:\W|$)|"
            rf"{_AFTER}(?:更正|勘误|订正|补正)(?:启事|声明|说明|表)?\W*$"
        ),
    ),
    ("reply", re.compile(r"^(?:作者|编者)?(?:回复|答复)\W|(?:[》”\"」』]|作者|编者|一文)的?(?:回复|答复)\W*$")),
    (
        "comment",
        re.compile(
            r"^(?:对|就).{4,60}的(?:评论|评述|商榷|质疑)|"
            r"(?:[》”\"」』]|一文)(?:一文)?的?(?:几点)?(?:简要)?"
            r"(?:评论|评述|点评|述评|商榷|质疑|讨论|读后感?|看法|意见|解读|导读|要点解读|编后语?)\W*$"
        ),
    ),
    ("protocol", re.compile(r"的?(?:研究|试验)(?:设计)?(?:方案|计划书)\W*$")),
)


def strip_han_notes(folded: str) -> str:
    """Return a folded title without the notes of Chinese databases.

    >>> strip_han_notes("斑秃的治疗[j/ol]"), strip_han_notes("斑秃的治疗(英文)"), strip_han_notes("网络首发:斑秃的治疗")
    ('斑秃的治疗 ', '斑秃的治疗 ', ' 斑秃的治疗')
    """
    return _NOTES.sub(" ", folded)


def strip_han_status(folded: str) -> str:
    """Return a folded title without the word in brackets that the paper was retracted.

    >>> strip_han_status("【已撤稿】斑秃的治疗")
    '斑秃的治疗'
    """
    return _STATUS.sub("", folded)


def han_notice(text: str) -> str:
    """Return what kind of notice about another paper a title without notes announces, or an empty string.

    >>> [han_notice(text) for text in ("斑秃的治疗》一文的更正", "《斑秃的治疗》的撤稿声明", "《斑秃诊疗指南》解读")]
    ['erratum', 'retraction notice', 'comment']
    """
    return next((name for name, pattern in _NOTICES if pattern.search(text)), "")


def quoted_title(text: str) -> str:
    """Return the title that a notice quotes, or an empty string.

    >>> quoted_title("与“小剂量激素治疗斑秃”一文商榷")
    '小剂量激素治疗斑秃'
    """
    found = _QUOTED.search(text)
    return found[1] if found else ""


def strip_han_notice(text: str) -> str:
    """Return a title without the words that announce a notice.

    >>> strip_han_notice("更正:斑秃的治疗"), strip_han_notice("米诺地尔治疗斑秃的试验研究方案")
    ('斑秃的治疗', '米诺地尔治疗斑秃的试验')
    """
    for _, pattern in _NOTICES:
        if (found := pattern.search(text)) and found.end() - found.start() < len(text):
            return f"{text[: found.start()]}{text[found.end() :]}"
    return text
