"""Chinese family names: the commonest by character with their pinyin, more in pinyin, and those of two characters."""

from __future__ import annotations

__all__ = ["COMPOUND_FAMILIES", "HAN_FAMILIES", "PINYIN_FAMILIES"]

_ROWS = """
    wang王汪 li李黎 zhang张章 liu刘柳 chen陈 yang杨 huang黄 zhao赵 wu吴武伍 zhou周 xu徐许 sun孙 ma马 zhu朱祝
    hu胡 guo郭 he何贺 lin林 gao高 luo罗骆 zheng郑 liang梁 xie谢 song宋 tang唐汤 han韩 feng冯 yu于余俞 dong董
    xiao肖萧 cheng程 cao曹 yuan袁 deng邓 fu傅付 shen沈 zeng曾 peng彭 lv吕 su苏 lu卢陆鲁 jiang蒋江姜 cai蔡
    jia贾 ding丁 wei魏韦 xue薛 ye叶 yan阎严颜 pan潘 du杜 dai戴 xia夏 zhong钟 tian田 ren任 fan范樊 fang方
    shi石史施 yao姚 tan谭 liao廖 zou邹 xiong熊 jin金 hao郝 kong孔 bai白 cui崔 kang康 mao毛 qiu邱秋 qin秦
    gu顾 hou侯 shao邵 meng孟 long龙 wan万 duan段 lei雷 qian钱 yin尹殷 yi易 chang常 qiao乔 lai赖 gong龚
    wen文温 pang庞 lan兰 mo莫 tao陶 zhai翟 ni倪 niu牛 an安 ji季 ge葛 zuo左 bi毕 hong洪 guan关 miao苗 min闵
    zhan詹 ning宁 bao鲍包 ruan阮
"""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
HAN_FAMILIES: dict[str, str] = {
    han: row.rstrip(row.lstrip(_LETTERS)) for row in _ROWS.split() for han in row.lstrip(_LETTERS)
}
"""The commonest family names (simplified characters) -> pinyin; enough to meet most authors across scripts."""

_MORE_PINYIN = """
    ai ao bian bo bu cen chai che chi chu cong dang di diao dou fei gan geng gou hua huo jing ju kuang kou ke ling
    lou lyu lü mei mi mu nie ou ouyang pei pu qi qu rao rong sang sha shan shang sheng shu shui si sima shangguan
    situ tong tu weng xi xiang xin xing xuan you yue yun zang zha zhen zhuang zhuo zong zu zhuge huangfu gongsun
    linghu murong xiahou nangong yuwen huyan helian xuanyuan zhangsun duanmu dongfang wenren
"""
PINYIN_FAMILIES = frozenset((*HAN_FAMILIES.values(), *_MORE_PINYIN.split()))
"""Family names in pinyin, in small letters."""

_COMPOUND = """
    欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 端木 长孙 宇文 南宫 轩辕 赫连 呼延 闻人
    歐陽 司馬 諸葛 東方 長孫 尉遲
"""
COMPOUND_FAMILIES = frozenset(_COMPOUND.split())
"""Family names of two characters."""
