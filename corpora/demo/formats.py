"""Write a report in each file style of the demo corpus, and read it back with independent code."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import opencc
from compose import Report
from docx import Document
from docx.oxml.ns import qn

CODECS = {
    "txt.utf8": "utf-8",
    "txt.utf8bom": "utf-8-sig",
    "txt.gb18030": "gb18030",
    "txt.gbwrap": "gb18030",
    "txt.wrap": "utf-8",
    "txt.big5": "big5",
    "txt.trad": "utf-8",
    "txt.utf16": "utf-16",
    "md": "utf-8",
    "html.utf8": "utf-8",
    "html.gbk": "gbk",
    "html.gb2312": "gbk",  # pages that declare gb2312 are GBK in practice, and browsers read them so
}
WRAP = 34  # characters on a hard-wrapped line
CLOSERS = "，。、；：！？”）》%"
KEPT_STYLES = ("Normal", "Title", "Heading 1", "Default Paragraph Font")
ZIP_DATE = (2000, 1, 1, 0, 0, 0)
BODY_MARK = re.compile(r'<div id="content">(.*?)</div>', re.DOTALL)


@cache
def converter(config: str) -> opencc.OpenCC:
    """Script converter for an OpenCC configuration name."""
    return opencc.OpenCC(config)


def to_traditional(text: str) -> str:
    """Traditional form of simplified text, Taiwan variants of characters, words unchanged."""
    return converter("s2tw").convert(text)


def to_simplified(text: str) -> str:
    """Simplified form; simplified text stays as it is."""
    return converter("t2s").convert(text)


def survives_script(text: str) -> bool:
    """Whether text comes back unchanged from traditional script and fits into Big5."""
    traditional = to_traditional(text)
    try:
        same_bytes = traditional.encode("big5") == traditional.encode("cp950")
    except UnicodeEncodeError:
        return False
    return same_bytes and to_simplified(traditional) == text


def suffix(style: str) -> str:
    """File name suffix of a style, with its dot."""
    return "." + style.split(".", maxsplit=1)[0]


def wrap(text: str) -> str:
    """Break a paragraph after every `WRAP` characters, never before closing punctuation."""
    lines, start = [], 0
    while start < len(text):
        stop = min(start + WRAP, len(text))
        while stop < len(text) and text[stop] in CLOSERS:
            stop += 1
        lines.append(text[start:stop])
        start = stop
    return "\n".join(lines)


def write_txt(report: Report, style: str) -> str:
    """Plain text: centred title, indented paragraphs; or hard-wrapped lines with blank lines between."""
    if style.endswith("wrap"):
        return "\n\n".join([report.title, *(wrap(text) for _, text in report.lines)]) + "\n"
    lines = [f"　　　　　　{report.title}"]
    for kind, text in report.lines:
        lines.append({"subtitle": "　　　", "heading": "", "body": "　　"}[kind] + text)
    return "\n".join(lines) + "\n"


def write_md(report: Report) -> str:
    """Markdown with YAML front matter."""
    front = [f"title: {report.title}", f"city: {report.city.name_in(report.year)}", f"year: {report.year}"]
    blocks = ["\n".join(["---", *front, f"date: {report.date}", "---"]), f"# {report.title}"]
    blocks += [("## " if kind == "heading" else "") + text for kind, text in report.lines]
    return "\n\n".join(blocks) + "\n"


def write_html(report: Report, charset: str) -> str:
    """Full page: navigation and footer around the paragraphs in `div#content`."""
    name = report.city.name_in(report.year)
    office = name + "人民政府办公室"
    links = "".join(f'<a href="/{i}/">{t}</a> ' for i, t in enumerate(("首页", "要闻", "文件", "统计", "联系我们")))
    marks = {
        "subtitle": '<p class="subtitle">{}</p>',
        "heading": "<p><strong>{}</strong></p>",
        "body": "<p>　　{}</p>",
    }
    body = "\n".join(marks[kind].format(html.escape(text)) for kind, text in report.lines)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="{charset}">
<title>{report.title}_{name}人民政府</title>
<style>body {{ font-family: SimSun; }} p {{ line-height: 1.8; }}</style>
</head>
<body>
<div class="nav">{links}</div>
<div class="breadcrumb">当前位置：<a href="/">首页</a> &gt; <a href="/wj/">文件</a> &gt; 政府工作报告</div>
<h1>{report.title}</h1>
<div class="info">来源：{office}&nbsp;&nbsp;字号：大 中 小&nbsp;&nbsp;打印本页</div>
<div id="content">
{body}
</div>
<div class="footer">主办：{office}　地址：{name}人民路1号　邮编：000000</div>
<script>var page = {{ "id": {report.city.code} }};</script>
</body>
</html>
"""


