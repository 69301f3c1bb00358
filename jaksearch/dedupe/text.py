"""Fold text so that two printings of one word become the same string.

Case, accents, width, hyphens, markup, Greek letters and the commonest traditional Chinese characters are printing,
not meaning. Nothing here knows what a record is.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

__all__ = ["fold", "han_count", "is_han", "squeeze", "word_set", "words"]

_MARKUP = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|inf|italic|bold|sc|span|p|br|tt|jats:[a-z]+|mml:[a-z]+)(?:\s[^<>]*)?/?>", re.I
)
_NOT_WORD = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’‘`´ʼ′]")
_MARKS = re.compile("[\u0300-\u036f]+")
# The same for texts of ASCII, thirty times as fast: letters in lower case, all that is no word a blank.
_ASCII_WORDS = bytes(ord(chr(i).lower()) if i < 128 and chr(i).isalnum() else 32 for i in range(256))
_ASCII_OTHER = bytes(i for i in range(128) if not chr(i).isalnum())
_LONG = 400
"""Characters from which a text is folded without keeping it: abstracts would push the names out of the cache."""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "ng"}
# Traditional and simplified characters in the order of the pairs; the commonest in medical titles, journals and names.
# Characters beyond this table still meet through the pages, volume and year, and their titles stay near-equal.
_HAN_PAIRS = (
    "療疗禿秃觀观與与雜杂誌志醫医學学膚肤華华國国臨临藥药類类風风濕湿關关節节應应對对組组試试驗验隨随機机雙双單单評评價价總总結结報报導导術术後后並并發发髮发癥症證证腎肾臟脏腦脑腫肿細细體体質质鹼碱鹽盐鈣钙鐵铁膽胆腸肠異异"
    "變变過过進进邊边還还這这運运動动實实際际現现經经濟济護护養养營营標标準准選选擇择論论語语說说詞词請请記记設设計计訊讯許许談谈調调識识譯译讀读課课張张陳陈劉刘楊杨趙赵黃黄吳吴孫孙馬马鄭郑謝谢韓韩馮冯蕭萧鄧邓葉叶蘇苏呂吕"
    "蔣蒋盧卢賈贾鄒邹閻阎鐘钟譚谭陸陆羅罗龍龙強强偉伟麗丽軍军傑杰濤涛飛飞鵬鹏寧宁興兴鳳凤蘭兰紅红綠绿藍蓝無无為为們们個个開开門门間间問问閉闭聞闻長长時时東东車车電电氣气漢汉煙烟燒烧熱热傷伤勝胜務务勞劳區区協协參参嚴严壓压"
    "歲岁圍围圓圆場场塊块壞坏壯壮處处備备複复復复夢梦夠够奮奋婦妇媽妈嬰婴寶宝審审專专將将尋寻層层屬属島岛幫帮幹干庫库廠厂廣广彈弹當当錄录徑径從从憶忆懷怀態态戰战戶户掃扫擴扩據据擊击損损換换攝摄撐撑擬拟敗败數数斷断暫暂樣样"
    "權权條条極极構构樹树橋桥檢检歡欢歐欧殘残殺杀毀毁決决沒没測测減减溫温滅灭滿满濃浓瀉泻灣湾災灾點点煉炼爭争狀状獨独獲获環环產产畢毕畫画癒愈痺痹瘡疮監监盤盘眾众礎础碼码禮礼種种積积穩稳窮穷範范築筑簡简籤签級级約约純纯納纳"
    "紙纸紋纹終终絕绝統统絲丝線线緊紧維维網网緣缘編编練练織织績绩續续繼继縮缩聯联職职聲声聽听肅肃脈脉脫脱臉脸舊旧藝艺蟲虫補补裝装製制規规視视親亲覺觉訂订訓训診诊該该詳详認认誤误誘诱議议負负財财責责貢贡貧贫貨货購购費费貼贴"
    "貿贸資资賴赖贈赠趨趋跡迹踐践軟软軸轴較较載载輔辅輕轻輛辆輸输轉转辦办農农適适遲迟遠远遺遗鄉乡醬酱釋释針针鈉钠鉀钾鋅锌錯错鎮镇鏡镜鑑鉴閱阅闊阔陰阴陽阳隊队階阶險险雖虽離离難难霧雾靈灵靜静頂顶項项順顺須须預预頭头頸颈頻频"
    "題题額额顆颗顏颜願愿顯显飲饮飯饭館馆驚惊鬆松鬥斗魚鱼鮮鲜鳥鸟鹹咸麥麦黨党齊齐齒齿龜龟兩两來来優优傳传債债傾倾億亿兒儿內内冊册凍冻別别劃划創创劑剂勁劲勵励勢势卻却廳厅喪丧喬乔囑嘱團团堅坚執执墊垫奪夺娛娱宮宫寬宽屆届巖岩"
    "師师帶带幾几彎弯徹彻恆恒悶闷惡恶惱恼慣惯慮虑撓挠擾扰攜携攤摊斂敛曉晓曬晒棄弃棗枣樓楼氫氢淚泪淺浅渾浑滲渗潔洁潰溃澤泽濾滤瀕濒灑洒爐炉爛烂牆墙犧牺獻献瓊琼瘋疯癇痫癢痒皰疱盡尽瞭了碩硕礙碍禍祸穀谷竊窃筆笔糾纠絡络給给綜综"
    "綱纲緩缓緻致罰罚腳脚臺台艙舱莖茎莢荚蔭荫薩萨蘆芦虛虚蠟蜡衛卫衝冲見见訪访諮咨謹谨譜谱貝贝貫贯賓宾贏赢軀躯輪轮迴回逕径連连邏逻郵邮鄰邻釀酿鈷钴鉛铅銀银銅铜鋁铝鋰锂錳锰鎂镁鑽钻闌阑隱隐雲云韌韧響响頁页頰颊飼饲飽饱餘余驅驱"
    "驟骤鱗鳞歷历曆历會会員员圖图書书鏈链顱颅癬癣瘍疡癱瘫癲癫瘻瘘瘧疟癰痈顫颤競竞佈布佔占倫伦偵侦側侧僅仅瑪玛紡纺絨绒壽寿嘔呕喚唤於于裡里膿脓膠胶賀贺啟启陣阵痙痉萬万歸归滯滞潤润竈灶葯药壩坝惲恽鍾钟甯宁嶽岳湯汤樑梁塗涂麼么"
    "奧奥鬍胡鬚须皺皱顧顾髖髋齡龄脛胫"
)


def _table() -> dict[int, str]:
    """Return the character table for `str.translate`."""
    table: dict[int, str] = {ord(k): v for k, v in (_GREEK | _LETTERS).items()}
    table.update((ord(a), b) for a, b in zip(_HAN_PAIRS[::2], _HAN_PAIRS[1::2], strict=True))
    table[0xAD] = table[0x200B] = table[0xFEFF] = table[0x200C] = table[0x200D] = ""
    return table


_TABLE = _table()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return `text` in lower case, without markup, accents, widths and the variants of one character.

    >>> fold("Milène <i>K.</i> Crispin"), fold("ＴＮＦ-α"), fold("斑禿的療效")
    ('milene k. crispin', 'tnf-alpha', '斑秃的疗效')
    """
    return _fold(text)


