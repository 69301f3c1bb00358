"""How Chinese family names are written in Latin letters: pinyin, and what Taiwan, Hong Kong and their emigrants use.

A dictionary does not know that 单, 解, 查 and 仇 are read otherwise in a name than in a text, so the readings of names
stand here. Other spellings are those of Wade-Giles and the commonest of Cantonese and Hokkien passports; they are loose
by nature (Wong is 王 and 黄), and evidence only beside a page and a volume.
"""

from __future__ import annotations

__all__ = ["COMPOUND_SOUNDS", "FAMILY_SOUNDS", "family_sounds"]

# pinyin, the characters read so, and after a stroke other spellings.
_SINGLE = """
    wang王汪/wong,ong,heng li李黎/lee,lai zhang张章/chang,cheung,cheong,teo,teoh liu刘柳/liou,lau,low,lao
    chen陈/chan,tan,chin yang杨/yeung,young,yeo huang黄/hwang,wong,ng,ooi zhao赵/chao,chiu,jew,chew
    wu吴武伍/ng,woo,goh zhou周/chou,chow,chau,chew xu徐许/hsu,tsui,hui,shu,koh,shyu sun孙/suen,soon ma马麻
    zhu朱祝/chu,choo,chue hu胡/wu,woo,oh guo郭/kuo,kwok,kwek,quek he何贺赫/ho lin林/lam,lim gao高/kao,ko,kou
    luo罗骆洛/lo,law,lok zheng郑/cheng,cheang,jeng,tay,tee liang梁/leung,leong,neo xie谢/hsieh,shieh,tse,cheah,chia
    song宋/sung tang唐汤/tong han韩/hon feng冯丰封凤/fung,fong dong董/tung yu于余俞喻虞郁禹/yue,yee
    xiao肖萧/hsiao,siu,shiau,siow cheng程成/ching cao曹/tsao,tso,chou yuan袁苑元原/yuen deng邓/teng,tang fu傅付符扶
    shen沈申/shum,sum,sim zeng曾/tseng,tsang,ceng,chan peng彭/pang,pong lv吕/lu,lyu,lui,lue su苏/so,soo
    lu卢陆鲁路禄逯/lo,luk,loo jiang蒋江姜/chiang,keung,kong cai蔡/tsai,tsay,choi,choy,chua jia贾/chia,ka ding丁/ting
    wei魏韦卫蔚/ngai,wai xue薛/hsueh,sit ye叶/yeh,yip,ip,yap yan阎严颜闫晏燕言鄢/yen,yim,ngan pan潘/poon,pun,phua
    du杜都/tu,to dai戴/tai,tay xia夏/hsia,ha zhong钟仲/chung,jong tian田/tien,tin ren任/jen,yam,yum fan范樊/faan
    fang方房/fong shi石史施时/shih,sze,shek,see yao姚/yiu,yau tan谭谈覃/tam,tham liao廖/liu,liaw zou邹/tsou,chow,chau
    xiong熊/hsiung,hung jin金靳晋/chin,kam,king hao郝 kong孔/kung,hung bai白柏/pai,pak,bo cui崔/tsui,chui,choi
    kang康亢/hong mao毛茅/mo,mou qiu邱秋裘丘仇/chiu,chiou,yau,khoo,chou qin秦覃/chin,chun gu顾谷古辜/ku,koo hou侯/hau
    shao邵/shaw,siu meng孟蒙/mang long龙/lung wan万/man duan段/tuan,tuen lei雷/lui,loi qian钱/chien,chin,tsien
    yin尹殷阴印银/yan,wan yi易伊衣/i,yick chang常畅 qiao乔/chiao,kiu lai赖/lye gong龚宫公巩弓/kung,kong
    wen文温闻/man,boon pang庞/pong lan兰蓝/nam,lam mo莫/mok tao陶/to,tau zhai翟/di,chai ni倪/ngai niu牛 an安/on
    ji季纪姬吉计冀嵇/chi,kei ge葛盖戈/ko,kot,gai zuo左/tso bi毕/pi,but hong洪/hung guan关管官/kuan,kwan
    miao苗缪/miu,mou min闵 zhan詹展湛占/chan,chim ning宁 bao鲍包/pao,pau ruan阮/juan,yuen ai艾 ao敖 ba巴 ban班 bei贝
    bian卞边/pien,pin bo薄 bu卜步/po cang仓 cen岑/shum,tsen chai柴/tsai,chaai chao晁巢/chau che车 chi池迟/chih
    chong种 chu褚楚储初/chu cong丛从/tsung da达 dang党/tang di狄邸/ti,tik diao刁/tiao dou窦/tou,tau e鄂 fei费/fee
    gan甘干/kan,kam geng耿/keng gou苟勾缑句/kou,kau gui桂/kuei,kwai hai海 hang杭 hua华花滑/wah,fa huai怀 huan桓郇
    hui惠/wai huo霍/fok,huok jian简/chien,kan jiao焦/chiao jing荆景井经/ching,king ju鞠居巨/chu kan阚/kan
    ke柯/ko,kor,quah kou寇/kau kuang邝匡况/kwong,kuang kui隗夔/wei,kuei lang郎/long lao劳/lo leng冷/lang
    lian连廉练/lien,lin ling凌令/ling lou娄楼/lau luan栾 man满 mei梅/mui,moy mi米糜 ming明 mou牟/mau mu穆木慕牧/muk
    na那 nan南/nam nie聂/nieh,nip nong农 ou欧区/au,ow pei裴/pui pi皮 ping平 pu蒲濮浦朴/po,piao,park
    qi齐戚祁漆/chi,chai qiang强/keung qing卿/ching qu曲屈瞿渠/chu,chui,wat quan全权/chuan ran冉/jan rao饶/jao,yiu
    rong荣戎容/jung,yung rui芮/jui sa撒萨 sang桑 sha沙 shan单山/dan shang尚商/sheung she佘折/seh sheng盛/shing
    shou寿/sau shu舒束 shuai帅 shui水 shuang双 si司斯/szu,sze sui隋眭随 suo索 tai邰 teng滕腾 tie铁 tong童佟仝/tung
    tu涂屠/to weng翁/yung,ong wu邬乌巫 xi席习奚郗/hsi,chi xian冼鲜洗/sin,hsien xiang向项相/hsiang,heung,hong
    xie解/jie,hsieh xin辛忻/hsin,sun xing邢幸/hsing,ying xu须 xuan宣/hsuan xun荀郇/hsun yang羊阳仰 ying应英/ying
    yong雍 you尤游由/yu,yau,yew yue岳乐/yueh,ngok,le yun云员恽/wan,yuan zai宰 zan昝 zang臧藏 zha查/cha
    zhen甄/chen,yan zhi支智/chih zhu诸竺 zhuang庄/chuang,chong,juang zhuo卓/cho,cheuk,toh zong宗/tsung zu祖/tsu
    chen谌/shen zhai祭 ha哈 kuai蒯 su宿粟 bing邴 bie别 bao暴 dan但 yuan员 mai麦/mak cha查 lin蔺 li励郦利厉 gong贡
    yu鱼 huan宦 hong弘 tang堂 lu芦鹿 yu尉/wei ju琚
"""
_DOUBLE = """
    ouyang欧阳/auyeung,auyang,owyang sima司马/szema,ssuma shangguan上官 zhuge诸葛/chuko situ司徒/szeto,seto
    dongfang东方 huangfu皇甫 yuchi尉迟/weichi gongsun公孙 murong慕容 linghu令狐 xiahou夏侯/hsiahou duanmu端木
    zhangsun长孙/changsun yuwen宇文 nangong南宫 xuanyuan轩辕 helian赫连 huyan呼延 wenren闻人 zhongli钟离 dugu独孤
    shentu申屠 moqi万俟 tantai澹台 taishi太史 zuoqiu左丘 ximen西门 gongye公冶 dongguo东郭 baili百里 diwu第五 yelu耶律
    zongzheng宗政 puyang濮阳 zhongsun仲孙 xianyu鲜于 lvqiu闾丘/luqiu tuoba拓跋 gongxi公西
"""
_LATIN = "abcdefghijklmnopqrstuvwxyz"


def _table(rows: str, *, width: int) -> dict[str, tuple[str, ...]]:
    """Return the characters of each name with every spelling."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows.split():
        known, _, others = row.partition("/")
        han = known.lstrip(_LATIN)
        spellings = (known.removesuffix(han), *(o for o in others.split(",") if o))
        for at in range(0, len(han), width):
            name = han[at : at + width]
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *spellings)))
    return found


FAMILY_SOUNDS = _table(_SINGLE, width=1)
"""Family names of one character (simplified) -> spellings in small letters; the first is pinyin as names are read."""

COMPOUND_SOUNDS = _table(_DOUBLE, width=2)
"""Family names of two characters -> spellings."""


def family_sounds(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the family name with which a Chinese name begins, and its spellings; none if it is not known.

    >>> family_sounds("单国强"), family_sounds("欧阳明")[0], family_sounds("伊藤")[0]
    (('单', ('shan', 'dan')), '欧阳', '伊')
    """
    if len(name) > 2 and name[:2] in COMPOUND_SOUNDS:
        return name[:2], COMPOUND_SOUNDS[name[:2]]
    return name[:1], FAMILY_SOUNDS.get(name[:1], ())
