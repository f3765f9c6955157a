"""One stretch of shifted GBK, read again: the byte that was lost is found, and the bytes after it pair up as before.

The damaging program put ``(pinyin)`` behind two bytes that were no character but the end of one and the start of the
next. The page's reader then took that start and the bracket for one faulty character, ``?``, and read on one byte
late. The bytes are all there but the lost one: this module puts every byte that fits in its place and keeps the text
that reads best.
"""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

# The characters used most, most frequent first, in 1,259 government work reports of even years between 1954 and 2026,
# converted to traditional script once with OpenCC s2t and once with s2tw: 99.7 % of their characters beyond ASCII.
COMMON = (
    "，、。業建的和發展化新全進大設市工實加“”產力區一推城政國動人中生民成作高增務強會改體等制保重開資地項提農行經持合"
    "創理年社施以公企快個能目入水家長點平濟基好治上面服完村有現造度在用深要機省主堅心育文革三規管不萬技程品升代級出元"
    "定質府善量法安通投環優各支學步科事標到是億場效態方金範對性續；系路總劃商共活鄉落教）（域我園五集分源型融部構位境"
    "為爲鎮整本放批立穩辦醫結積收電防達更口決領轉色利外向與引打營十策小統計特做抓綜極精示交監關流自運信導居同爭物下調"
    "費道四縣率明了期臺線就戰取促健海護術網任協多二風障第解聯準得們內擴際遊旅培權時廣黨試突專值題山式老消及院委礎綠數"
    "險應控確嚴模表貧格件養局戶問先速均接南州次江勢過兩員義房供東前意求興貿形配節清斷督河比羣群團把處預來西車職幹組美"
    "條康果略住扶帶功研林財困：責固所指破氣難子低衛議港於—類才校繼頭減土籌之益療審排百依空聚易智神驗食央間單切北招眾"
    "衆名認鐵正製備變屆努思案藥著層額圍六別雙貫置真攻可助列習核息覆顯價補查蓋最種首執獲天里緊使近後超鏈記徹紮門染想牌"
    "常湖惠讓套降揮移評約傳織識拓舉勵軍千措稅八都族需段站字其互龍算裝素報承奮參畝普着然界陽日福情起！至充汙污連零佈從"
    "觀身受良佔相景牢維寧九序照視必並鼓今這史跨當非無青脫航按材復振歷績糧感還原少較世富災兒去鞏究救走隊競七將考證料鬥"
    "命擔勞滿見煤光街繞律廉存館》《廠修絡給病失具築幫米書底足華違象貸碳司壓岸庫順念銷退售選直知石須急由債邊激壯據負再"
    "片啓啟除反銀宜田灣博密遇左右探包適志德板月檢告端紅階噸編麗論享採潔鍵橋汽武索影容疫款舊黃響號沿待庭榮手守回牧熱終"
    "者圾垃礦逐登臨客慧伐而延測宗警諧訓京疾未始樹察派也署購初輪撐例援細踐揚請藝根擁油士紐越些訪限每賽盾害徵謀擊累遷雲"
    "飲衡矛便崗駐危花樞則休屬圈焦循殘幼師遺股張森短覺儲係幅貴草輸紀餘微獎官周婦納貨般倍洋租勝沙因％黑載植耗檔免予友豐"
    "繁樂遠室川看申複克已球換澳圖島腐亞童菜兵貼濱章幸伍僑渠託座注馬寬即被仍女角蘇邁停古拉閒器故吸耕離廢愛盤致講泛藍顧"
    "昌鋼留白厲泉播軌弱役班疆涉付掛此樣齊太慶差妥珠獻握搞貌秀糾患週亂誠廊津漢淨敗畜針又盟隱偉棚藏話他莊艱止溫貢許挑燃"
    "驅註陸火履犯暢償爾簡畢夠盡粵骨樓宣店誌版遼簽況罪搬池搶勁竣潛硬估洲覈伸勇旗假拆軟·亮介弘械哈份洪輕異追杭或禁胞送"
    "木縮賦徑狠靠永勤星伏側秩匯宏射綱圳齡典漲贏迎敬敢半釋望溼雜覽湘殖廁孵廈併既瓦席卡欠春崇圓券殊歐只親冠銜宅惡縱散吉"
    "震准謝餐溪聽季演塊烏淮蔬診純沒恢如願尚托炭薄寶獨浙訴谷遏往倡碼雪儘佛輻衷箱淘醒趨泰副返掃凝裕久厚賃刻撫肥繫懲早鄭"
    "架香贛拼波錦奧距汰懷晉狀緩抗酒紛訂束慈灌峽夜缺苦飛聞肅召昆劇絲茶鮮蒙私玉蘭桂渝輛躍鉅牽莞彩跑斯籍巨夏夯潭干閩篇損"
    "暖巴挖彰涵肉漁稱游懈松址牛祉壤壇氧錯錄幣潮窗符船嶺隨英摘很蓄銅兼豬授傾剛溝諾頓倉透屋綿輿冰吐峯峰梯眼塑俄扣封瀋但"
    "幟搏堵佳穿雨冷掘遵泥吞姓潤魯賬鋁柱閉附兜尊峻跟鹽紡礙塘宿映翻濃毛傷慢雄乾髮鄧威橫疏忠末番勃尾寫柳嘉饋禽詢述衝夢塵"
    "泊氛盼頂趕歸忘靈巷郵說碧捷苗浪澤煙絕印搭燒赴冊屏繳毒冬談僚恆音巡諮譜梅陣丹呈媒鑄課舞夫堂崛混陵令沉臭籃灘蓬死阿廳"
    "烈爐鋪避朝王羅黔鉤曲買遞朋途頻棄浦井偏拖幾亡冀憂契郊澇韓鬆擺鐘隆布含揭滇抵斤旱凡呼湛汕冶滬腦恩判洽甘盯葉搖鄂坡梁"
    "愁軸仁騰乘．戲鳳繪若聲帽練肯榜杆擇堤羊迅祖票綢輝盛銳塔暨床牀歲唐辛渡孩氫鍋瓶血尖候壞壩譽唯寨框‰攬硅畫腳己找燈甲"
    "焚頒鶴賓鎖頸剩奪韌宇掌裁娛慮野陶脈奠刑錢迴滄斜倒聘煉紙薪蹤洞纖瑞株毫彈稻∶抽露裏裡遍析虛折兌讀戒楓硫凸背借劣赤埋"
    "芯雷騙且詐韶馳括儉漫攀該押瓷墾巖迫堡墨阻溉罰訊擎輔奶魅甬欄漳語擦疊秸孤竹碩喜尤寄湧舍菸填奉扛舟頃鋰稈卷悟茂侵沈躋"
    "壽溯隧翼魚言壁俱闢禮礪酸漠俗拳滯烯何征撤蓉桃砥煥雞晶旺坊添踏吳詳駕滑盲矩杜亟徽替尋摩釘袋那哲廚闖李珍胡母汛伊扭陳"
    "撥荒孝＋答屯勘滾暴皮秦裂液棉締希寺祝洛它截討賣綏舒箇虧闊拿催邵怠滅雅仗麥欽浮秋爆稀膠鷹瞄卓嬰肩僅慎仙濤舶仲殷虎儀"
    "歌鍊懶操削卉紫旨擬阜乙什酬乳賀尼煌柴膽閱凱荊篩閘宮坪熟咸奔徐拔渤樑匠皖隔粉蓮頑麻像炎涼鼎兆糖肺畏禦乏葡靖蛋廟恐沃"
    "陷囑扎饒楚甸唱奇飼拍棋魂庸擾瞭刺嚮棗鑑帆沼０滁玻窯壘巢誰鍛磷紓菌郴鄰砂莆瑪鋒１味－弟枝允繡瞻荷埠艾靚吃琴迪萄豆迸"
    "梧喫牡賴麼璃豪凰渣痛嶽榕慣歡滲兄氮楊鈦匹憲穗聖豫驛奢篤槓籠劑緣繕伴晰祥粗轄桿竭靜鳥昂概樁湟滋諸塞攜盈亭柔葬誤鄱丘"
    "叫逆掉摸殯毅牆募屍撬嘴梳殭虹謹邢帥台姿夥寓菏夕硒雁朔逼噪晚刀杯沂藉賢棟瀘孕捨茅檻漏盜翔迭斗枚萊蘊岡瀾碑薩鵬幕捕賭"
    "錨緻雖〇甦詞誼紹傢喀蟲籤蕪攤鑫勒憶磁婁症鈴圩蹟顏Ⅲ夷浩２懂壟廬薯嵌帝顆飯曹磨淤逃賠〔〕霞坎忽炒乃桑洗敵濮粒肇冒羚"
    "纜挺飽串泵辜鎂胸漸堰桐醇掖垂陝鹼燕彌獅邦堆寒汗韻叉獸膜陰黎暫董否麓洱悅旋貪髒亳癌蟬颱摯崑胎刷汾瞪劉錘鳴朗彙埔惜氨"
    "抱磚渭―孫岩掀灰皇鹿蚌硝舌衣霾濫擋欣煩睦稟筆緬采鍥鏽忍５丁攝恪敏桌毀霸旁暑甚耐觸峪捲隻倫塗渾湯祁邪釩錫嶄欺嘎濰烴"
    "鴻愧炬縫舵霍吹捍瓜劍弄淡秉艦隴３糞跳抑驟湄溢牲邕駛蒸烤眉邏朱涌坑荔貝頁羽飾詩戴［］奏宋迷鏡馭鴨４伙氟艇葆蜀×錳另"
    "矯剝某樟騎梨椒窪罕腕蔚錶Ⅱ昭耀腹芙苑遭邀嶼淳脹霧猛盃穫絨８喝栽蘆諉孟榆熊谿僕橡洮爛疑趙遴偷咬婚棒滴澧裸─割芝販媽汲"
    "爬坐瓊芳仰勉啤寸崖插菱午峨綁脆鑽雛瀏’妃彝痕腰膺蔗杞瀝閣坦孔拒泳脖衢遂侖孜碰窮蒼賄靡鵝腿貓輟邑暗磅翠鞋鹹曉漯爽芬"
    "郎墓描瘟礴蒲蔓賞惟曆逢雕６伯"
)

LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ"
NOTE = re.compile(rf"([(?])([{LETTERS}]{{1,6}})\)")  # with a "?" the note is broken
# What shows that the lost byte took a ``<`` with it, or the first digit of a year.
TAG = re.compile(r"/?[a-z][a-z0-9]{0,9}(?:\s[^<>\n]{0,300})?/?>", re.IGNORECASE)
YEAR = re.compile(r"([089])\d\d年")
LAST = "。！？：；”》）…"  # what a line ends with

# Costs are -ln(probability). A Han character that is not COMMON (those share 0.3 %), any other that is not; a
# character that the page does not annotate elsewhere, that is in GB 2312, that the page has without a note.
RARE, STRANGE, NEW, SIMPLE, BARE = 15.0, 20.0, 4.0, 6.0, 6.0
# An annotated character without its note; a note behind a character that is read otherwise; a full-width mark shown
# as ASCII; a code that the page's reader did not know; a byte gone without a trace; a mark swallowed; no stop at the
# end of a line. Halving or doubling any of these changed at most 3 of 743 places.
UNNOTED, MISREAD, FOLDED, UNKNOWN, VANISHED, SWALLOWED, UNENDED = 6.0, 12.0, 3.0, 6.0, 4.0, 8.0, 5.0
MARGIN = 25.0  # a reading that is e^25 times less likely than the best is given up
BEAM, FORK = 4, 2  # readings kept at a time, and before a ``?``, which has hundreds of meanings; more gain nothing
# The longest of 6,936 stretches showed 51 characters, 4 of them ``?``.
MAX_UNITS, MAX_LOST = 120, 6


