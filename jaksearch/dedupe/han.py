"""Make traditional Chinese characters simplified, so that one text printed in both becomes one string.

OpenCC's table from traditional to simplified characters (``t2s``) knows that 乾燥 is 干燥 and 乾坤 stays. Its tables
for Taiwan and Hong Kong (``tw2sp``, ``hk2sp``) exchange words too (雷射 for 激光, 網路 for 网络): databases print a
mainland paper in traditional characters one by one, and keep Taiwan's words where they print a Taiwanese paper in
simplified ones, so these tables would tear apart what ``t2s`` joins. What is written in two ways within one script is
joined here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["has_ideographs", "is_chinese", "simplified"]

# Kana, Hangul, and simplified characters that only Japan uses.
_NOT_CHINESE = re.compile(
    "[\u3040-\u30ff\uac00-\ud7a3対関検経薬変発験価雑県黒齢髄歳徴帰処覚覧観転軽続総緑聴臓蔵悪戦拡毎気渋剤済斎歯塩圧囲円営応"
    "桜仮拝売仏両涙暦労楽]"
)
_IDEOGRAPHS = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Two ways to write one word: 附着 and 附著, 麻痹 and 麻痺, 综合征 and 综合症, 甲氨蝶呤 and 甲氨喋呤, 粘膜 and 黏膜.
_VARIANTS = str.maketrans("着痺瞭甯衞粧幺症喋粘淤陞堃栢喆", "著痹了宁卫妆么征蝶黏瘀升坤柏哲")


def has_ideographs(text: str) -> bool:
    """Say whether Chinese characters stand in `text` (those of Japanese and Korean texts among them).

    >>> has_ideographs("斑秃 alopecia"), has_ideographs("がん"), has_ideographs("alopécie")
    (True, False, False)
    """
    return _IDEOGRAPHS.search(text) is not None


def is_chinese(text: str) -> bool:
    """Say whether a text in Chinese characters is Chinese, as far as its characters tell: not Japanese, not Korean.

    >>> is_chinese("斑秃的治疗"), is_chinese("円形脱毛症の治療"), is_chinese("日本臨床検査")
    (True, False, False)
    """
    return has_ideographs(text) and not _NOT_CHINESE.search(text)


def simplified(text: str) -> str:
    """Return `text` in simplified characters.

    >>> simplified("乾燥綜合徵患者頭髮"), simplified("干燥综合征患者头发")
    ('干燥综合征患者头发', '干燥综合征患者头发')
    """
    converted: str = _converter().convert(text)
    return converted.translate(_VARIANTS)


@cache
def _converter() -> OpenCC:
    """Return OpenCC's table, read when the first Chinese text comes."""
    from opencc import OpenCC  # noqa: PLC0415 - not before there is Chinese text

    return OpenCC("t2s")
