"""Pages on which a program put the pinyin behind some characters, 數(shù), restored.

The program searched the GBK bytes of a traditional text, not its characters. So it also matched across two of them:
府數 is B8AE 94B5, AE94 is 當, and the page shows ``府?dāng)?shù)``. Such a place is read again byte by byte
(`textgov.normalise.pinyin_bytes`); everywhere else the note is taken out.

A note in a text that was not damaged stays: the program annotated every occurrence of many traditional characters,
a textbook or a glossary annotates a few, or only once, or simplified ones too.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from textgov.normalise.change import Change, Edit, apply_edits, unchanged
from textgov.normalise.pinyin_bytes import (
    LETTERS,
    NOTE,
    Page,
    char_of,
    code_of,
    is_read,
    is_simple,
    read_stretch,
)

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ"
TONE = re.compile(f"[{TONED}]")
# The bracket comes first: a search for one plain character is the fastest there is.
CLOSING = re.compile(rf"\)(?:(?<=[{TONED}]\))|(?<=[{TONED}][a-z]\))|(?<=[{TONED}][a-z][a-z]\)))")
WHOLE = rf"\([{LETTERS}]{{1,6}}\)"
HAN_NOTE = re.compile(rf"([\u3400-\u9fff])\(([{LETTERS}]{{1,6}})\)")
WHOLE_NOTE = re.compile(WHOLE)
# From a broken note to where its characters are surely themselves again.
SHIFTED = re.compile(rf"\?[{LETTERS}]{{1,6}}\)[^\x00-\x3e\x40-\x7f]*(?:{WHOLE}[^\x00-\x7f]*\?[^\x00-\x3e\x40-\x7f]*)*")

# What a damaged page has. The page that was studied has 1,615 notes behind 83 characters, all outside GB 2312, and not
# one of these characters without a note. Word lists and glossaries repeat few characters, textbooks annotate a few
# occurrences, ruby text annotates simplified characters too. No text of the 145 MB of real ones passes for damaged;
# damaged excerpts are recognised from 500 characters on (96 %; 45 % of those with 200).
MIN_NOTES = 5
MIN_REPEATS = 3  # notes beyond the first of each character, broken ones included
MIN_TRADITIONAL = 0.8  # share of the notes behind characters that GB 2312 lacks
MIN_ALWAYS = 0.8  # share of the occurrences of the annotated characters that have a note
MIN_SAME = 3  # a reading that the dictionary lacks is believed when a character has it so often
ROUNDS = 3
# A character whose second byte is gone for good: of 91 in real reports 43 are put in right and 4 wrong at 0.5, 46 and
# 35 at 0; what is less likely stays a ``?``. The first reading takes none that could mislead the second.
SURE_FIRST, SURE = 0.9, 0.5


def restore_pinyin(text: str, *, certain: bool = False) -> Change:
    """Take the pinyin out of a page that was damaged so, and put the broken places right.

    Parameters
    ----------
    text : str
        With its line ends folded, before any change of widths or script.
    certain : bool
        The text belongs to a page that is known to be damaged, such as its title: no proof is asked for.

    Examples
    --------
    >>> restore_pinyin("政府?dāng)?shù)字化", certain=True).text
    '政府數字化'
    """
    if not CLOSING.search(text):
        return unchanged(text)
    change = unchanged(text)
    for _ in range(ROUNDS):
        new = _restore_once(change.text, certain)
        if not new.places:
            return change
        change = Change(new.text, change.spans.then(new.spans), change.places + new.places)
    return unchanged(text)  # no end to it: this is something else


def _restore_once(text: str, certain: bool) -> Change:
    notes = list(NOTE.finditer(text))
    page = _survey(text)
    n_broken = sum(note[1] == "?" and bool(TONE.search(note[2])) for note in notes)
    if not certain and not _is_damaged(page, n_broken):
        return unchanged(text)
    # What is always damaged on this page is known to it only after the places that can be read without.
    first = apply_edits(text, _edits(text, notes, page)).text
    page = page._replace(pairs=Counter(pairwise(first)), singles=Counter(first), sure=SURE)
    return apply_edits(text, _edits(text, notes, page))


def _survey(text: str) -> Page:
    counts = Counter(HAN_NOTE.findall(text))
    known = {note: n for note, n in counts.items() if is_read(*note) or (n >= MIN_SAME and TONE.search(note[1]))}
    plain = WHOLE_NOTE.sub("", SHIFTED.sub("\0", text))
    folded = "，" not in text and "," in text
    annotated = frozenset(char for char, _ in known)
    return Page(Counter(known), annotated, Counter(pairwise(plain)), Counter(plain), folded, SURE_FIRST)


def _is_damaged(page: Page, n_broken: int) -> bool:
    n_notes = page.notes.total()
    traditional = sum(n for (char, _), n in page.notes.items() if not is_simple(char))
    occurrences = sum(page.singles[char] for char in {char for char, _ in page.notes})
    return (
        n_notes >= MIN_NOTES
        and n_notes - len(page.notes) + n_broken >= MIN_REPEATS
        and traditional >= MIN_TRADITIONAL * n_notes
        and n_notes >= MIN_ALWAYS * occurrences
    )


def _edits(text: str, notes: list[re.Match[str]], page: Page) -> list[Edit]:
    edits: list[Edit] = []
    done, tail = 0, b"\0\0"  # what was dealt with ends here, and the last two bytes of it
    for note in notes:
        start = note.start()
        if start < done:
            continue
        between = text[max(done, start - 2) : start]
        tail = (tail + b"".join(code_of(char) or b"\0\0" for char in between))[-2:]
        done = start
        if note[1] == "(":
            char = char_of(tail)
            if (char, note[2]) in page.notes or is_read(char, note[2]):
                edits.append(Edit(start, note.end(), ""))
                done = note.end()
        else:
            if page.folded and tail[-1] < 0x80:
                tail = bytes((0xA3, tail[-1] + 0x80))  # the mark was a full-width one when the note was put in
            done, new, tail = read_stretch(text, start, tail, page)
            if new is not None:
                edits.append(Edit(start, done, new))
    return edits