class Page(NamedTuple):
    """What a page says of itself.

    Parameters
    ----------
    notes : Counter
        How often each pair of character and syllable stands there.
    annotated : frozenset
        The characters of the notes.
    pairs, singles : Counter
        Neighbouring characters and characters of the places that are whole.
    folded : bool
        Full-width marks of the page were made ASCII after it was damaged.
    sure : float
        A character whose second byte is gone is put in if it is likelier than this.
    """

    notes: Counter[tuple[str, str]]
    annotated: frozenset[str]
    pairs: Counter[tuple[str, str]]
    singles: Counter[str]
    folded: bool
    sure: float


class Reading(NamedTuple):
    """One way to read a stretch.

    Its cost; the text so far, beginning with the character before the stretch; a first byte that waits for its
    second, or 0; the last two bytes; whether a note stands behind them.
    """

    cost: float
    text: str
    lead: int
    tail: bytes
    noted: bool


class Stretch(NamedTuple):
    """A stretch that was read: where it ends in the shown text, what it says (None: unreadable), its last two bytes."""

    end: int
    text: str | None
    tail: bytes


class Unit(NamedTuple):
    """What the page shows next: a ``note``, a ``broken`` note, a ``lost`` byte (``?``), or a ``char``.

    ``text`` is the syllable of a note, or the character that a lost byte took with it; ``shown`` is verbatim; ``next``
    is the byte after a lost one, b"" if it is not known.
    """

    kind: str
    text: str
    shown: str
    next: bytes = b""