def _fold(text: str) -> str:
    """Do what `fold` does, without keeping the result."""
    if text.isascii():
        if "<" in text or "&" in text:
            text = _MARKUP.sub("", html.unescape(text))
        if text.isascii():
            return text.lower()
    # The sharp s is casefolded to "ss" unless it stands for beta, as in "ß-cell".
    text = re.sub(r"ß(?=[-\s])", "β", _MARKUP.sub("", html.unescape(text)))
    text = unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)
    if text.isascii():
        return text
    # Marks on Latin letters are dropped; those of kana change the syllable and stay.
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def words(text: str) -> list[str]:
    """Return the words of `text`, folded; a hyphen parts words and an apostrophe does not.

    >>> words("Crohn’s disease: pre‐adolescent")
    ['crohns', 'disease', 'pre', 'adolescent']
    """
    folded = _folded(text)
    if folded.isascii():
        return folded.encode().translate(_ASCII_WORDS, b"'`").decode().split()
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", folded)).split()


def squeeze(text: str) -> str:
    """Return the letters and digits of `text` alone, folded: where a line or a hyphen broke a word does not show.

    >>> squeeze("Ja-nus kinase") == squeeze("Janus Kinase")
    True
    """
    folded = _folded(text)
    if folded.isascii():
        return folded.encode().translate(_ASCII_WORDS, _ASCII_OTHER).decode()
    return "".join(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", folded)).split())


def _folded(text: str) -> str:
    """Return a text folded, kept for the next time if it is short."""
    return fold(text) if len(text) < _LONG else _fold(text)


def is_han(char: str) -> bool:
    """Say whether `char` is a Chinese character, kana or a Hangul syllable (scripts written without spaces)."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


def han_count(text: str) -> int:
    """Return how many characters of `text` are Chinese, Japanese or Korean.

    >>> han_count("斑秃 alopecia"), han_count("alopecia")
    (2, 0)
    """
    if text.isascii():
        return 0
    return sum(map(is_han, text))


def word_set(*lines: str) -> frozenset[str]:
    """Return the words of `lines`: a word list that a person can read.

    >>> sorted(word_set("of the", "and"))
    ['and', 'of', 'the']
    """
    return frozenset(word for line in lines for word in line.split())
