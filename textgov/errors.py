"""Errors and their wording, in English and Chinese.

Every message that a user can meet has a code, and this module is the only place that holds its words. A message says
what happened, where, and what to do. The command line chooses the language; files that we write carry both.
"""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """One message in two languages, with ``{named}`` places for the facts."""

    en: str
    zh: str


MESSAGES: dict[str, Message] = {
    # inputs
    "source_missing": Message(
        "{path}: no such file or folder; check the path",
        "{path}：没有这个文件或文件夹；请检查路径",
    ),
    "source_empty": Message(
        "{path}: no file to read in this folder; point to the folder that holds the documents",
        "{path}：文件夹里没有可读的文件；请指向存放文档的文件夹",
    ),
    "file_unreadable": Message(
        "the file cannot be opened ({detail}); check its permissions or whether another program holds it",
        "文件打不开（{detail}）；请检查权限，或是否被其他程序占用",
    ),
    "file_empty": Message("the file is empty", "文件是空的"),
    "text_empty": Message("no text was found in the document", "文档里没有正文"),
    "file_binary": Message(
        "the bytes are not text ({detail}); save the document again in its own program, or rename it to its real type",
        "内容不是文本（{detail}）；请用原来的程序另存，或改回真实的扩展名",
    ),
    "file_damaged": Message(
        "the file is damaged or not of the type its ending says ({detail}); open and save it again in its own program",
        "文件损坏，或与扩展名不符（{detail}）；请用原来的程序打开后另存",
    ),
    "encoding_lossy": Message(
        "{replaced} characters could not be decoded as {encoding} and were replaced by U+FFFD; "
        "if the text looks wrong, save the file as UTF-8",
        "有 {replaced} 个字符无法按 {encoding} 解码，已换成 U+FFFD；若文字不对，请另存为 UTF-8",
    ),
    "encoding_unknown": Message(
        "{name} is not an encoding that Python knows; try utf-8, gb18030 or big5",
        "{name} 不是已知的编码；可用 utf-8、gb18030 或 big5",
    ),
    "format_unknown": Message(
        "files ending in {suffix} are not read; convert the file to one of {known}",
        "不支持 {suffix} 文件；请转换为以下之一：{known}",
    ),
    "file_large": Message(
        "the file holds a part larger than {limit} MB; split it into several files",
        "文件中有超过 {limit} MB 的部分；请拆分成几个文件",
    ),
    "pdf_scanned": Message(
        "{pages} of {of} pages are pictures without text (a scan); run text recognition (OCR) and save it again",
        "{of} 页中有 {pages} 页是没有文字层的图片（扫描件）；请先做文字识别（OCR）再保存",
    ),
    "pdf_garbled": Message(
        "the text layer of the PDF holds wrong characters ({detail}), as copying from it shows; "
        "run text recognition (OCR) or find the document in another format",
        "PDF 的文字层是乱码（{detail}），复制出来也是如此；请做文字识别（OCR），或改用其他格式的文档",
    ),
    "pdf_locked": Message(
        "the PDF opens only with a password; save a copy without it",
        "PDF 需要密码才能打开；请另存一份不加密的文件",
    ),
    "pdf_long": Message(
        "the PDF has more than {limit} pages, or text without end; split it",
        "PDF 超过 {limit} 页，或文字过多；请拆分",
    ),
    "pdf_pages_unread": Message(
        "{n} pages hold a picture or wrong characters instead of text and were left out: {pages}; "
        "if they matter, run text recognition (OCR)",
        "有 {n} 页是图片或乱码，没有文字，未计入：{pages}；如果这些页重要，请先做文字识别（OCR）",
    ),
    "office_missing": Message(
        "old Word files are read through LibreOffice, which was not found; install it, or save the file as docx",
        "旧版 Word 文件要通过 LibreOffice 读取，但没有找到它；请安装 LibreOffice，或把文件另存为 docx",
    ),
    "office_failed": Message(
        "LibreOffice could not convert the file ({detail}); open it in its own program and save it as docx",
        "LibreOffice 无法转换该文件（{detail}）；请用原来的程序打开后另存为 docx",
    ),
    "archive_limit": Message(
        "the archive is not unpacked further ({detail}); unpack it yourself and give its folder",
        "不再解开该压缩包（{detail}）；请自行解压后指定文件夹",
    ),
    "archive_unsupported": Message(
        "{kind} archives are not read; unpack it, or pack the files as zip",
        "不支持 {kind} 压缩包；请解压，或改用 zip 打包",
    ),
    "file_encrypted": Message(
        "the file is protected by a password; save it without one, or unpack the archive and give its folder",
        "文件有密码保护；请另存为不加密的文件，压缩包请解压后指定文件夹",
    ),
    "image_unread": Message(
        "a picture ({kind}), not text; run text recognition (OCR) and save the result as txt, docx or pdf",
        "这是图片（{kind}），不是文本；请先做文字识别（OCR），把结果存为 txt、docx 或 pdf",
    ),
    "kind_unread": Message(
        "a file of type {kind}, which is not read; open it in its own program and save it as docx, pdf, xlsx or csv",
        "{kind} 类型的文件不能读取；请用原来的程序打开，另存为 docx、pdf、xlsx 或 csv",
    ),
    "member_refused": Message(
        "this entry of the archive is not read ({detail}); if it is needed, unpack the archive and give its folder",
        "不读取压缩包中的这一项（{detail}）；如有需要，请解压后指定文件夹",
    ),
    "member_again": Message(
        "the archive has several entries of this name, of which the first was read; if they differ, rename one",
        "压缩包中有多项同名，只读取了第一项；若内容不同，请改名",
    ),
    "pages_skipped": Message(
        "{n} records of the web archive are no pages or documents and were left out: {detail}",
        "网页存档中有 {n} 条记录不是网页或文档，未读入：{detail}",
    ),
    "archive_read": Message(
        "an archive with {members} files; {unread} entries of it could not be read",
        "压缩包，内含 {members} 个文件，其中 {unread} 项无法读取",
    ),
    "file_hidden": Message("hidden or temporary file, not a document", "隐藏文件或临时文件，不是文档"),
    "file_again": Message(
        "the same file was already read as {doc_id}; it is counted once",
        "同一文件已作为 {doc_id} 读入，只计一次",
    ),
    "run_folder": Message("results of an earlier run, not documents", "这是以前运行的结果，不是文档"),
    "link_loop": Message(
        "a link that leads back to its own folder was not followed", "链接指回自己的上级文件夹，未跟随"
    ),
    "doc_id_again": Message(
        "the id {doc_id} is already taken by {path}; give the folder above both as the SOURCE",
        "编号 {doc_id} 已被 {path} 使用；请把两者共同的上级文件夹作为 SOURCE",
    ),
    "column_missing": Message(
        "{path}: no column {column}; the columns are {known}",
        "{path}：没有名为 {column} 的列；现有的列：{known}",
    ),
    "text_column_missing": Message(
        "no column is named as a text column usually is ({usual}); the columns are {known}, and the longest texts are "
        "in {longest}: if these are the documents, add --text-column {longest}",
        "没有常用名称（{usual}）的正文列；现有的列：{known}；{longest} 列的文字最长：如果它就是正文，"
        "请加 --text-column {longest}",
    ),
    "json_lists": Message(
        "several lists of objects have texts ({names}); keep one of them a file, or one object a line (jsonl)",
        "有多个列表的对象带正文（{names}）；请每个文件只留一个列表，或改为每行一个对象（jsonl）",
    ),
    "sheet_without_text": Message(
        "sheet {sheet} has no text column and was passed over; its columns are {known}",
        "工作表 {sheet} 没有正文列，未读入；其列为：{known}",
    ),
    "table_too_large": Message(
        "the file keeps its texts apart from the rows, so that {megabytes} MB would have to be in memory at once; "
        "save it as csv or parquet",
        "文件把文字与行分开存放，需一次读入 {megabytes} MB；请另存为 csv 或 parquet",
    ),
    "record_damaged": Message(
        "record {record}, from line {line} of the file, cannot be read; check its braces and commas",
        "第 {record} 条记录（文件第 {line} 行起）无法读取；请检查其中的花括号和逗号",
    ),
    "row_damaged": Message("row {row} cannot be read ({detail})", "第 {row} 行无法读取（{detail}）"),
    "pattern_bad": Message(
        "path pattern {pattern}: {detail}; use {{province}}, {{city}}, {{county}} and {{year}} between slashes",
        "路径模式 {pattern}：{detail}；请在斜线之间使用 {{province}}、{{city}}、{{county}}、{{year}}",
    ),
    "characters_lost": Message(
        "{n} characters were lost before the file was saved (they show as U+FFFD or as the words a wrong encoding "
        "leaves); look for a better copy",
        "有 {n} 个字符在保存之前已经丢失（显示为 U+FFFD 或“锟斤拷”之类）；请另找完好的文本",
    ),
    "characters_unknown": Message(
        "{n} private-use characters have no known meaning; look for a better copy",
        "有 {n} 个自造字无法识别；请另找完好的文本",
    ),
    # places and years
    "place_unknown": Message("{name} is not a division in {year}", "{year} 年没有名为 {name} 的区划"),
    "place_ambiguous": Message("{name} can be {candidates}", "{name} 可能是：{candidates}"),
    "place_mentioned": Message(
        "no issuer is named, {name} is only mentioned", "文中没有写明发文机关，只是提到了{name}"
    ),
    "place_missing": Message("no place was found", "没有找到地区"),
    "place_conflict": Message("the sources disagree on the place: {detail}", "地区证据互相矛盾：{detail}"),
    "year_missing": Message("no year was found", "没有找到年份"),
    "year_conflict": Message("the sources disagree on the year: {detail}", "年份证据互相矛盾：{detail}"),
    "year_range": Message("{year} is outside 1949-2100", "{year} 不在 1949-2100 之间"),
    "duplicate_text": Message("the text equals that of {doc_id}", "全文与 {doc_id} 相同"),
    "duplicate_near": Message("{share} of the sentences are those of {doc_id}", "{share} 的句子与 {doc_id} 相同"),
    "text_short": Message(
        "only {n} Han characters, where reports of this level usually have {usual}; the text may be cut",
        "只有 {n} 个汉字，同级报告通常约 {usual} 字；文本可能不完整",
    ),
    "text_cut": Message("the text breaks off without an end: '{tail}'", "文本没有结尾就中断了：“{tail}”"),
    "decision_unmatched": Message(
        "{path} row {row}: no document {doc_id} was read; delete the row or correct the id",
        "{path} 第 {row} 行：没有读到文档 {doc_id}；请删除该行或改正编号",
    ),
    "several_in_year": Message(
        "{n} documents of {place} in {year} are pooled: {doc_ids}",
        "{place} {year} 年有 {n} 份文档，已合并：{doc_ids}",
    ),
    "decision_bad": Message("{path} row {row}: {detail}", "{path} 第 {row} 行：{detail}"),
    "decision_stale": Message(
        "{path} row {row}: {doc_id} has changed since the decision was made; look at it again",
        "{path} 第 {row} 行：{doc_id} 的内容在决定之后有改动；请重新核对",
    ),
    "excluded_by_user": Message(
        "{path} row {row}: left out by your decision (use = no)",
        "{path} 第 {row} 行：按您的决定不使用（use = no）",
    ),
    "divisions_bad": Message("{path} row {row}, column {column}: {detail}", "{path} 第 {row} 行 {column} 列：{detail}"),
    # lexicons
    "metadata_twice": Message(
        "{path}: two rows are about {name}; keep one of them", "{path}：有两行都是 {name}；请只保留一行"
    ),
    "lexicon_missing": Message(
        "no lexicon named {name} and no such file; built in: {known}",
        "没有名为 {name} 的词典，也没有这个文件；内置词典：{known}",
    ),
    "lexicon_bad": Message("{path}{where}: {detail}", "{path}{where}：{detail}"),
    "lexicon_prefix": Message(
        "lexicons {a} and {b} both use the prefix {prefix}; give one of them another prefix",
        "词典 {a} 与 {b} 的前缀都是 {prefix}；请给其中一个换前缀",
    ),
    # options and project files
    "option_bad": Message("{name} = {value}: {detail}", "{name} = {value}：{detail}"),
    "option_unknown": Message(
        "{path}{where}: unknown key {key}; did you mean {nearest}? known here: {known}",
        "{path}{where}：未知的键 {key}；是否想写 {nearest}？可用的键：{known}",
    ),
    "project_bad": Message("{path}{where}: {detail}", "{path}{where}：{detail}"),
    # outputs
    "out_is_file": Message("{path} is a file; --out needs a folder", "{path} 是一个文件；--out 需要文件夹"),
    "out_failed": Message(
        "{path} cannot be written ({detail}); close the program that has it open, or free some space, and run again",
        "{path} 无法写入（{detail}）；请关闭正在使用它的程序或清理磁盘后重试",
    ),
    "outs_failed": Message(
        "{n} files cannot be written: {detail}; close the programs that have them open, or free some space, "
        "and run again",
        "有 {n} 个文件无法写入：{detail}；请关闭正在使用它们的程序或清理磁盘后重试",
    ),
    "column_names_bad": Message(
        "Stata does not take the column names {names}; use at most 32 ASCII letters, digits and _, "
        "not beginning with a digit, and no reserved word",
        "Stata 不接受以下列名：{names}；请用不超过 32 个英文字母、数字和下划线，不以数字开头，也不用保留字",
    ),
    "values_infinite": Message(
        "infinite values in {names}; neither Stata nor a regression can use them, so look for a division by zero",
        "{names} 含无穷大；Stata 和回归都不能使用，请检查是否除以零",
    ),
    "sheet_too_long": Message(
        "sheet {sheet} of {path} would have {rows} rows and {columns} columns, and Excel takes 1,048,576 and 16,384; "
        "use the csv or parquet file",
        "{path} 的工作表 {sheet} 有 {rows} 行 {columns} 列，超过 Excel 的上限（1,048,576 行、16,384 列）；"
        "请用 csv 或 parquet 文件",
    ),
    "cells_cleaned": Message(
        "{path}, sheet {sheet}: {n} control characters that Excel does not take were left out; {full} has them all",
        "{path} 工作表 {sheet}：略去 {n} 个 Excel 不接受的控制字符；完整内容见 {full}",
    ),
    "cells_cut": Message(
        "{path}, sheet {sheet}: {n} texts are longer than an Excel cell and were shortened; {full} has them whole",
        "{path} 工作表 {sheet}：{n} 处文字超过 Excel 单元格上限，已截短；全文见 {full}",
    ),
    "out_exists": Message(
        "{path} exists already; delete it or name another file", "{path} 已存在；请删除它或换一个名字"
    ),
    "store_bad": Message("{path} is damaged or of another version ({detail})", "{path} 损坏或版本不符（{detail}）"),
    "level_empty": Message(
        "{n} documents have a place and a year, but none is of level {level}; their levels are in {path}",
        "有 {n} 份文档带有地区和年份，但没有一份属于层级 {level}；各文档的层级见 {path}",
    ),
    "nothing_left": Message(
        "none of the {n} input files gave a document with a place and a year; see {path}",
        "{n} 个输入文件都没有得到带地区和年份的文档；见 {path}",
    ),
    "record_bad": Message("{what}: {detail}", "{what}：{detail}"),
    "worker_died": Message(
        "a worker process died twice on one shard of {n} files, the first of them {path} ({detail}); nothing that was "
        "done is lost: free some memory or use fewer --workers, and run again",
        "处理同一分片（{n} 个文件，首个为 {path}）时工作进程两次中止（{detail}）；已完成的部分不会丢失："
        "请释放内存或减少 --workers 后再次运行",
    ),
    "scheduler_missing": Message(
        "{path}: no Dask scheduler answers ({detail}); start one with dask scheduler, or leave --scheduler out",
        "{path}：没有 Dask 调度器应答（{detail}）；请先用 dask scheduler 启动，或不加 --scheduler",
    ),
    "plan_said": Message(
        "{jobs} of {shards} shards have something to do",
        "{shards} 个分片中有 {jobs} 个需要处理",
    ),
    "status_said": Message(
        "{path}: {done} of {shards} shards are done, {documents} documents, {failed} inputs failed, running: {running}",
        "{path}：{shards} 个分片已完成 {done} 个，{documents} 份文档，{failed} 个输入失败，正在运行：{running}",
    ),
    "status_left": Message("about {seconds} s left", "大约还需 {seconds} 秒"),
    "run_progress": Message(
        "{done}/{total} shards, {documents} documents, {failed} failed, {rate} documents/s, {memory} MB, {left} left",
        "{done}/{total} 个分片，{documents} 份文档，失败 {failed}，每秒 {rate} 份，内存 {memory} MB，剩余 {left}",
    ),
    "run_again": Message(
        "nothing has changed since the last run; the results stay as they are",
        "与上次运行相比没有变化，结果保持不变",
    ),
    "run_missing": Message(
        "{path}: no run is kept here; give the --out folder of a textgov panel command",
        "{path}：这里没有运行记录；请指定 textgov panel 的 --out 文件夹",
    ),
    "run_locked": Message(
        "{path}: another run is writing into this folder; wait for it, or use another --out",
        "{path}：另一个任务正在写入该文件夹；请等它结束，或换一个 --out",
    ),
    "extra_missing": Message(
        "{package} is not installed; install it with: python -m pip install 'textgov[{extra}]'",
        "没有安装 {package}；请运行：python -m pip install 'textgov[{extra}]'",
    ),
    "run_done": Message(
        "{n_documents} documents from {n_inputs} files: {rows} place-years, {places} places, {first}-{last}; see {out}",
        "{n_inputs} 个文件，{n_documents} 份文档：{rows} 个地区—年份，{places} 个地区，{first}-{last}；结果在 {out}",
    ),
    "run_failed": Message(
        "{n_failed} inputs could not be read; the reasons are in {out}/manifest.csv",
        "有 {n_failed} 个输入未能读入；原因见 {out}/manifest.csv",
    ),
    "run_elsewhere": Message(
        "{n_elsewhere} documents belong to other levels (see level and in_panel in {out}/documents.parquet)",
        "{n_elsewhere} 篇文档属于其他层级（见 {out}/documents.parquet 的 level 和 in_panel 列）",
    ),
    "run_doubtful": Message(
        "{n_doubtful} documents are doubtful, {n_held} of them wait and are in no row; see {out}/review.xlsx and write "
        "your answers into {out}/decisions.csv",
        "有 {n_doubtful} 份文档存疑，其中 {n_held} 份等待核对、未计入；"
        "见 {out}/review.xlsx，答案请写入 {out}/decisions.csv",
    ),
    "metadata_unmatched": Message(
        "the metadata row {name} fits no file, or several; write the path relative to the SOURCE",
        "对照表中的 {name} 找不到对应文件，或对应多个；请写相对于 SOURCE 的路径",
    ),
    "interrupted": Message(
        "interrupted; no half-written file was left; run the same command again",
        "已中断；没有留下写了一半的文件；请重新运行同一命令",
    ),
    "demo_next": Message(
        "the panel equals the planted truth. Next:\n  textgov panel YOUR-FOLDER --out my-run\n"
        "  textgov init project.toml\n  textgov lexicons",
        "面板与已知答案完全一致。接下来可试：\n  textgov panel 你的文件夹 --out my-run\n"
        "  textgov init project.toml\n  textgov lexicons",
    ),
    "demo_differs": Message(
        "the demo panel differs from its truth in {n} cells; first: {detail}",
        "演示面板与已知答案有 {n} 处不同；第一处：{detail}",
    ),
}


