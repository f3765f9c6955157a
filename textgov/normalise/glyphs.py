"""Characters that show right only in one font or one program: private-use codes, radicals, HTML entities."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from textgov.normalise.change import Change, Edit, apply_edits, unchanged
from textgov.normalise.characters import fold_characters, fold_newlines, to_narrow_codes
from textgov.normalise.mojibake import repair_mojibake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

# CJK Radicals Supplement and the ideograph that looks the same: property Equivalent_Unified_Ideograph of Unicode 14.
# The Kangxi radicals need no table, NFKC has them.
RADICALS = dict(
    zip(
        "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺"
        "⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀"
        "聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
        strict=True,
    )
)
# Big5 keeps codes for users; Windows shows them as private-use characters, in this order: first code, first character.
# (The Hong Kong supplement puts its characters there; the published table of HKSCS-1999 agrees in 3,101 of 3,102 rows.)
USER_AREAS = ((0xFA, 0xE000, 785), (0x8E, 0xE311, 2983), (0x81, 0xEEB8, 2041))
LAST_AREA = (0xC6, 0xF672, 157 * 3)  # C6A1 is F6B1
# The compatibility points of HKSCS-1999: characters of the older Government Chinese Character Set that were found to be
# forms of others. The codec of Python does not have them. 0xE000 is added to each number.
COMPATIBILITY = dict(
    zip(
        (
            "01F 026 05B 063 073 0A5 0F3 134 149 166 191 1BA 1C9 22C 22D 230 266 286 2A3 2BC 2EF 33A 340 34F 35A "
            "363 37C 37F 3C5 3D7 3DC 417 418 44A 478 485 4C5 4DA 545 589 5D2 5D3 5D4 5D5 5EB 5F4 6C5 727 7D3 7FD "
            "884 893 B40 B42 B45 B6E B86 B94 B9E BA9 BBA BCF BD2 BDE C01 C02 C15 C5B C5E CA6 D28 D6E D7C D9E DA4 "
            "DE7 DF4 E3E E52 E8E E98 E9D 6EE 6EF "
        ).split(),
        "倩偽包〹卿嘅婷廐彘悤撐晴杞沜渝港煮猪瑜瓩砉箸簆糎緒縝者耨菁蒨萏覦覩起都銹靜響鼖蔃兙兛兝兞鍮瑹浧禛邗靝瀞嬨爁矗纇駖釔惞澶輶侻鄄鷰菏尐秣婧輋筑拐恢痹汊鬮鼗僭弌蠏拎瑨煢牐〞仝",
        strict=True,
    )
)
# The font of the Hong Kong government of 1997, before that standard; known from the context of its two characters.
HONG_KONG_1997 = {"\ue12e": "着", "\ue195": "迹"}
# Words that prove a reading: two characters, one of which had a private code.
EVIDENCE = frozenset(
    "随着 隨着 接着 朝着 沿着 着手 着重 着眼 解决 决定 决策 情况 状况 狀况 况且 社羣 羣体 羣體 羣众 羣眾 "
    "资者 資者 费者 費者 迹象 粤港 水埗 屋邨 公邨 衞生 滙豐 滙丰 恒生 高峯".split()
)
# Private codes of GBK that later standards gave a character: Python's codec has the rest of them (GB 18030-2005, 2022).
GBK_PRIVATE = dict(
    zip(
        "\ue5e5\ue76c\ue7c7\ue7c8\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
        "\ue816\ue817\ue818\ue81e\ue826\ue82b\ue82c\ue831\ue832\ue83b\ue843\ue854\ue855\ue864",
        "\u3000€\u1e3f\u01f9\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
        "\U00020087\U00020089\U000200cc\u9fb4\u9fb5\u9fb6\u9fb7\U000215d7\u9fb8\U0002298f\u9fb9\u9fba"
        "\U000241fe\u9fbb",
        strict=True,
    )
)
# Bullets of the fonts Wingdings and Symbol, which Word writes as 0xF000 and the number of the glyph.
BULLETS = dict(
    zip("\uf06c\uf06e\uf06f\uf071\uf072\uf075\uf076\uf09f\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc", "●■□❑❒◆❖•▪◻•➢✓", strict=True)
)
RADICAL_BLOCK, PRIVATE_BLOCK = (0x2E80, 0x74), (0xE000, 0x1900)  # first code, number of codes
FIRST_PRIVATE_PLANE = 0xF0000
ENTITY = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)*(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
NESTED = 4  # times that an entity may be written with entities


def _in_block(codes: NDArray[np.uint16 | np.uint32], block: tuple[int, int]) -> NDArray[np.bool_]:
    """Which characters belong to a block; what lies before it is beyond it when the difference wraps."""
    first, number = block
    return (codes - codes.dtype.type(first)) < codes.dtype.type(number)


def _find(codes: NDArray[np.uint16 | np.uint32]) -> NDArray[np.int64]:
    """Where radicals and private-use characters stand."""
    return np.flatnonzero(_in_block(codes, RADICAL_BLOCK) | _in_block(codes, PRIVATE_BLOCK))


@cache
def _hong_kong() -> Mapping[str, str]:
    """Private-use characters of Big5 that the Hong Kong supplement defines."""
    table = {chr(0xE000 + int(number, 16)): char for number, char in COMPATIBILITY.items()}
    for lead, first, size in (*USER_AREAS, LAST_AREA):
        for at in range(size):
            row, cell = divmod(at, 157)
            data = bytes((lead + row, cell + 0x40 if cell < 63 else cell + 0xA1 - 63))
            char = data.decode("big5hkscs", "ignore")
            if len(char) == 1 and first + at >= 0xE000:
                table.setdefault(chr(first + at), char)
    return table


@cache
def _gbk() -> Mapping[str, str]:
    """Private-use characters of GBK."""
    table = dict(GBK_PRIVATE)
    table |= {chr(0xE7E7 + at): char for at, char in enumerate("\u303e⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻")}
    for at in range(80):
        code = 0x50 + at
        char = bytes((0xFE, code + (code > 0x7E))).decode("gb18030")
        table.setdefault(chr(0xE815 + at), RADICALS.get(char, char))
    return table


def repair_glyphs(text: str) -> Change:
    """Radicals become the characters that they look like, private-use characters those that a known table gives.

    Which table of private-use characters fits is told by the words that it makes; GBK's when none is proved. A
    character of which nothing is known stays.

    Examples
    --------
    >>> repair_glyphs("⻓江").text
    '长江'
    >>> repair_glyphs("隨\ue2e5社會進步").text
    '隨着社會進步'
    """
    at = _find(to_narrow_codes(text)).tolist()
    if not at:
        return unchanged(text)
    table = _choose(text, [here for here in at if text[here] >= "\ue000"])
    edits = []
    for here in at:
        char = text[here]
        new = RADICALS.get(char) or table.get(char)
        if not new and char in BULLETS and not text[text.rfind("\n", 0, here) + 1 : here].strip():
            new = BULLETS[char]
        if new:
            edits.append(Edit(here, here + 1, new))
    return apply_edits(text, edits)


def _choose(text: str, at: list[int]) -> Mapping[str, str]:
    """The table of private-use characters that a text was written with."""
    chars = {text[here] for here in at} - BULLETS.keys()
    if not chars:
        return {}
    tables = (_hong_kong(), HONG_KONG_1997)
    proofs = [sum(_proves(text, here, table) for here in at) for table in tables]
    if not max(proofs):
        return _gbk()
    # What is not in the table falls to the other one at once, so that a second pass finds nothing.
    return {**_gbk(), **tables[proofs.index(max(proofs))]}


def _proves(text: str, here: int, table: Mapping[str, str]) -> bool:
    char = table.get(text[here], "")
    return bool(char) and (
        text[max(here - 1, 0) : here] + char in EVIDENCE or char + text[here + 1 : here + 2] in EVIDENCE
    )


def count_unknown_glyphs(text: str) -> int:
    """How many private-use characters of a text are left: nobody can tell what they stand for.

    Examples
    --------
    >>> count_unknown_glyphs("1\ue010突破")
    1
    """
    codes = to_narrow_codes(text)
    count = int(np.count_nonzero(_in_block(codes, PRIVATE_BLOCK)))
    return count + (int(np.count_nonzero(codes >= FIRST_PRIVATE_PLANE)) if codes.itemsize > 2 else 0)


def unescape_entities(text: str) -> Change:
    """HTML entities that were left in plain text become characters, however often they were escaped.

    Only entities that HTML knows, with their semicolon. What comes out is treated like the rest of the text was before.

    Examples
    --------
    >>> unescape_entities("&ldquo;一网通办&amp;rdquo;&#xff0c;AT&T").text
    '“一网通办”,AT&T'
    """
    if "&" not in text:
        return unchanged(text)
    done = unchanged(text)
    for _ in range(NESTED):
        change = apply_edits(done.text, _unescape(done.text))
        if not change.places:
            break
        done = _then(done, change)
        for rule in (fold_newlines, repair_mojibake, repair_glyphs, fold_characters):
            done = _then(done, rule(done.text), counted=False)
    return done


def _then(done: Change, change: Change, *, counted: bool = True) -> Change:
    if not change.places:
        return done
    return Change(change.text, done.spans.then(change.spans), done.places + change.places * counted)


def _unescape(text: str) -> list[Edit]:
    edits = []
    for match in ENTITY.finditer(text):
        new = match[0]
        for _ in range(match[0].count(";")):
            new = html.unescape(new)
        # Without its semicolon HTML would also read a part of a word: &notit; is ¬it;.
        if not new.endswith(";") or new == ";":
            edits.append(Edit(match.start(), match.end(), new))
    return edits
