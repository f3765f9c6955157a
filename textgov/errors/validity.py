"""Messages about checks of validity: samples, coders, reliability, known groups, coverage."""

from __future__ import annotations

from textgov.errors.message import Message

VALIDITY_MESSAGES: dict[str, Message] = {
    "validity_empty": Message("there are no {what}; nothing can be drawn or checked", "没有{what}，无法抽样或检验"),
    "validity_other_texts": Message(
        "{path}: the texts of {doc_id} are not those that were counted; run textgov panel again",
        "{path}：{doc_id} 的文本与计数时不同；请重新运行 textgov panel",
    ),
    "validity_no_lexicon": Message(
        "{path}: the run counted {counted} and keeps no copy of it, and no lexicon with this content is built in; run "
        "textgov panel again, which keeps one, or name the file that was counted with --lexicon-file",
        "{path}：该结果统计的是 {counted}，但没有保存词典副本，内置词典中也没有相同内容的；"
        "请重新运行 textgov panel（会保存副本），或用 --lexicon-file 指定当时的词典文件",
    ),
    "validity_other_lexicon": Message(
        "the run counted {counted}, and {path} holds {found}, which differs; name the file that was counted with "
        "--lexicon-file, or leave the option out to take the copy kept with the run",
        "该结果统计的是 {counted}，而 {path} 的内容是 {found}，两者不同；"
        "请用 --lexicon-file 指定当时的词典文件，或不加该选项以使用随结果保存的副本",
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
    "reliability_said": Message(
        "{n} specifications; correlation with the first one {low} to {high}",
        "{n} 种设定；与第一种的相关系数为 {low} 至 {high}",
    ),
    "reliability_halves": Message(
        "reliability from random halves of the terms {whole}, within places and years {inside}",
        "按词条随机对半的信度 {whole}，去除地区和年份效应后 {inside}",
    ),
    "reliability_slope": Message(
        "{correction}: {y} on {x} {estimate} (standard error {std_error})",
        "{correction}：{y} 对 {x} 的系数 {estimate}（标准误 {std_error}）",
    ),
    "known_group": Message(
        "{check}, {what}: expected {expected}, found {found}: {verdict}",
        "{check}，{what}：预期 {expected}，结果 {found}：{verdict}",
    ),
    "coverage_said": Message(
        "{n} of {of} place-years have a document ({share} %)",
        "{of} 个地区—年份中有 {n} 个有文档（{share}%）",
    ),
    "coverage_test": Message("missing alike over {what} ({test}): p {p}", "缺失与{what}无关的检验（{test}）：p {p}"),
    "accuracy_treat": Message(
        "error rate of treated minus untreated {difference} (p {p})",
        "处理组与对照组的错误率之差 {difference}（p {p}）",
    ),
    "classify_few": Message(
        "labels are too few for {folds} folds: {yes} places have a sentence that counts, {no} one that does not; "
        "{least} each are needed",
        "标签太少，无法分为 {folds} 折：有 {yes} 个地区含有计入的句子，{no} 个含有不计入的句子；各需至少 {least} 个",
    ),
    "imported_bad": Message(
        "{path}: {detail}; each label needs its model, date, prompt and output",
        "{path}：{detail}；每个标签都需要注明模型、日期、提示词和输出",
    ),
    "validity_none": Message(
        "{path}: no check was made yet; begin with textgov validate known-groups or textgov validate sample",
        "{path}：尚未做任何检验；请先运行 textgov validate known-groups 或 textgov validate sample",
    ),
    "page_measure": Message(
        "The measure counts the lexicon {lexicon} (hash {hash}) in the sections {sections} of each document.",
        "本测量统计词典 {lexicon}（哈希 {hash}）在每份文档 {sections} 部分中的命中。",
    ),
    "page_missing": Message("Not checked: {names}.", "未检验：{names}。"),
    "page_agreement": Message(
        "{n} sentences, drawn at random within strata, were coded independently by {coders}; they agree on {percent} % "
        "of pairs, Krippendorff's alpha is {alpha} (95 % bootstrap interval).",
        "在各层内随机抽取的 {n} 个句子由 {coders} 独立编码；一致率 {percent}%，"
        "Krippendorff alpha 为 {alpha}（95% 自助区间）。",
    ),
    "page_accuracy": Message(
        "Against the settled labels of {n} sentences, weighted by their probabilities, precision is {precision}, "
        "recall {recall} and F1 {f1}.",
        "以 {n} 个句子的最终标签为准，按抽样概率加权，精确率为 {precision}，召回率为 {recall}，F1 为 {f1}。",
    ),
    "page_treat": Message(
        "The bias of the share of sentences differs between {treat} = 1 and 0 by {difference} (p {p}).",
        "句子占比的偏误在 {treat} = 1 与 0 之间相差 {difference}（p {p}）。",
    ),
    "page_halves": Message(
        "Random halves of the terms give a reliability of {whole} (Spearman-Brown); within places and years it "
        "is {inside}.",
        "词条随机对半的信度（Spearman-Brown）为 {whole}；去除地区和年份效应后为 {inside}。",
    ),
    "page_terms": Message(
        "Left out one at a time, none of the {n} terms brings the correlation with the measure below {r} ({term}).",
        "逐一剔除 {n} 个词条，与原测量的相关系数最低为 {r}（{term}）。",
    ),
    "page_multiverse": Message(
        "In {n} specifications (lexicon, overlap, sections, denominator, segmenter) the measure correlates with the "
        "main one at {low} to {high}, median {median}.",
        "在 {n} 种设定（词典、重叠规则、统计部分、分母、分词）下，与主设定的相关系数为 "
        "{low} 至 {high}，中位数 {median}。",
    ),
    "page_curve": Message(
        "The slope for one standard deviation is {first}; over {n} specifications it lies between {low} and {high}, "
        "has the same sign in {same} and p below 0.05 in {significant}.",
        "一个标准差对应的系数为 {first}；{n} 种设定下介于 {low} 与 {high}，{same} 种同号，"
        "{significant} 种 p 小于 0.05。",
    ),
    "page_known": Message(
        "Of {n} checks with a known answer {good} come out as expected; not so: {bad}.",
        "{n} 项有已知答案的检验中 {good} 项符合预期；不符合的：{bad}。",
    ),
    "page_missingness": Message(
        "Tests that documents are missing alike: {tests}.",
        "缺失是否随机的检验：{tests}。",
    ),
    "page_balanced": Message(
        "Full and balanced sample: {results}.",
        "全样本与平衡样本：{results}。",
    ),
    "page_classifier": Message(
        "A classifier trained on {n} labels (characters, logistic regression, cross-validated by place) has precision "
        "{precision}, recall {recall} and F1 {f1}.",
        "用 {n} 个标签训练的分类器（字符特征、逻辑回归、按地区交叉验证）精确率 {precision}，召回率 {recall}，F1 {f1}。",
    ),
    "page_imported": Message(
        "Labels of {model} ({date}) for {n} sentences against those of people: precision {precision}, recall {recall}, "
        "F1 {f1}, alpha {alpha}; prompt and outputs are kept.",
        "{model}（{date}）对 {n} 个句子的标签与人工标签相比：精确率 {precision}，召回率 {recall}，F1 {f1}，"
        "alpha {alpha}；提示词和输出均已保存。",
    ),
}
