"""Messages about topic models."""

from __future__ import annotations

from textgov.errors.message import Message

TOPIC_MESSAGES: dict[str, Message] = {
    "topics_method": Message(
        "no topic model named {name}; known: {known}", "没有名为 {name} 的主题模型；可用：{known}"
    ),
    "topics_needs": Message(
        "the method {name} needs {need}; give it, or use the method lda",
        "方法 {name} 需要 {need}；请提供，或改用方法 lda",
    ),
    "topics_no_words": Message(
        "none of the {n} rows has a word that is kept; look at the stop words, tags and trimming, or at the texts",
        "{n} 行中没有一个保留的词；请检查停用词、词性、词频筛选或文本本身",
    ),
    "topics_one_document": Message(
        "only {doc_id} has words; a topic model needs two rows or more, so add documents or take paragraphs as units",
        "只有 {doc_id} 有词；主题模型至少需要两行，请增加文档或以段落为单位",
    ),
    "topics_many": Message(
        "{k} topics are more than the {n} different terms; use fewer topics, or trim fewer terms",
        "{k} 个主题多于 {n} 个不同的词；请减少主题数，或放宽词频筛选",
    ),
    "topics_seeds_many": Message(
        "{n} seeded topics leave no residual one among {k}; use more topics",
        "{n} 个种子主题在 {k} 个主题中没有留下其余主题；请增加主题数",
    ),
    "topics_seeds_unknown": Message(
        "none of the {n} seed terms of {name} is in the vocabulary ({detail} ...); keep them whole when words are cut "
        "(lexicons) and when terms are trimmed (keep); terms that a lexicon counts only near other words are no seeds",
        "{name} 的 {n} 个种子词都不在词表中（{detail} ……）；请在分词（lexicons）和筛选（keep）时保留它们；"
        "词典只在其他词附近才计数的词不作种子词",
    ),
    "topics_no_cluster": Message(
        "the {n} rows form no cluster; use more rows, or another encoder",
        "{n} 行没有形成任何聚类；请增加行数，或换一个编码模型",
    ),
    "topics_periods": Message(
        "a dynamic model needs two periods or more, and {n} is known; look at the years of the documents",
        "动态模型至少需要两个时期，现有 {n} 个；请检查文档年份",
    ),
    "topics_other_vocabulary": Message(
        "only {share} of the words are among the {n} terms of the model; it was made from other texts or words",
        "只有 {share} 的词在模型的 {n} 个词之中；该模型来自其他文本或其他分词方式",
    ),
    "topics_model_bad": Message(
        "{path}: {detail}; the model cannot be used, so fit it again", "{path}：{detail}；模型不能使用，请重新拟合"
    ),
    "topics_model_missing": Message(
        "{path} holds no topic model ({name} is missing); give the folder that `textgov topics fit` wrote",
        "{path} 中没有主题模型（缺少 {name}）；请给出 textgov topics fit 写出的文件夹",
    ),
    "topics_which": Message(
        "{path} has no single topic model (it has: {known}); fit one with textgov topics fit, or name it with --model",
        "{path} 中没有唯一的主题模型（现有：{known}）；请用 textgov topics fit 拟合，或用 --model 指定",
    ),
    "topics_unassigned": Message(
        "{path} is missing; run textgov topics assign first",
        "缺少 {path}；请先运行 textgov topics assign",
    ),
    "topics_run_changed": Message(
        "{path} holds {n} documents and the run {n_run}; run textgov topics assign again",
        "{path} 含 {n} 篇文档，而运行结果有 {n_run} 篇；请重新运行 textgov topics assign",
    ),
    "topics_fitted": Message(
        "{n} topics of {terms} terms, fitted to {rows} rows with {words} words",
        "{n} 个主题，{terms} 个词；拟合用 {rows} 行、{words} 个词",
    ),
    "topics_attached": Message(
        "{columns} columns for {n} of {rows} rows of the panel",
        "为面板 {rows} 行中的 {n} 行加入 {columns} 列",
    ),
    "topics_vocabularies_differ": Message(
        "the two models have other words ({n} and {other} terms), so their topics cannot be matched; fit both to the "
        "same words",
        "两个模型的词表不同（{n} 个词与 {other} 个词），主题无法配对；请用同样的词拟合两者",
    ),
    "topics_few_documents": Message(
        "{n} documents with words are too few to hold some out; three or more with several words are needed",
        "有词的文档只有 {n} 篇，不足以留出一部分；至少需要三篇有若干词的文档",
    ),
    "topics_model_unknown": Message(
        "no topic model {name}: neither a folder with one, nor one that comes with the package ({known})",
        "没有主题模型 {name}：既不是模型文件夹，也不是随软件提供的模型（{known}）",
    ),
    "topics_refit_other": Message(
        "{path}: the model was fitted to other documents than those of this run; fit it again with textgov topics fit",
        "{path}：模型不是用该运行结果的文档拟合的；请用 textgov topics fit 重新拟合",
    ),
    "topics_stable": Message(
        "{n} topics fitted again with {seeds} seeds: mean cosine {cosine}, mean Jaccard of top words {jaccard}; {weak} "
        "below {limit}: {names}",
        "{n} 个主题换 {seeds} 个种子重新拟合：平均余弦 {cosine}，高频词平均 Jaccard {jaccard}；"
        "低于 {limit} 的有 {weak} 个：{names}",
    ),
    "topics_reported": Message(
        "{n} topics described; {boilerplate} boilerplate, {twins} with a twin",
        "已描述 {n} 个主题；套话主题 {boilerplate} 个，有孪生主题的 {twins} 个",
    ),
    "topics_name_taken": Message(
        "{path} has the name of {own}, which is another model of this run; give the folder of the one from elsewhere "
        "another name",
        "{path} 与本结果中的另一个模型 {own} 同名；请给外来模型的文件夹换一个名字",
    ),
    "topics_no_nation": Message(
        "{columns}: empty, since the run has no report of level national of the years that are compared (see level in "
        "{path}); add the national reports to the SOURCEs of the run",
        "{columns} 全部为空：结果中没有所比较年份的全国层级报告（见 {path} 的 level 列）；"
        "请把全国政府工作报告加入语料来源",
    ),
    "topics_compared": Message(
        "{column}: known in {n} of {rows} rows of the panel", "{column}：面板 {rows} 行中 {n} 行有值"
    ),
    "intrusion_empty": Message(
        "{n} of {of} rows have no answer of any coder ({ids}); fill them in or delete the rows",
        "{of} 行中有 {n} 行没有任何编码员的答案（{ids}）；请补全或删除这些行",
    ),
    "intrusion_altered": Message(
        "{path} row {row}: the id {id} does not belong to the words or text of the row, or to this model; take the row "
        "from the original sheet",
        "{path} 第 {row} 行：编号 {id} 与该行的词或文本不符，或不属于该模型；请从原表格复制该行",
    ),
    "intrusion_word": Message(
        "word intrusion: {precision} of {n} answers name the intruder (guessing: {chance})",
        "入侵词：{n} 个回答中 {precision} 找出入侵词（随机猜测：{chance}）",
    ),
    "intrusion_topic": Message(
        "topic intrusion: {precision} of {n} answers name the intruder (guessing: {chance}); mean log odds {odds}",
        "入侵主题：{n} 个回答中 {precision} 找出入侵主题（随机猜测：{chance}）；平均对数几率 {odds}",
    ),
    "intrusion_agreed": Message(
        "agreement on {kind} items: {n} answered by both, equal {percent}, kappa {kappa}, alpha {alpha}",
        "{kind} 题的一致性：两人都答 {n} 题，一致 {percent}，kappa {kappa}，alpha {alpha}",
    ),
}