def wording(code: str, lang: str = "en", **facts: object) -> str:
    """The message `code` in English (``"en"``) or Chinese (``"zh"``), with its facts filled in."""
    message = MESSAGES[code]
    return (message.zh if lang == "zh" else message.en).format(**facts)


class TextgovError(Exception):
    """Parent of every error that textgov raises on purpose.

    Parameters
    ----------
    code : str
        Key of `MESSAGES`.
    **facts
        What the message names: path, row, key and so on.
    """

    status = 1

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(wording(code, "en", **facts))
        self.code = code
        self.facts = facts

    def text(self, lang: str = "en") -> str:
        """The message in the wanted language."""
        return wording(self.code, lang, **self.facts)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.facts)


def _rebuild(kind: type[TextgovError], code: str, facts: dict[str, object]) -> TextgovError:
    return kind(code, **facts)


class UsageError(TextgovError):
    """The call, the options or a project file are wrong (exit status 2)."""

    status = 2


class ReadError(TextgovError):
    """One input cannot be read; the run goes on and the manifest says why."""


class LexiconError(UsageError):
    """A lexicon is missing or wrong."""


class RecordError(TextgovError):
    """A record was built from parts that do not fit together."""


class OutputError(TextgovError):
    """A result cannot be written."""


class StoreError(TextgovError):
    """A file of a run folder is missing, damaged or of another version."""


class ExtraError(UsageError):
    """An optional package is needed and not installed."""
