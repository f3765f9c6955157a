"""Messages about lexicons, options, runs and outputs."""

from __future__ import annotations

from textgov.errors.message import Message

RUN_MESSAGES: dict[str, Message] = {
    # lexicons
    "metadata_twice": Message(
        "{path}: two rows are about {name}; keep one of them", "{path}：有两行都是 {name}；请只保留一行"
    ),
    "lexicon_missing": Message(
        "no lexicon named {name} and no such file; built in: {known}",
        "没有名为 {name} 的词典，也没有这个文件；内置词典：{known}",
    ),
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
    "review_cut": Message(
        "review.xlsx and the sheet review of panel.xlsx hold the first {n} of {total} doubts; review.csv has them all",
        "review.xlsx 和 panel.xlsx 的 review 工作表只含 {total} 条疑点中的前 {n} 条；完整内容见 review.csv",
    ),
    "out_exists": Message(
        "{path} exists already; delete it or name another file", "{path} 已存在；请删除它或换一个名字"
    ),
    "store_bad": Message("{path} is damaged or of another version ({detail})", "{path} 损坏或版本不符（{detail}）"),
    "store_moved": Message(
        "{path}: the shards of this run lie in {store}, not in {asked}; give the same --store, or use another --out",
        "{path}：该任务的分片在 {store}，不在 {asked}；请使用相同的 --store，或换一个 --out",
    ),
    "store_taken": Message(
        "{path} holds the shards of another run; give another --store, or delete {mark} there if that run is no more",
        "{path} 中是另一个任务的分片；请换一个 --store；若那个任务已不再需要，请删除其中的 {mark}",
    ),
    "store_filled": Message(
        "{path} holds other files, and the store of a run deletes what is not its own; give a folder that is empty",
        "{path} 中已有其他文件，而分片存储会删除不属于它的文件；请指定空文件夹",
    ),
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
        "done is lost: free some memory or use fewer --workers, and run again; in a script of your own the run must "
        "stand below if __name__ == '__main__':",
        "处理同一分片（{n} 个文件，首个为 {path}）时工作进程两次中止（{detail}）；已完成的部分不会丢失："
        "请释放内存或减少 --workers 后再次运行；在自己的脚本中，运行语句须放在 if __name__ == '__main__': 之下",
    ),
    "main_unguarded": Message(
        "this script starts a run each time it is imported, and every worker imports it: put the run below "
        "if __name__ == '__main__':",
        "此脚本每次被导入都会启动运行，而每个工作进程都会导入它：请把运行语句放在 if __name__ == '__main__': 之下",
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
    "run_unfinished": Message(
        "{path}: the run is not finished; give its command again, textgov status shows how far it is",
        "{path}：任务尚未完成；请再次运行原命令，textgov status 可查看进度",
    ),
    "kwic_said": Message(
        "{n_hits} hits in {n_documents} of {n_searched} documents",
        "在 {n_searched} 份文档中的 {n_documents} 份里找到 {n_hits} 处",
    ),
    "kwic_shown": Message(
        "{n_shown} of them are shown; --limit 0 shows all, --out FILE.csv writes them",
        "只显示 {n_shown} 处；--limit 0 显示全部，--out FILE.csv 写入文件",
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
    "report_said": Message("the page was written; open {path} in a browser", "报告已写好；请用浏览器打开 {path}"),
    "font_bad": Message(
        "the font {name} is not installed or has no Chinese characters; install it, or leave --font out",
        "没有安装字体 {name}，或其中没有汉字；请安装，或不加 --font",
    ),
    "font_missing": Message(
        "no font with Chinese characters was found (looked for {names}); install one of them, or "
        "python -m pip install 'textgov[figures]'",
        "没有找到含汉字的字体（找过 {names}）；请安装其中之一，或运行 python -m pip install 'textgov[figures]'",
    ),
    "diff_no_cause": Message(
        "inputs, options, tables, lexicons and versions are the same", "输入、选项、表格、词典和版本都相同"
    ),
    "diff_same": Message("the panels are the same, cell by cell", "两个面板逐格相同"),
    "diff_levels": Message(
        "the panels are of different levels ({old}, {new}) and have no rows in common",
        "两个面板的层级不同（{old}、{new}），没有可比的行",
    ),
    "diff_added": Message("{n} inputs were added: {detail}", "新增 {n} 个输入：{detail}"),
    "diff_removed": Message("{n} inputs are gone: {detail}", "减少 {n} 个输入：{detail}"),
    "diff_changed": Message("{n} inputs have other contents: {detail}", "{n} 个输入的内容有变化：{detail}"),
    "diff_inputs": Message(
        "the inputs differ ({old} files, then {new}); compare the two manifest.csv",
        "输入不同（先 {old} 个文件，后 {new} 个）；请比较两份 manifest.csv",
    ),
    "diff_option": Message("option {name}: {old}, now {new}", "选项 {name}：由 {old} 变为 {new}"),
    "diff_table": Message("table {name}: {old}, now {new}", "表格 {name}：由 {old} 变为 {new}"),
    "diff_version": Message("version of {name}: {old}, now {new}", "{name} 的版本：由 {old} 变为 {new}"),
    "diff_lexicon": Message("lexicon {name}: {old}, now {new}", "词典 {name}：由 {old} 变为 {new}"),
    "diff_rows_new": Message("{n} rows are new: {detail}", "新增 {n} 行：{detail}"),
    "diff_rows_gone": Message("{n} rows are gone: {detail}", "减少 {n} 行：{detail}"),
    "diff_columns_new": Message("{n} columns are new: {detail}", "新增 {n} 列：{detail}"),
    "diff_columns_gone": Message("{n} columns are gone: {detail}", "减少 {n} 列：{detail}"),
    "diff_cells": Message("{n} cells differ in {columns} columns: {detail}", "{columns} 列中有 {n} 格不同：{detail}"),
    "diff_cell": Message(
        "  {place} {year} {column}: {old}, now {new}", "  {place} {year} {column}：由 {old} 变为 {new}"
    ),
    "diff_written": Message("the cells that differ are in {path}", "不同的格已写入 {path}"),
    "plot_column": Message(
        "the panel has no column {column} to draw; it has {known}", "面板中没有可画的列 {column}；现有：{known}"
    ),
    "plot_no_event": Message(
        "an estimate of the design {design} has no event time; use the design event, cs or sunab",
        "设计 {design} 的估计没有事件时间；请使用 event、cs 或 sunab",
    ),
    "plot_no_topics": Message(
        "{path} has no {name}; make it with textgov topics report",
        "{path} 中没有 {name}；请用 textgov topics report 生成",
    ),
    "cite_data": Message(
        "The documents of this study ({n} files, of which {done} could be read; SHA-256 of their list {hash}) "
        "come from {fill}. The measures were computed from them with textgov {version}, lexicons {lexicons}; "
        "tables added by the authors: {tables}. Run {run_id}: provenance.json lists every file with its hash, every "
        "option and every version, and hits.parquet every hit with its place in the text, so that each number can be "
        "traced and computed again.",
        "本研究的文本共 {n} 个文件（读入 {done} 个；文件清单的 SHA-256 为 {hash}），来源为{fill}。"
        "测度由 textgov {version} 据此计算，词典为 {lexicons}；作者另附的表格：{tables}。"
        "运行编号 {run_id}：provenance.json 列出每个文件及其哈希值、全部选项和版本，"
        "hits.parquet 列出每一处命中及其在原文中的位置，任何数字均可追溯并重新计算。",
    ),
    "cite_software": Message(
        "Keyword measures were computed with textgov {version} (lexicons {lexicons}; run {run_id}).",
        "关键词测度由 textgov {version} 计算（词典 {lexicons}；运行编号 {run_id}）。",
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
