"""How well the encoding of a text is found, on snippets of real documents; the floors that the tests keep to.

usage: python tests/benchmarks/decoding.py DATA [--pin [--lower]] [--snippets 500] [--seed 7]

DATA holds the real corpora. For every encoding and length, snippets are drawn from documents of many kinds (the same
ones every time), whole and with a byte lost at either end. A snippet is right when its text comes back exactly. Of one
that lost its last byte, all but the last character must come back. GB18030 and Big5 have no marks at which a character
begins, so that a first byte that is lost can shift what follows up to the next ASCII character: there, all but the
first five characters must come back. Then text in legacy encodings of other languages is read, which should be
refused. ``--pin`` writes the shares to ``tests/floors.json``; a share that would fall needs ``--lower``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import lzma
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from textgov.errors import ReadError
from textgov.load.encoding import Decoded, decode

FLOORS = Path(__file__).parents[1] / "floors.json"
SHIFT = 5  # characters that a lost first byte may spoil
SIZES = (20, 50, 200, 1000)
CUTS = {"whole": (0, 0), "first byte lost": (1, 0), "last byte lost": (0, 1)}
# Where each kind of text comes from; every kind is drawn equally often.
SIMPLIFIED = {
    "reports": "gwr-panel/[mn]*.jsonl.xz",
    "provinces": "gwr-panel/province.jsonl.xz",
    "plans": "national-plans/*.jsonl.xz",
    "cities": "city2024/*.jsonl.xz",
    "counties": "county-gbk/*.txt",
    "table": "province2026-csv/*.csv",
    "web pages": "gov-cn-html/*.html",
    "with English": "national-tmx/*.tmx",
    "wiki": "national-wikisource/*.jsonl.gz",
    "notices": "pkulaw-txt/*.txt",
    "bibliography": "paper-meta/*/*.net",
    "news": "segmentation-gold/gold/pku*.utf8",
}
TRADITIONAL = {
    "addresses": "hk-policy-address/*.xml",
    "statutes": "tw-law-json/[A-Z]*.json",
    "Taiwan": "segmentation-gold/gold/as*.utf8",
    "Hong Kong": "segmentation-gold/gold/cityu*.utf8",
}
# Name in the table -> codec that writes, scripts it can write.
WAYS = {
    "utf-8": ("utf-8", (SIMPLIFIED, TRADITIONAL)),
    "gb18030": ("gb18030", (SIMPLIFIED, TRADITIONAL)),
    "big5": ("cp950", (TRADITIONAL,)),
    "big5hkscs": ("big5hkscs", (TRADITIONAL,)),
    "utf-16-le": ("utf-16-le", (SIMPLIFIED, TRADITIONAL)),
    "utf-16-be": ("utf-16-be", (SIMPLIFIED, TRADITIONAL)),
}
# Python writes the one as Big5-HKSCS; Windows, from which such files come, means the other.
MARKS = str.maketrans("•､∼♁☉¥¢£", "‧﹑～⊕⊙￥￠￡")
# Legacy files of other languages: nothing that a reader of Chinese should take for Chinese.
OTHERS = {
    "Japanese": (
        ("shift_jis", "euc_jp"),
        "市の計画では、子どもから高齢者まで安心して暮らせるまちづくりを進めることにしています。昨年度は新しい図書館"
        "が開館し、多くの市民に利用されました。今年は道路や公園の整備を続けるとともに、手続きのオンライン化にも力を"
        "入れます。窓口で待つ時間を短くし、書類を減らすことが目標です。ご意見はメールか電話でお寄せください。",
    ),
    "Korean": (
        ("euc_kr", "cp949"),
        "시는 올해 시민이 더 편리하게 행정 서비스를 이용할 수 있도록 여러 가지 사업을 추진합니다. 먼저 민원 창구를 "
        "줄이고 인터넷으로 신청할 수 있는 서류를 늘립니다. 도서관과 공원은 주말에도 문을 열며, 버스 노선은 두 개가 "
        "새로 생깁니다. 예산은 작년보다 조금 늘었고, 자세한 내용은 누리집에서 볼 수 있습니다. 많은 관심과 참여를 "
        "부탁드립니다.",
    ),
    "Russian": (
        ("cp1251", "koi8-r", "iso8859-5"),
        "В этом году город продолжит ремонт дорог и школ. Жители смогут подавать заявления через интернет, а ответ "
        "придёт в течение десяти дней. Новая библиотека откроется весной, рядом с ней появится парк. Бюджет вырос "
        "на три процента.",
    ),
    "Greek": (
        ("cp1253", "iso8859-7"),
        "Ο δήμος συνεχίζει φέτος τα έργα στους δρόμους και στα σχολεία. Οι κάτοικοι μπορούν να στέλνουν αιτήσεις "
        "από το διαδίκτυο και παίρνουν απάντηση σε δέκα ημέρες. Η νέα βιβλιοθήκη ανοίγει την άνοιξη δίπλα στο "
        "πάρκο.",
    ),
    "French": (
        ("cp1252", "mac_roman", "cp850"),
        "Cette année, la mairie a rénové l’école et créé une médiathèque très appréciée. Les démarches se feront "
        "désormais à distance : dépôt du dossier, paiement, reçu. Le budget s’élève à près de trois millions, "
        "légèrement supérieur à celui de l’année passée ; où qu’il habite, chaque élève bénéficiera d’un accès "
        "gratuit.",
    ),
    "German": (
        ("cp1252", "cp850"),
        "Die Stadt erneuert in diesem Jahr Straßen, Brücken und Schulgebäude. Anträge können künftig überall und "
        "ohne Papier gestellt werden; die Prüfung dauert höchstens zehn Tage. Für die Bücherei gibt es größere "
        "Räume, für die Bürger längere Öffnungszeiten, außerdem „Gespräche vor Ort“ über die Pläne.",
    ),
    "Thai": (
        ("tis-620",),
        "ปีนี้เทศบาลจะซ่อมถนนและโรงเรียนหลายแห่ง ประชาชนสามารถยื่นคำขอทางอินเทอร์เน็ตและได้รับคำตอบภายในสิบวัน "
        "ห้องสมุดใหม่จะเปิดในฤดูหนาว งบประมาณเพิ่มขึ้นเล็กน้อยจากปีที่แล้ว ขอเชิญทุกคนร่วมแสดงความคิดเห็น",
    ),
}


class Snippet(NamedTuple):
    """Bytes as they are given to `decode`, and the text that must come back; `start` and `end` are lost characters."""

    data: bytes
    text: str
    start: bool
    end: bool


def read_texts(path: Path) -> Iterator[str]:
    """The texts of one file of the corpora, read without the package."""
    if path.suffix in (".xz", ".gz"):
        opened = lzma.open if path.suffix == ".xz" else gzip.open
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row.get("text") or row["content"]
    elif path.suffix == ".csv":
        table = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
        yield from (cell for row in csv.reader(table) for cell in row)
    else:
        yield path.read_text("gbk" if path.parent.name == "county-gbk" else "utf-8-sig", errors="strict")


def read_pools(data: Path, kinds: dict[str, str]) -> list[list[str]]:
    """Texts of each kind; those of a kind with many are thinned out to 100."""
    pools = []
    for pattern in kinds.values():
        texts = [text for path in sorted(data.glob(pattern)) for text in read_texts(path) if len(text) > 10]
        pools.append(texts[:: max(1, len(texts) // 100)])
    return pools


def fingerprint(data: Path) -> str:
    """SHA-256 of the names and contents of all files that snippets come from."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in (SIMPLIFIED | TRADITIONAL).values() for path in data.glob(pattern)):
        digest.update(path.relative_to(data).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def draw(chance: random.Random, pools: list[list[str]], codec: str, size: int) -> str:
    """A stretch of some text that is not plain ASCII, without the characters that the codec does not have."""
    while True:
        text = chance.choice(chance.choice(pools))
        at = chance.randrange(max(1, len(text) - size))
        part = text[at : at + 2 * size].encode(codec, "ignore").decode(codec)[:size]
        if len(part) == size and not part.isascii():
            return part


def cut(text: str, codec: str, lost: tuple[int, int]) -> Snippet:
    """The bytes of a text, without some at its ends."""
    data = text.encode(codec)
    first, last = lost
    # An ASCII character that is lost as a whole leaves nothing behind.
    start = bool(first) and len(text[0].encode(codec)) > 1
    end = bool(last) and len(text[-1].encode(codec)) > 1
    text = text.translate(MARKS) if codec == "big5hkscs" else text
    return Snippet(data[first : len(data) - last], text[first : len(text) - last], start, end)


def is_right(snippet: Snippet, found: Decoded) -> bool:
    """Does the text come back, but for a few characters where a byte was lost?"""
    text = snippet.text[SHIFT:] if snippet.start else snippet.text
    at = found.text.find(text)
    before, after = at, len(found.text) - at - len(text)
    return at >= 0 and before <= (SHIFT + 2) * snippet.start and after <= 2 * snippet.end


def read_snippet(snippet: Snippet) -> str:
    """``right``, ``refused``, or the encoding that was taken although it does not give the text back."""
    try:
        found = decode(snippet.data)
    except ReadError:
        return "refused"
    return "right" if is_right(snippet, found) else found.encoding


def measure(data: Path, n_snippets: int = 500, seed: int = 7) -> dict[str, Counter[str]]:
    """How the snippets were read, by encoding, length and cut."""
    chance = random.Random(seed)
    scripts = {id(kinds): read_pools(data, kinds) for kinds in (SIMPLIFIED, TRADITIONAL)}
    results: dict[str, Counter[str]] = {}
    for name, (codec, kinds) in WAYS.items():
        for size in SIZES:
            for label, lost in CUTS.items():
                drawn = (draw(chance, scripts[id(chance.choice(kinds))], codec, size) for _ in range(n_snippets))
                results[f"{name} / {size} / {label}"] = Counter(read_snippet(cut(text, codec, lost)) for text in drawn)
    return results


def measure_others(size: int) -> dict[str, Counter[str]]:
    """What becomes of text in legacy encodings of other languages: the encodings taken, or ``refused``."""
    results = {}
    for language, (codecs, text) in OTHERS.items():
        for codec in codecs:
            clean = text.encode(codec, "ignore").decode(codec)
            parts = [clean[at : at + size] for at in range(0, max(1, len(clean) - size), 5)]
            snippets = [Snippet(part.encode(codec), "\0", False, False) for part in parts if not part.isascii()]
            results[f"{language} / {codec} / {size}"] = Counter(map(read_snippet, snippets))
    return results


def shares(data: Path, n_snippets: int = 500, seed: int = 7) -> dict[str, tuple[float, Counter[str]]]:
    """The share that was right (of other languages: refused) and what became of the snippets, by row of the table."""
    rows = {name: (counts["right"], counts) for name, counts in measure(data, n_snippets, seed).items()}
    for size in (50, 200):
        rows |= {name: (counts["refused"], counts) for name, counts in measure_others(size).items()}
    return {name: (good / counts.total(), counts) for name, (good, counts) in rows.items()}


def pin(found: dict[str, float], data: Path, lower: bool) -> None:
    """Write the shares as the floors; refuse to lower one unless told so."""
    kept = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    old = kept.get("encodings", {}).get("floors", {})
    fallen = [f"{name}: {floor} -> {found.get(name)}" for name, floor in old.items() if found.get(name, 0) < floor]
    if fallen and not lower:
        sys.exit("\n".join([*fallen, "A floor would fall; --lower allows it."]))
    kept["encodings"] = {"data": fingerprint(data), "floors": found}
    FLOORS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8", newline="\n")


def main() -> None:
    """Measure, print, and pin if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pin", action="store_true", help="with the usual number of snippets and seed only")
    parser.add_argument("--lower", action="store_true")
    parser.add_argument("--snippets", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.pin and (args.snippets, args.seed) != (500, 7):
        parser.error("floors are those of 500 snippets and seed 7")
    rows = shares(args.data, args.snippets, args.seed)
    for name, (share, counts) in rows.items():
        print(f"{name:38s} {share:7.1%}   {', '.join(f'{how} {n}' for how, n in counts.most_common())}")
    if args.pin:
        pin({name: share for name, (share, _) in rows.items()}, args.data, args.lower)


if __name__ == "__main__":
    main()