@cache
def _ranks() -> dict[str, int]:
    return {char: rank for rank, char in enumerate(COMMON)}


@cache
def rarity(char: str) -> float:
    """Cost of a character by its rank; fits the counts within 0.5 from rank 10 on."""
    rank = _ranks().get(char)
    if rank is not None:
        return math.log(rank + 30) + rank / 600 + 0.9
    return RARE if "\u4e00" <= char <= "\u9fff" else STRANGE


@cache
def char_of(code: bytes) -> str:
    """The character of a two-byte code, private use included; "" where there is none."""
    try:
        char = code.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


@cache
def code_of(char: str) -> bytes:
    """The one or two bytes of a character as the page's reader knew them, b"" if it has none."""
    if char == "€":
        return b"\x80"
    code = char.encode("gb18030", "replace")
    return code if len(code) <= 2 else b""


@cache
def is_read(char: str, syllable: str) -> bool:
    """Whether a character can be read so."""
    from pypinyin.pinyin_dict import pinyin_dict

    return len(char) == 1 and syllable in pinyin_dict.get(ord(char), "").split(",")


def is_simple(char: str) -> bool:
    """Whether GB 2312, the set for simplified script, has this Han character."""
    code = code_of(char)
    return len(code) == 2 and code[0] >= 0xB0 and code[1] >= 0xA1


@cache
def _row(lead: int) -> dict[int, str]:
    """The characters whose code begins with this byte, by the second."""
    found = ((trail, char_of(bytes((lead, trail)))) for trail in range(0x40, 0xFF))
    return {trail: char for trail, char in found if char}


@cache
def _unknown(after: bytes) -> tuple[bytes, ...]:
    """Codes that readers of GBK show as ``?``, whose second byte makes a common character with the byte after them."""
    return tuple(
        bytes((lead, trail))
        for lead in b"\xa2\xa4\xa5\xa6\xa7\xa8\xa9\xd7\xfe"
        for trail, char in _row(lead).items()
        if trail > 0x80 and not "\ue000" <= char <= "\ue765" and not char.encode("gbk", "ignore")
        if not after or char_of(bytes((trail, *after))) in _ranks()
    )


def _candidates(page: Page, first: int, syllable: str) -> Iterator[tuple[int, float]]:
    """Second bytes of the characters that begin with this byte and are read so, with their costs."""
    for trail, char in _row(first).items():
        if trail <= 0x80:
            continue  # the page would have shown it
        if (char, syllable) in page.notes:
            yield trail, 0.0
        elif is_read(char, syllable):
            yield trail, NEW + rarity(char) + SIMPLE * is_simple(char) + BARE * (char in page.singles)


def _cost(page: Page, before: str, char: str) -> float:
    """Cost of a character behind another: half by its rank, half by what the page has."""
    chance = math.exp(-rarity(char))
    return -math.log((chance + page.pairs[before, char] / (page.singles[before] + 1)) / 2)


def _push(page: Page, reading: Reading, code: bytes, cost: float = 0.0) -> Iterator[Reading]:
    """The reading with some more bytes; nothing if they do not fit."""
    total, text, lead, tail, noted = reading
    total += cost
    for byte in code:
        tail = tail[-1:] + bytes((byte,))
        if lead:
            char = char_of(tail)
            if not char:
                return
            total += _cost(page, text[-1:], char)
            if len(code) == 2 and not noted and char in page.annotated:
                total += UNNOTED  # no note stands between two bytes that the page shows as one character
            text, lead = text + char, 0
            continue  # a note between the two bytes of a character speaks for the one behind it too
        if byte <= 0x80:
            text += "€" if byte == 0x80 else chr(byte)
        else:
            lead = byte
        noted = False
    yield Reading(total, text, lead, tail, noted)


def _finish(page: Page, reading: Reading, cost: float, unit: Unit, behind: str) -> Iterator[Reading]:
    """Some common character for the one begun, whose second byte is gone, or ``?``; then the text behind it."""
    last = reading.text[-1:]
    ends = unit.shown[-1:] in "\n>"  # a line or a tag
    found = []
    for char in _row(reading.lead).values():
        if char in _ranks():
            end = UNENDED * (char not in LAST) + _cost(page, char, "\n") if ends else 0.0
            found.append((_cost(page, last, char) + end, char))
    best = min(found, default=(0.0, ""))[0]
    if sum(math.exp(best - other) for other, _ in found) * page.sure > 1 or not found:
        found = [(best, "?")]
    tail = behind.encode("ascii", "replace").rjust(2, b"\0")[-2:]
    for more, char in found:
        yield Reading(reading.cost + cost + more, reading.text + char + behind, 0, tail, noted=False)


