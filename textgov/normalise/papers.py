"""Papers taken apart: title, authors, abstract, keywords, body, notes, references and the rest of the page.

Lines are read in order. What stands before the abstract and what carries a label is front matter; the body begins
behind the last of it and ends at the notes, the references or the list of citing works. A page that has only an
abstract has no body. Measures use the body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from textgov.normalise.paper_labels import (
    CITED,
    ENTRY,
    LOOSE,
    METADATA,
    PAGE_LINE,
    SUBTITLE,
    Label,
    Piece,
    cut_pieces,
    is_affiliation,
    is_caption,
    is_heading,
    is_latin,
    read_authors,
    read_authors_en,
    read_label,
)
from textgov.normalise.paper_meta import paper_key, read_meta
from textgov.normalise.textbook import is_chapter, mark_chapter, read_frame
from textgov.records import Section

__all__ = ["PaperParts", "paper_key", "split_paper"]

HEAD = 3000  # characters in which a paper shows its abstract and a chapter its goals
NEAR = 1500  # characters at either end that are searched for rarer signs, so that other texts cost nearly nothing
MIN_ENTRIES = 3  # a list of so many works is a list of references even where nothing else says that this is a paper
LONGEST_GAP, LONGEST_ABSTRACT = 15, 6000  # pieces between two labels of the front, characters of an abstract
LONGEST_FRONT_LINE = 200
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
SENTENCE_END = tuple("。.!?;:”)")
# Labels that mean something between paragraphs of the body too.
IN_BODY = METADATA - {"source", "published"}
BACK = frozenset(("references", "notes", "citing", "counters", "contents", "appendix"))


class PaperParts(NamedTuple):
    """Sections that cover the text from its first character to its last, what they say, and the title."""

    sections: tuple[Section, ...]
    meta: Mapping[str, str]
    title: str


@dataclass(slots=True)
class Draft:
    """The pieces of a text while they are being named; "" is not named yet."""

    pieces: list[Piece]
    labels: list[Label | None]
    names: list[str]
    fields: list[tuple[str, str]] = field(default_factory=list)

    def key(self, at: int) -> str:
        """Key of the label of a piece, or ""."""
        label = self.labels[at]
        return label.key if label else ""


def split_paper(text: str) -> PaperParts | None:
    """Take a paper or a chapter of a textbook apart; None when the text is neither.

    Parameters
    ----------
    text : str
        Normalised text (plain characters, simplified script).

    Returns
    -------
    PaperParts or None
        Sections are disjoint, in order, and cover the text; what is not recognised is ``body``. Their names: title,
        title_en, authors, affiliations, metadata, abstract, abstract_en, keywords, keywords_en, body, notes,
        references, captions, citing, counters, goals, questions, exercises, case, contents. ``meta`` has strings:
        title, authors (parted by semicolons), affiliations, doi, journal, volume, issue, pages, year, date, keywords,
        clc, funding, article_id, corresponding, n_references, n_citing, chapter, headings (one a line), conflicts,
        paper_id (`paper_key`), and title_en, authors_en, affiliations_en, keywords_en; what has no value is left out.
    """
    if not _may_be_paper(text):
        return None
    pieces = cut_pieces(text)
    frames = [read_frame(piece) for piece in pieces]
    draft = Draft(pieces, [read_label(piece) for piece in pieces], [""] * len(pieces))
    chapter = is_chapter(pieces, frames, HEAD)
    if not (chapter or _is_paper(draft)):
        return None
    if chapter:
        mark_chapter(pieces, frames, [draft.key(at) in BACK for at in range(len(pieces))], draft.names)
        start = _mark_title(draft, next(at for at, frame in enumerate(frames) if frame))
    else:
        start = _mark_front(draft)
    _mark_back(draft, start)
    sections = _sections(draft, len(text))
    meta = read_meta(text, sections, draft.fields)
    return PaperParts(sections, meta, meta.get("title", ""))


def _may_be_paper(text: str) -> bool:
    """Whether a text has a word without which it is no paper; the first letter is looked for first, to lose no time."""
    head, near, tail = text[:HEAD], text[:NEAR], text[-NEAR:]
    return (
        any(rest.lstrip().startswith("要") for rest in head.split("摘")[1:])
        or ("A" in head and ("Abstract" in head or "ABSTRACT" in head))
        or any(word in near for word in ("提要", "习目标", "学目标"))
        or "文献" in tail
        or ("[" in tail and "[J" in tail)
        or ("R" in tail and ("References" in tail or "REFERENCES" in tail))
    )


def _is_paper(draft: Draft) -> bool:
    near = {label.key for piece, label in zip(draft.pieces, draft.labels, strict=True) if label and piece.start < HEAD}
    every = {label.key for label in draft.labels if label}
    if near & {"abstract", "abstract_en"}:
        if near & {"keywords", "keywords_en", "clc", "article_id", "doi", "citation"} or "references" in every:
            return True
        if near >= {"abstract", "abstract_en"}:
            return True
    if near & {"keywords", "keywords_en"} and ("references" in every or near & {"clc", "article_id"}):
        return True
    starts = [at for at, label in enumerate(draft.labels) if label and label.key == "references"] or [_bare_list(draft)]
    works = [piece.text for piece in draft.pieces[starts[-1] :] if CITED.search(piece.text)] if starts[-1] >= 0 else []
    # A guideline may end with a few works too; a paper has authors, or its works are articles.
    articles = sum("[J" in work for work in works)
    return len(works) >= MIN_ENTRIES and (articles >= MIN_ENTRIES or _has_authors(draft))


def _has_authors(draft: Draft) -> bool:
    opening = [piece.text for piece in draft.pieces[: 2 * LONGEST_GAP] if piece.text]
    return any(read_authors(text) or len(read_authors_en(text)) > 1 for text in opening)


# ---- front matter ----


def _mark_front(draft: Draft) -> int:
    """Name the front matter; return the number of the piece with which the body begins."""
    near = range(sum(piece.start < HEAD for piece in draft.pieces))
    first = next((at for at in near if draft.key(at) in LOOSE), None)
    if first is None:
        return _mark_title(draft, _opening(draft))
    unknown: list[int] = []
    at, opened, wanted = 0, "", False
    while at < len(draft.pieces):
        piece, label = draft.pieces[at], draft.labels[at]
        if label and (label.key in LOOSE or label.key in METADATA):
            opened, wanted = label.key, not label.content and label.key != "other"
            _name(draft, at, label.key, label.content)
        elif not piece.text:
            pass
        elif wanted and not (opened in METADATA and is_heading(piece) and at > first):
            _name(draft, at, opened, piece.text)
            wanted = False
        elif at > first and opened in LOOSE and _goes_on(draft, at, opened):
            draft.names[at] = opened
        elif at < first or _front_ahead(draft, at):
            unknown.append(at)
            opened = ""
        else:
            break
        at += 1
    _name_unknown(draft, unknown)
    return at


def _name(draft: Draft, at: int, key: str, content: str) -> None:
    draft.names[at] = key if key in LOOSE else "metadata"
    if content:
        draft.fields.append((key, content))


def _goes_on(draft: Draft, at: int, opened: str) -> bool:
    """Whether an abstract (or its keywords) goes on in this piece: a sentence was cut, or its keywords are to come."""
    before = next(draft.pieces[back].text for back in range(at - 1, -1, -1) if draft.pieces[back].text)
    piece = draft.pieces[at]
    if is_heading(piece) or (draft.key(at) and draft.key(at) in BACK):
        return False
    if not before.endswith(SENTENCE_END) and (opened.startswith("abstract") or len(before) > LONGEST_FRONT_LINE / 4):
        return not (opened.startswith("keywords") and piece.text.endswith("。")) and opened.startswith("abstract")
    if opened not in ("abstract", "abstract_en"):
        return False
    closing = opened.replace("abstract", "keywords")
    for ahead in range(at + 1, min(at + 2 * LONGEST_GAP, len(draft.pieces))):
        if draft.pieces[ahead].start - piece.start > LONGEST_ABSTRACT or is_heading(draft.pieces[ahead]):
            return False
        if draft.labels[ahead]:
            return draft.key(ahead) == closing
    return False


def _front_ahead(draft: Draft, at: int) -> bool:
    """Whether this piece is followed by more front matter, with nothing between them that looks like the body."""
    for ahead in range(at, min(at + LONGEST_GAP, len(draft.pieces))):
        piece, key = draft.pieces[ahead], draft.key(ahead)
        if key in LOOSE or key in METADATA - {"source", "other"}:
            return True
        if key in BACK or len(piece.text) > LONGEST_FRONT_LINE or piece.text.endswith("。"):
            return False
        if is_heading(piece) and not is_affiliation(piece.text):
            return False
    return False


def _opening(draft: Draft) -> int:
    """How many pieces may be the title and authors of a paper that has no abstract."""
    at = 0
    for at, piece in enumerate(draft.pieces[: 2 * LONGEST_GAP]):
        if len(piece.text) > LONGEST_FRONT_LINE / 2 or piece.text.endswith("。"):
            break
        if any(draft.names) and is_heading(piece):
            break
        if is_heading(piece) and not piece.marked and any(one.text for one in draft.pieces[:at]):
            break
    return at


def _mark_title(draft: Draft, stop: int) -> int:
    """Name the title and authors of a text that opens without an abstract; the body begins behind them."""
    unknown = [at for at in range(stop) if draft.pieces[at].text]
    _name_unknown(draft, unknown)
    while stop and draft.names[stop - 1] in ("", "metadata") and not draft.labels[stop - 1]:
        draft.names[stop - 1] = ""
        stop -= 1
    return stop


def _name_unknown(draft: Draft, unknown: list[int]) -> None:
    """Name the pieces of the front that carry no label: titles, authors, affiliations, and lines of the page."""
    for at in unknown:
        draft.names[at] = "metadata"
    lines = {at: draft.pieces[at].text for at in unknown}
    plain = [at for at, text in lines.items() if not PAGE_LINE.search(text)]
    _name_block(draft, [at for at in plain if not is_latin(lines[at])], "")
    _name_block(draft, [at for at in plain if is_latin(lines[at])], "_en")


def _name_block(draft: Draft, block: list[int], language: str) -> None:
    texts = [draft.pieces[at].text for at in block]
    title = _find_title(texts, language)
    if title is None:
        return
    words = texts[title]
    for at, text in zip(block, texts, strict=True):
        if text == words:
            draft.names[at] = f"title{language}"
    after = title + 1
    if after < len(texts) and (SUBTITLE.match(texts[after]) or _bare_chapter(words)):
        draft.names[block[after]] = f"title{language}"
        words = f"{words} {texts[after]}" if _bare_chapter(words) else words + texts[after].replace(" ", "")
    draft.fields.append((f"title{language}", words))
    for at, text in zip(block, texts, strict=True):
        people = read_authors_en(text) if language else read_authors(text)
        if draft.names[at] != "metadata":
            continue
        if is_affiliation(text):
            draft.names[at] = "affiliations"
            draft.fields.append((f"affiliations{language}", text))
        elif people and at > block[title] - 1:
            draft.names[at] = "authors"
            draft.fields += [(f"authors{language}", name) for name, _ in people]
            draft.fields += [(f"numbers{language}", number) for _, number in people]


def _bare_chapter(words: str) -> bool:
    return re.fullmatch(r"第\s*\S+\s*[章篇]|Chapter \d+", words) is not None


def _find_title(texts: list[str], language: str) -> int | None:
    """The line that is the title: one that occurs twice, else the one before the authors, else the first."""
    if language:
        able = [at for at, text in enumerate(texts) if len(text.split()) > 2 and not is_affiliation(text)]
        return able[0] if able else None
    people = [at for at, text in enumerate(texts) if read_authors(text)]
    able = [
        at
        for at, text in enumerate(texts)
        if at not in people
        and 3 < len(text) <= LONGEST_FRONT_LINE
        and not text.endswith("。")
        and not (people and at > people[0] and is_affiliation(text))
    ]
    twice = [at for at in able if texts.count(texts[at]) > 1]
    before = [at for at in able if people and at < people[-1] and not SUBTITLE.match(texts[at])]
    found = twice or before[-1:] or able
    return found[0] if found else None


# ---- body and what stands behind it ----


def _mark_back(draft: Draft, start: int) -> None:
    """Name every piece from the body on."""
    notes, bare = _circled_notes(draft, start), _bare_list(draft)
    state, wanted = "body", False
    late = 0.8 * draft.pieces[-1].end
    for at in range(start, len(draft.pieces)):
        piece, label = draft.pieces[at], draft.labels[at]
        if not piece.text or (draft.names[at] and not label):
            continue
        key = label.key if label else ""
        if key in BACK:
            state = {"appendix": "body"}.get(key, key)
            draft.names[at] = state
        elif at == bare:
            state = draft.names[at] = "references"
        elif key in LOOSE and (state != "body" or piece.start > late):
            _mark_late_front(draft, at)
            state, wanted = key, not (label and label.content)
            _name(draft, at, key, label.content if label else "")
        elif key in (IN_BODY if state == "body" else METADATA) and not (
            state == "references" and ENTRY.match(piece.text)
        ):
            _name(draft, at, key, label.content if label else "")
            state = state if state == "body" else "metadata"
        elif at in notes:
            draft.names[at] = "notes"
        elif (state in ("body", "notes") or "(" in piece.text[:3]) and is_caption(piece.text):
            draft.names[at] = "captions"
        elif state in LOOSE and not wanted:
            state = draft.names[at] = "metadata"
        elif state != "body" and re.match(r"第\s*\S{1,3}\s*章", piece.text):
            state = draft.names[at] = "body"
        else:
            draft.names[at], wanted = state, False


def _mark_late_front(draft: Draft, at: int) -> None:
    """The English title and authors before an English abstract that stands behind the references."""
    block: list[int] = []
    for back in range(at - 1, max(at - 2 * LONGEST_GAP, -1), -1):
        text = draft.pieces[back].text
        if not text:
            continue
        if draft.labels[back] or draft.names[back] == "body" or not is_latin(text) or len(text) > LONGEST_FRONT_LINE:
            break
        if (ENTRY.match(text) and not is_affiliation(text)) or CITED.search(text):
            break
        block.insert(0, back)
    _name_unknown(draft, block)


def _circled_notes(draft: Draft, start: int) -> frozenset[int]:
    """Notes ①, ②, … that stand in a row right behind the last paragraph of the body."""
    run: list[int] = []
    for at in range(start, len(draft.pieces)):
        text = draft.pieces[at].text
        if not text:
            continue
        key = draft.key(at)
        if run and (key in BACK or is_caption(text) or key in IN_BODY):
            break
        expected = CIRCLED[len(run)] if len(run) < len(CIRCLED) else ""
        if expected and text.startswith(expected):
            run.append(at)
        elif text[0] == CIRCLED[0]:
            run = [at]
        else:
            run = []
    return frozenset(run) if len(run) > 1 else frozenset()


def _bare_list(draft: Draft) -> int:
    """The piece with which a numbered list of works without a heading begins; -1 where there is none."""
    begin, expected = -1, 1
    for at, piece in enumerate(draft.pieces):
        entry = re.match(r"\[(\d{1,3})\]", piece.text)
        if draft.key(at) == "references":
            return -1
        if entry and CITED.search(piece.text) and int(entry[1]) in (1, expected):
            if int(entry[1]) == 1:
                begin, expected = at, 1
            expected += 1
    return begin if expected > MIN_ENTRIES else -1


# ---- the result ----


def _sections(draft: Draft, length: int) -> tuple[Section, ...]:
    """One section for each run of pieces of one name; blank lines go with what stands before them."""
    runs: list[tuple[str, int]] = []
    for piece, name in zip(draft.pieces, draft.names, strict=True):
        if piece.text and name and (not runs or runs[-1][0] != name):
            runs.append((name, piece.start if runs else 0))
    ends = [begin for _, begin in runs[1:]] + [length]
    return tuple(Section(name, begin, end) for (name, begin), end in zip(runs, ends, strict=True))
