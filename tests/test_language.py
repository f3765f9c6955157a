"""Which language a text is in: short examples by hand, real texts and their translations."""

from xml.etree import ElementTree

import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.normalise.language import LETTERS_PER_HAN, detect_language

GERMAN = "Die Stadt baut ein Portal, damit die Leute nicht warten. Es ist neu und es hilft allen in der Stadt sehr gut."
FRENCH = (
    "La ville ouvre un portail et les gens attendent moins. Il aide tout le monde ici, tous les jours, et les autres."
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", ""),
        ("12.5 % (2019)", ""),
        ("数字政府", "zh"),
        ("數位政府與資料開放", "zh"),
        ("推进“互联网+政务服务”,建设 APP 和 5G 网络。", "zh"),
        ("Digital government", "en"),
        ("Queues at the counter are long, and the portal shortens them (见表 1).", "en"),
        ("デジタル庁は行政のオンライン化を進めている。", ""),
        ("디지털 정부는 서비스를 개선한다.", ""),
        ("Цифровое правительство и открытые данные", ""),
        (GERMAN, ""),
        (FRENCH, ""),
        (GERMAN.upper(), ""),
    ],
)
def test_by_hand(text, language):
    assert detect_language(text) == language


def test_a_page_in_both_languages_is_chinese_unless_the_chinese_is_a_title():
    chinese, english = (
        "数字政府建设缩短了办事时间。" * 5,
        "The digital government shortens the time that people wait. " * 5,
    )
    assert detect_language(chinese + english) == "zh"
    assert detect_language("数字政府建设\n" + english * 3) == "en"


def test_a_long_text_is_judged_by_all_of_it():
    english = "The digital government shortens the time that people wait. " * 1000
    assert detect_language("数字政府" * 1500 + english) == "zh"
    assert detect_language("数字政府" * 500 + english) == "en"


@given(st.text(max_size=200))
def test_any_text_has_one_of_three_answers(text):
    assert detect_language(text) in ("zh", "en", "")


@pytest.mark.real
def test_every_real_report_is_chinese(real_data):
    assert [name for name, text in iter_reports(real_data) if detect_language(text) != "zh"] == []


@pytest.mark.real
def test_sentences_and_their_translations(real_data):
    """Each sentence of four reports by itself: all Chinese ones, and at least 99.5 % of the English ones, are right."""
    asked, right, ratios = {"zh": 0, "en": 0}, {"zh": 0, "en": 0}, []
    for path in sorted((real_data / "national-tmx").glob("*.tmx")):
        for unit in ElementTree.fromstring(path.read_bytes()).iter("tu"):
            pair = {}
            for side in unit.iter("tuv"):
                language = side.get("{http://www.w3.org/XML/1998/namespace}lang", "")[:2]
                pair[language] = "".join(side.find("seg").itertext())
                asked[language] += 1
                right[language] += detect_language(pair[language]) == language
            han = sum("\u4e00" <= char <= "\u9fff" for char in pair["zh"])
            if han > 10:
                ratios.append(sum(char.isascii() and char.isalpha() for char in pair["en"]) / han)
    assert asked["zh"] == asked["en"] > 2600
    assert right["zh"] == asked["zh"]
    assert right["en"] >= 0.995 * asked["en"]
    # The constant of the module is twice the median.
    assert sorted(ratios)[len(ratios) // 2] * 2 == pytest.approx(LETTERS_PER_HAN, rel=0.02)