def _begun(page: Page, reading: Reading, unit: Unit) -> Iterator[Reading]:
    """Ways to read a character or ``?`` of the page when a first byte waits for its second."""
    kind, text, shown, after = unit
    if kind == "lost":
        yield from _finish(page, reading, SWALLOWED * (text == "?"), unit, text)
        if shown == "?":
            for code in _unknown(after):
                yield from _push(page, reading, code, UNKNOWN)
            if page.folded:
                yield from _push(page, reading, b"\xa3\xbf", FOLDED)
        return
    code = code_of(shown)
    if len(code) == 2 or (code and shown >= "@"):
        yield from _push(page, reading, code)
    if page.folded and "!" <= shown <= "~":
        yield from _push(page, reading, bytes((0xA3, ord(shown) + 0x80)), FOLDED)
    if shown <= " " or not code:
        yield from _finish(page, reading, VANISHED, unit, shown)


def _after(page: Page, reading: Reading, unit: Unit) -> Iterator[Reading]:
    """All ways to read one more unit."""
    kind, text, shown, _ = unit
    if kind == "broken":
        for byte, cost in _candidates(page, reading.tail[-1], text):
            for new in _push(page, reading, bytes((byte,)), cost):
                yield new._replace(noted=True)
    elif kind == "note":
        char = char_of(reading.tail)
        known = (char, text) in page.notes or is_read(char, text)
        yield reading._replace(cost=reading.cost + MISREAD * (not known), noted=True)
    elif reading.lead:
        yield from _begun(page, reading, unit)
    else:
        last = reading.text[-1:]
        cost = reading.cost + _cost(page, last, shown[:1])
        cost += UNNOTED * (not reading.noted and last in page.annotated)
        cost += UNENDED * (shown == "\n" and last not in LAST)
        tail = (reading.tail + (code_of(shown[-1:]) or b"\0\0"))[-2:]
        yield Reading(cost, reading.text + shown, 0, tail, noted=False)


def _unit(text: str, at: int) -> Unit:
    if note := NOTE.match(text, at):
        return Unit("note" if note[1] == "(" else "broken", note[2], note[0])
    shown = text[at : at + 1]
    if shown != "?":
        return Unit("char", shown, shown)
    if tag := TAG.match(text, at + 1):
        return Unit("lost", "", "?" + tag[0])
    if year := YEAR.match(text, at + 1):
        return Unit("lost", "2" if year[1] == "0" else "1", "?")
    after = b"" if NOTE.match(text, at + 1) else code_of(text[at + 1 : at + 2])[:1]
    return Unit("lost", "?", "?", after)  # which mark or digit it was cannot be known: the ``?`` stays


def _prune(found: list[Reading], width: int | None) -> list[Reading]:
    """The best readings, as many with a character begun as without: costs of the two compare badly in between."""
    found.sort()
    limit = found[0].cost + MARGIN
    begun = (reading for reading in found if reading.lead and reading.cost <= limit)
    whole = (reading for reading in found if not reading.lead and reading.cost <= limit)
    return [*islice(begun, width), *islice(whole, width)]


def read_stretch(text: str, at: int, tail: bytes, page: Page) -> Stretch:
    """Read the stretch that begins with the broken note ``text[at:]``.

    Parameters
    ----------
    text : str
        The page as shown.
    at : int
        Where the ``?`` of the broken note stands.
    tail : bytes
        The last two bytes before it, notes left out.
    page : Page

    Returns
    -------
    Stretch
        Without text if no character is read as noted, or if no end is found.
    """
    before = char_of(tail)
    beam = [Reading(0.0, before, 0, tail, noted=True)]
    n_lost = 0
    for _ in range(MAX_UNITS):
        unit = _unit(text, at)
        lost = unit.kind == "lost"
        n_lost += lost
        found = [new for reading in (sorted(beam)[:FORK] if lost else beam) for new in _after(page, reading, unit)]
        at += len(unit.shown)
        if not found or n_lost > MAX_LOST:
            break
        beam = _prune(found, None if lost else BEAM)
        settled = not lost and unit.shown != "\n" and not any(reading.lead for reading in beam)
        if settled and not NOTE.match(text, at):
            best = min(beam)
            return Stretch(at, best.text[len(before) :], best.tail)
    return Stretch(at, None, b"\0\0")
