"""Messages about candidates for a lexicon and the sheets in which they are judged."""

from __future__ import annotations

from textgov.errors.message import Message

EXPAND_MESSAGES: dict[str, Message] = {
    "expand_no_seed": Message(
        "none of the {n} seeds stands in the {n_documents} documents; use another lexicon or other categories",
        "{n} 个种子词在 {n_documents} 份文档中都没有出现；请换用合适的词典或类别",
    ),
    "expand_no_group": Message(
        "no document is of the group {group}; the groups are: {known}",
        "没有属于 {group} 组的文档；现有的组：{known}",
    ),
    "expand_one_group": Message(
        "keyness needs documents in a group and outside of it; the groups are: {known}",
        "关键性比较需要组内和组外都有文档；现有的组：{known}",
    ),
    "expand_said": Message(
        "{n} candidates for {lexicon} from {n_documents} documents ({n_words} words, {n_seeds} seeds found)",
        "{lexicon} 的 {n} 个候选词，来自 {n_documents} 份文档（{n_words} 词，出现 {n_seeds} 个种子词）",
    ),
    "expand_left_out": Message(
        "{n} documents were left out: their texts equal others, or the corpus is too large",
        "有 {n} 份文档未使用：与其他文档全文相同，或语料过大",
    ),
    "sheet_filled": Message(
        "{path} holds answers of coders and is not overwritten; move it elsewhere, or use another {option}",
        "{path} 已有编码员的答案，不会覆盖；请先移走该文件，或换一个 {option}",
    ),
    "sheet_bad": Message("{path} row {row}: {detail}", "{path} 第 {row} 行：{detail}"),
    "sheet_merged": Message(
        "{path}, sheet {sheet}: the cells {ranges} are merged, and all but the first have lost what was in them; undo "
        "the merging, or copy the answers into the original workbook",
        "{path} 工作表 {sheet}：单元格 {ranges} 被合并，除首格外的内容已丢失；请取消合并，或把答案抄到原工作簿",
    ),
    "sheet_empty": Message("the sheet has no rows", "表格没有数据行"),
    "sheet_of_other": Message(
        "{path} was not made for {lexicon}; give the lexicon that the candidates were made for, unchanged",
        "{path} 不是为 {lexicon} 生成的；请指定生成候选词时使用的词典（未经改动）",
    ),
    "sheet_altered": Message(
        "{path} row {rows}: id and candidate do not belong together ({candidate}); copy them from the original sheet",
        "{path} 第 {rows} 行：id 与候选词不对应（{candidate}）；请从原表格复制",
    ),
    "sheet_half": Message(
        "{path}: {n} of {of} rows are not judged by both coders (row {rows}); fill them in, delete the rows, or give "
        "the copies of both coders",
        "{path}：{of} 行中有 {n} 行没有两位编码员的答案（第 {rows} 行）；请补全、删除这些行，或同时给出两人的副本",
    ),
    "sheet_open": Message(
        "{path}: {n} rows on which the coders differ have no adjudicated yes or no (row {rows})",
        "{path}：有 {n} 行两人不一致，但没有填写 adjudicated（第 {rows} 行）",
    ),
    "merge_said": Message(
        "{label}: {added} entries added, {refused} refused, {known} known already; {n} candidates, agreement "
        "{percent} %, kappa {kappa}, alpha {alpha}",
        "{label}：新增 {added} 条，未采纳 {refused} 条，已有 {known} 条；候选词 {n} 个，一致率 {percent}%，"
        "kappa {kappa}，alpha {alpha}",
    ),
}
