"""Messages about what is added to a panel: outside tables, indices, policies."""

from __future__ import annotations

from textgov.errors.message import Message

PANEL_MESSAGES: dict[str, Message] = {
    # outside tables
    "cells_bad": Message(
        "{path}, column {column}: {n} cells are no numbers ({detail}); correct them, or leave them blank if missing",
        "{path} 的 {column} 列：有 {n} 个单元格不是数字（{detail}）；请改正，缺失的请留空",
    ),
    "keys_missing": Message(
        "{path}: no column of place codes (city_code, province_code ...) or no column year; the columns are {known}",
        "{path}：没有地区代码列（city_code、province_code 等）或 year（年份）列；现有的列：{known}",
    ),
    "keys_bad": Message(
        "{path}: {n} rows have no six-digit place code or no year ({detail}); correct or delete them",
        "{path}：有 {n} 行没有六位地区代码或年份（{detail}）；请改正或删除",
    ),
    "keys_twice": Message(
        "{path}: {n} places and years have several rows ({detail}); keep one row of each",
        "{path}：有 {n} 个地区—年份重复出现（{detail}）；每个请只保留一行",
    ),
    "columns_taken": Message(
        "the panel has the columns {names} already; choose other names, or add --replace",
        "面板中已有这些列：{names}；请换名字，或加 --replace",
    ),
    "join_keys_missing": Message(
        "{path}: no column tells the place ({places}) or the year ({years}); name them with --code-column, "
        "--name-column, --year-column; the columns are {known}",
        "{path}：没有能识别地区（{places}）或年份（{years}）的列；请用 --code-column、--name-column、--year-column "
        "指明；现有的列：{known}",
    ),
    "join_nothing": Message(
        "{path}: no row fits the panel ({detail}); see whether places and years are those of the panel",
        "{path}：没有一行能对上面板（{detail}）；请检查地区和年份是否与面板一致",
    ),
    "join_said": Message(
        "{path}: {columns} columns joined to {matched} of {rows} rows of the panel; {mapped} keys mapped to the codes "
        "of the panel; {unmatched} rows of the file fit no row of the panel",
        "{path}：{columns} 列已并入面板 {rows} 行中的 {matched} 行；{mapped} 个键换算成面板所用代码；"
        "文件中有 {unmatched} 行对不上面板",
    ),
    "panel_column_missing": Message(
        "the panel has no column {column}, by name or label, or several; nearest: {nearest}; codebook.csv lists all",
        "面板中没有名称或标签为 {column} 的列，或有多列；相近的有：{nearest}；全部见 codebook.csv",
    ),
    # indices
    "index_single": Message(
        "an index needs at least two complete rows, and there are {n}",
        "计算指数至少需要两行完整数据，现有 {n} 行",
    ),
    "index_constant": Message(
        "no column of the index varies, so nothing can be weighed; see whether the columns hold what you expect",
        "指数的各列都没有差异，无法赋权；请检查这些列的内容",
    ),
    "index_missing": Message(
        "{n} rows have missing or infinite cells in the columns of the index ({detail}); fill them, leave these rows "
        "out, or use missing = drop",
        "有 {n} 行在指数的列中有缺失或无穷值（{detail}）；请补齐、去掉这些行，或用 missing = drop",
    ),
    "index_rows_missing": Message(
        "index {name}: {n} of {rows} rows have a missing cell and no score",
        "指数 {name}：{rows} 行中有 {n} 行存在缺失，没有得分",
    ),
    "index_column_rare": Message(
        "index {name}: {column} left out: {share} of its cells are not zero",
        "指数 {name}：{column} 未计入：只有 {share} 的单元格不为零",
    ),
    "index_column_constant": Message(
        "index {name}: {column} does not vary: weight 0",
        "指数 {name}：{column} 没有差异：权重为 0",
    ),
    "index_column_heavy": Message(
        "index {name}: {column} is zero in most rows and has the entropy weight {share}: compare the equal weights",
        "指数 {name}：{column} 多数行为零，熵权却为 {share}：请与等权结果比较",
    ),
    "index_year_single": Message(
        "index {name}: no score in {year}: one complete row",
        "指数 {name}：{year} 年没有得分：只有一行完整数据",
    ),
    "index_year_constant": Message(
        "index {name}: no score in {year}: no column varies",
        "指数 {name}：{year} 年没有得分：各列都没有差异",
    ),
    "index_agreed": Message(
        "index {name}: rank correlation {detail}; weights are in index_weights.csv",
        "指数 {name}：秩相关 {detail}；权重见 index_weights.csv",
    ),
    # policies
    "policy_unknown": Message(
        "no policy named {name}; built in: {known}; your own list goes into --policy NAME=FILE",
        "没有名为 {name} 的政策；内置：{known}；自备名单请用 --policy NAME=FILE",
    ),
    "policy_incomplete": Message(
        "{name}: only {n} of {total} units are known, and a unit that is not listed may have been treated, so this is "
        "no treatment; take the list from the notice ({document}): textgov policies template {name} list.csv, fill it "
        "in, textgov policies check list.csv --like {name}, then --policy {name}=list.csv",
        "{name}：{total} 个单位中只有 {n} 个已知，未列出的单位也可能受到处理，因此不能作为处理组；请按通知"
        "（{document}）补全名单：textgov policies template {name} list.csv，填写后用 textgov policies check list.csv "
        "--like {name} 核对，再用 --policy {name}=list.csv",
    ),
    "policy_rows": Message(
        "{path}: {n} rows cannot be used: {detail}; correct them (textgov policies check {path} shows all)",
        "{path}：有 {n} 行无法使用：{detail}；请改正（textgov policies check {path} 可查看全部）",
    ),
    "policy_total": Message(
        "{path}: {n} units are listed ({detail}), and the notice has {total}; complete the list, or give the number "
        "of your source with --total",
        "{path}：名单有 {n} 个单位（{detail}），而通知为 {total} 个；请补全名单，或用 --total 给出所据来源的总数",
    ),
    "policy_said": Message(
        "{name}: {treated} of {places} places of the panel are treated, {partial} only in part; first years {years}",
        "{name}：面板 {places} 个地区中有 {treated} 个受处理，{partial} 个仅部分受处理；首年 {years}",
    ),
    "policy_absent": Message(
        "{name}: {n} treated units have no row in the panel: {detail}",
        "{name}：有 {n} 个受处理单位不在面板中：{detail}",
    ),
    "policy_partial": Message(
        "{name}: of {n} places only a part was treated ({detail}); they are neither treated nor untreated "
        "(missing) unless --partial treated or untreated says otherwise; {column} has the share",
        "{name}：有 {n} 个地区只有一部分受处理（{detail}）；除非用 --partial treated 或 untreated 指定，"
        "否则既不算处理组也不算对照组（缺失）；{column} 为所占比例",
    ),
    "policy_note": Message("{name}: {detail}", "{name}：{detail}"),
    "policy_no_control": Message(
        "{name}: no place of the panel is untreated; two-way fixed effects have no clean control group",
        "{name}：面板中没有未受处理的地区；双向固定效应没有干净的对照组",
    ),
    "policy_at_once": Message("{name}: all are treated at once, in {year}", "{name}：全部在 {year} 年同时受处理"),
    "policy_always": Message(
        "{name}: {n} places are treated in every year of the panel; staggered estimators must drop them",
        "{name}：有 {n} 个地区在面板各年都受处理；交错处理的估计须剔除它们",
    ),
    "policy_codes_unknown": Message(
        "{name}: {n} codes of the panel are no divisions and count as untreated: {detail}",
        "{name}：面板中有 {n} 个代码不是行政区划，按未受处理计：{detail}",
    ),
    "policy_checked": Message(
        "{path}: {n} rows, {units} units as printed, {bad} rows without a code; the notice has {total}",
        "{path}：{n} 行，{units} 个印发单位，{bad} 行没有对上代码；通知总数为 {total}",
    ),
}