def bare_document() -> Document:
    """Empty Word document without the styles and parts of the default template that we do not use."""
    document = Document()
    styles = document.styles.element
    for style in list(document.styles):
        if style.name not in KEPT_STYLES:
            style.delete()
    for tag in ("w:latentStyles", "w:docDefaults"):
        for node in styles.findall(qn(tag)):
            styles.remove(node)
    for fonts in styles.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        fonts.set(qn("w:eastAsia"), "宋体")
    for holder in (document.part, document.part.package):
        for key, relation in list(holder.rels.items()):
            kind = relation.reltype.rsplit("/", 1)[1]
            if kind not in ("styles", "officeDocument", "core-properties"):
                del holder.rels[key]
    return document


def write_docx(report: Report) -> bytes:
    """Word file with fixed dates; every body paragraph has two runs. Stored, so no compressor matters."""
    document = bare_document()
    core, stamp = document.core_properties, datetime(report.year, 3, 1)
    core.title, core.author, core.last_modified_by, core.comments = report.title, "textgov", "textgov", ""
    core.created = core.modified = stamp
    document.add_paragraph(report.title, style="Title")
    for kind, text in report.lines:
        if kind == "heading":
            document.add_paragraph(text, style="Heading 1")
            continue
        paragraph, half = document.add_paragraph(), len(text) // 2
        paragraph.add_run(text[:half])
        paragraph.add_run(text[half:])
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.create_system, entry.external_attr = 0, 0
            target.writestr(entry, source.read(name))
    return fixed.getvalue()


def write_report(report: Report, style: str) -> bytes:
    """Bytes of the file that holds one report."""
    if style == "docx":
        return write_docx(report)
    if style == "md":
        text = write_md(report)
    elif style.startswith("html"):
        text = write_html(report, {"utf8": "utf-8"}.get(style[5:], style[5:]))
    else:
        text = write_txt(report, style)
    if style in ("txt.big5", "txt.trad"):
        if not survives_script(text):
            raise ValueError(f"{report.title} {report.year}: does not survive the traditional script")
        text = to_traditional(text)
    if style == "txt.utf16":  # the bare codec follows the machine; little-endian with its mark everywhere
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(CODECS[style])


def body_text(report: Report) -> str:
    """Delivery line, headings and paragraphs, one a line, without the title."""
    return "\n".join(text for _, text in report.lines)


def write_csv(reports: Sequence[Report]) -> bytes:
    """Table with the columns 城市, 年份, 标题, 正文, as a spreadsheet program saves it."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["城市", "年份", "标题", "正文"])
    for report in reports:
        writer.writerow([report.city.name_in(report.year), report.year, report.title, body_text(report)])
    return sheet.getvalue().encode("utf-8-sig")


def write_jsonl(reports: Sequence[Report]) -> bytes:
    """One JSON object a line with the keys city, year, title, text."""
    rows = [{"city": r.city.name_in(r.year), "year": r.year, "title": r.title, "text": body_text(r)} for r in reports]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8")


def read_report(data: bytes, style: str) -> str:
    """Whole text of a written file, page furniture included, for the independent check."""
    if style == "docx":
        return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)
    text = data.decode(CODECS[style])
    if style.startswith("html"):
        if BODY_MARK.search(text) is None:
            raise ValueError("page without div#content")
        text = html.unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"(?s)<(style|script)>.*?</\1>", "", text)))
    return text


def read_rows(data: bytes, style: str) -> dict[tuple[str, int], str]:
    """Title and text of every row of a table, by city name and year."""
    if style == "csv":
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        return {(r["城市"], int(r["年份"])): r["标题"] + "\n" + r["正文"] for r in rows}
    objects = [json.loads(line) for line in data.decode("utf-8").splitlines()]
    return {(r["city"], r["year"]): r["title"] + "\n" + r["text"] for r in objects}
