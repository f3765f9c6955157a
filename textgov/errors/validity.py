"""Messages about checks of validity: samples, coders, reliability, known groups, coverage."""

from __future__ import annotations

from textgov.errors.message import Message

VALIDITY_MESSAGES: dict[str, Message] = {
    "validity_empty": Message("there are no {what}; nothing can be drawn or checked", "没有{what}，无法抽样或检验"),
    "validity_other_texts": Message(
        "{path}: the texts of {doc_id} are not those that were counted; run textgov panel again",
        "{path}：{doc_id} 的文本与计数时不同；请重新运行 textgov panel",
    ),
    "coding_no_sample": Message(
        "{path} holds no sample; draw one with textgov validate sample, or name it with --name",
        "{path} 中没有样本；请先运行 textgov validate sample，或用 --name 指定",
    ),
    "coding_no_sheet": Message(
        "{path}: no sheet or csv file of a coder; they are called {known}",
        "{path}：没有编码员的工作表或 csv 文件；应名为 {known}",
    ),
    "coding_other_sheet": Message(
        "{path}: the sheet {sheet} is of no coder of this sample; call it one of {known}",
        "{path}：工作表 {sheet} 不属于本样本的编码员；请改名为以下之一：{known}",
    ),
    "coding_altered": Message(
        "{path}, {sheet}: {n} rows do not fit the sample ({detail}); copy the answers into the original workbook",
        "{path}，{sheet}：{n} 行与样本不符（{detail}）；请把答案抄到原工作簿",
    ),
    "coding_rows_missing": Message(
        "{path}, {sheet}: {n} sentences of the sample are missing ({ids}); put the rows back, or use --partial",
        "{path}，{sheet}：缺少样本中的 {n} 个句子（{ids}）；请补回这些行，或使用 --partial",
    ),
    "coding_twice": Message(
        "the same coder answers {id} with {one} ({where}) and with {other} ({there}); settle it in one of them",
        "同一编码员对 {id} 的答案不同：{one}（{where}）与 {other}（{there}）；请统一",
    ),
    "coding_half": Message(
        "{coder} has not answered {n} of {of} sentences ({ids}); fill them in, or use --partial",
        "{coder} 有 {n}/{of} 个句子未作答（{ids}）；请补全，或使用 --partial",
    ),
    "coding_one": Message(
        "agreement needs two coders; found: {coder}",
        "计算一致性需要两位编码员；现有：{coder}",
    ),
    "coding_open": Message(
        "{n} sentences have no settled label ({ids}); fill in adjudicate.xlsx and give it too, or use --rule agreed or "
        "--rule majority",
        "{n} 个句子没有最终标签（{ids}）；请填写 adjudicate.xlsx 并一并给出，或使用 --rule agreed 或 --rule majority",
    ),
    "coding_labels": Message(
        "accuracy needs the labels yes and no; this sample offers {labels}",
        "计算准确性需要标签 yes 和 no；本样本的标签为 {labels}",
    ),
    "sample_said": Message(
        "{n} sentences drawn from {of}: {hits} with a hit, {without} without; {strata} strata of {by}",
        "从 {of} 个句子中抽取 {n} 个：含命中 {hits} 个，不含 {without} 个；{strata} 层，按 {by}",
    ),
    "sample_fewer": Message(
        "strata were not split by {dropped}: there would be more strata than sentences; draw more (--n) to split them",
        "未按 {dropped} 分层：层数会多于句子数；如需细分请增大 --n",
    ),
    "agreement_said": Message(
        "{n} sentences, {coders} coders: agreement {percent} %, alpha {alpha}; {differ} disagreements",
        "{n} 个句子，{coders} 位编码员：一致率 {percent}%，alpha {alpha}；{differ} 处不一致",
    ),
    "accuracy_said": Message(
        "precision {precision}, recall {recall}, F1 {f1} ({n} sentences, design-weighted)",
        "精确率 {precision}，召回率 {recall}，F1 {f1}（{n} 个句子，按抽样设计加权）",
    ),
    "accuracy_unseen": Message(
        "no sentence of {stratum} counts among {n} sampled ones, but up to {most} % might: recall could be as low as "
        "{recall}",
        "{stratum} 中抽到的 {n} 个句子都不算，但总体中仍可能有至多 {most}%：召回率可能低至 {recall}",
    ),
    "accuracy_treat": Message(
        "error rate of treated minus untreated {difference} (p {p})",
        "处理组与对照组的错误率之差 {difference}（p {p}）",
    ),
}
