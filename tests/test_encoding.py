"""Bytes become text: the encoding is found by how plausible the Chinese is."""

from __future__ import annotations

import random
from pathlib import Path

import opencc
import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import ReadError, UsageError
from textgov.load.encoding import COMMON, decode, plausibility

SIMPLIFIED = "各位代表：现在，我代表市人民政府向大会报告工作。过去一年，全市加快数字政府建设，推进“一网通办”。"
TRADITIONAL = "各位代表：現在，我代表市人民政府向大會報告工作。過去一年，全市加快數位政府建設，推進資料開放。"
# Codec that writes, name that decode() gives.
WAYS = [
    (SIMPLIFIED, "utf-8", "utf-8"),
    (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
    (SIMPLIFIED, "gb18030", "gb18030"),
    (SIMPLIFIED, "gbk", "gb18030"),
    (SIMPLIFIED, "gb2312", "gb18030"),
    (SIMPLIFIED, "utf-16", "utf-16"),
    (SIMPLIFIED, "utf-16-le", "utf-16-le"),
    (SIMPLIFIED, "utf-16-be", "utf-16-be"),
    (SIMPLIFIED, "utf-32", "utf-32"),
    (TRADITIONAL, "utf-8", "utf-8"),
    (TRADITIONAL, "big5", "big5hkscs"),
    (TRADITIONAL, "cp950", "big5hkscs"),
    (TRADITIONAL, "big5hkscs", "big5hkscs"),
    (TRADITIONAL, "gb18030", "gb18030"),
    (TRADITIONAL, "utf-16", "utf-16"),
    (TRADITIONAL, "utf-16-le", "utf-16-le"),
]


@pytest.mark.parametrize(("text", "codec", "name"), WAYS)
def test_text_comes_back(text: str, codec: str, name: str):
    found = decode(text.encode(codec))
    assert (found.text, found.encoding, found.replaced) == (text, name, 0)
    assert found.margin > 0


@pytest.mark.parametrize(("text", "codec", "name"), WAYS)
def test_file_that_was_cut_at_any_byte(text: str, codec: str, name: str):
    data = text.encode(codec)
    for end in range(len(data) // 2, len(data)):
        found = decode(data[:end])
        whole = found.text.rstrip("\ufffd")
        assert found.encoding == name or found.replaced, (end, found.encoding)
        assert text.startswith(whole[:-1])  # two bytes of a GB18030 character can be a character of their own
        assert len(whole) >= len(text) * (end - 8) // len(data)


def test_stray_byte_costs_one_character_not_the_file():
    data = SIMPLIFIED.encode("gb18030")
    found = decode(data[:40] + b"\xff" + data[40:])
    assert found.encoding == "gb18030"
    assert found.replaced == 1
    assert found.text.replace("\ufffd", "") == SIMPLIFIED


def test_damaged_utf8_stays_utf8():
    data = SIMPLIFIED.encode()
    found = decode(data[:30] + data[31:])
    assert found.encoding == "utf-8"
    assert found.replaced >= 1
    assert found.text.startswith(SIMPLIFIED[:10])
    assert found.text.endswith(SIMPLIFIED[-30:])


def test_four_characters_are_enough():
    assert decode("数字政府".encode("gb18030")).text == "数字政府"


def test_long_head_of_ascii_decides_nothing():
    head = "<style>p { margin: 0 }</style>\n" * 4000
    for text, codec in ((SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5")):
        assert decode((head + text).encode(codec)).text == head + text


def test_ascii_is_utf8():
    assert decode(b"Digital government 2021\r\n")[:2] == ("Digital government 2021\r\n", "utf-8")


def test_mark_alone_is_an_empty_text():
    assert decode(b"\xff\xfe").text == ""
    assert decode(b"\xef\xbb\xbf").text == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"%PDF-1.7\n" + bytes(random.Random(1).randbytes(4000)),
        b"PK\x03\x04" + bytes(random.Random(2).randbytes(4000)),
        bytes(4000),
        bytes(random.Random(3).randbytes(4000)),
        bytes(range(1, 9)) * 50 + b"text",
        b"\xff\xfe" + bytes(random.Random(4).randbytes(4000)),
        b"\xff\xd8\xff\xe0" + bytes(random.Random(5).randbytes(4000)),
    ],
    ids=["png", "pdf", "zip", "zeros", "random", "controls", "random behind a mark", "jpeg"],
)
def test_binary_file_is_no_text(data: bytes):
    with pytest.raises(ReadError) as caught:
        decode(data)
    assert caught.value.code == "file_binary"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_text_or_one_error(data: bytes):
    try:
        found = decode(data)
    except ReadError as error:
        assert error.code == "file_binary"
    else:
        assert found.replaced == found.text.count("\ufffd")
        assert found.text.encode().decode() == found.text


def test_encoding_asked_for_is_used():
    assert decode(TRADITIONAL.encode("big5"), "big5")[:2] == (TRADITIONAL, "big5")
    assert decode(SIMPLIFIED.encode("gbk"), "GB18030")[:2] == (SIMPLIFIED, "gb18030")
    with pytest.raises(ReadError):
        decode(SIMPLIFIED.encode("utf-16"), "ascii")


@pytest.mark.parametrize("name", ["gb18031", "", "hex"])
def test_unknown_encoding_is_named(name: str):
    with pytest.raises(UsageError, match=f"^{name} is not an encoding that Python knows"):
        decode(b"a", name)


def test_plausibility_counts_common_characters_among_the_foreign_ones():
    assert {"的", "政", "府", "數", "灣"} & COMMON == {"的", "政", "府", "數"}
    assert plausibility("政府 abc") == 1.0
    assert plausibility("政府，（１）") == 1.0
    assert plausibility("政灣") == 0.5
    assert plausibility("政\ufffd") == pytest.approx(0.5 - 0.5)
    assert plausibility("abc") == 0.0


# ---- real texts ----

FLOORS = {10: 0.99, 20: 1.0, 50: 1.0, 200: 1.0, 1000: 1.0}  # measured: 0.998 at 10 characters (UTF-16), else 1.0


@pytest.mark.real
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be"])
def test_snippets_of_real_reports_come_back(real_data: Path, codec: str):
    texts = [text for at, (_, text) in enumerate(iter_reports(real_data, ("municipality", "province"))) if at % 5 == 0]
    assert len(texts) == 130
    chance, to_traditional = random.Random(7), opencc.OpenCC("s2tw")
    for size, floor in FLOORS.items():
        right = total = 0
        while total < 300:
            text = chance.choice(texts)
            at = chance.randrange(300, max(301, len(text) - size))
            snippet = text[at : at + size]
            if codec == "big5":
                snippet = to_traditional.convert(snippet).encode("big5", "ignore").decode("big5")
            if snippet.isascii():
                continue
            total += 1
            right += _decodes_to(snippet.encode(codec), snippet)
        assert right / total >= floor, (codec, size, right)


def _decodes_to(data: bytes, text: str) -> bool:
    try:
        return decode(data).text == text
    except ReadError:
        return False


# Three marks that Microsoft's Big5 and the Hong Kong one map to different characters; all that differs in these files.
HKSCS = str.maketrans("‧﹑～", "•､∼")


@pytest.mark.real
@pytest.mark.parametrize(
    ("pattern", "codec"),
    [
        ("county-gbk/*.txt", "gbk"),
        ("segmentation-gold/*/pku_*.txt", "gbk"),
        ("segmentation-gold/*/as_*.txt", "cp950"),
        ("segmentation-gold/*/cityu_*.txt", "big5hkscs"),
        ("hk-policy-address/*.xml", "utf-8"),
        ("pkulaw-txt/*.txt", "utf-8"),
    ],
)
@pytest.mark.parametrize("size", [100, 1000, 65536, None])
def test_real_files_of_every_encoding(real_data: Path, pattern: str, codec: str, size: int | None):
    paths = sorted(real_data.glob(pattern))
    assert paths
    for path in paths:
        data = path.read_bytes()[:size]
        expected = data.decode(codec, "replace").removeprefix("\ufeff")
        expected = expected.translate(HKSCS) if codec == "cp950" else expected
        assert decode(data).text.rstrip("\ufffd")[:-1] == expected.rstrip("\ufffd")[:-1], path.name
