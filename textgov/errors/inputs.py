"""Messages about inputs: files, their contents, places and years."""

from __future__ import annotations

from textgov.errors.message import Message

INPUT_MESSAGES: dict[str, Message] = {
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
    "file_unfetched": Message(
        "the file could not be fetched ({detail}); the next run tries again",
        "文件未能取得（{detail}）；下次运行会再试",
    ),
    "url_bad": Message(
        "{path}: {detail}; write one URL such as s3://bucket/folder",
        "{path}：{detail}；请写成一个 URL，例如 s3://bucket/folder",
    ),
    "protocol_unknown": Message(
        "{path}: {protocol} is no protocol that fsspec knows; known are, among others, {known}",
        "{path}：fsspec 不认识协议 {protocol}；可用的有：{known} 等",
    ),
    "protocol_package": Message(
        "{path}: the package for this protocol is not installed ({detail}); python -m pip install '{package}'",
        "{path}：没有安装此协议所需的包（{detail}）；请运行：python -m pip install '{package}'",
    ),
    "remote_denied": Message(
        "{path}: the storage refuses ({detail}); give your key where the package of the protocol looks for it (for s3 "
        "in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or ~/.aws, others in ~/.config/fsspec) and check its rights",
        "{path}：存储拒绝访问（{detail}）；请把密钥放在协议包读取的位置（s3 用 AWS_ACCESS_KEY_ID 和 "
        "AWS_SECRET_ACCESS_KEY 或 ~/.aws，其他协议用 ~/.config/fsspec），并检查权限",
    ),
    "remote_failed": Message(
        "{path}: the storage does not answer as it should ({detail}); check the address and the network and run again: "
        "what is done is kept",
        "{path}：存储没有正常应答（{detail}）；请检查地址和网络后再次运行：已完成的部分会保留",
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
}
