"""Messages about the lines of a lexicon: faults, findings of the check, and what another format cannot hold."""

from __future__ import annotations

from textgov.errors.message import Message

FAULTS: dict[str, Message] = {
    # the whole file
    "lexicon_not_utf8": Message(
        "not UTF-8 (byte {byte}); save the file as UTF-8", "不是 UTF-8 编码（第 {byte} 字节）；请另存为 UTF-8"
    ),
    "lexicon_undecodable": Message(
        "{n} characters cannot be decoded as {encoding}; save the file as UTF-8, or name its encoding",
        "有 {n} 个字符无法按 {encoding} 解码；请另存为 UTF-8，或指明编码",
    ),
    "lexicon_format_unknown": Message(
        "the format of the file is not known; name it: {known}", "无法识别文件格式；请指明格式：{known}"
    ),
    "lexicon_not_xml": Message("not valid XML: {detail}", "不是有效的 XML：{detail}"),
    "lexicon_not_yaml": Message("not valid YAML: {detail}", "不是有效的 YAML：{detail}"),
    "lexicon_file_empty": Message(
        "the file is empty; write at least one category with one term", "文件是空的；请至少写一个类别和一个词"
    ),
    "lexicon_no_categories": Message(
        "the key 'categories' is missing; it holds the tree of categories", "缺少键 'categories'，类别应写在其中"
    ),
    "lexicon_no_entry": Message("the lexicon has no entry; add a term", "词典里没有词条；请加入词语"),
    # shape
    "lexicon_needs_map": Message(
        "a map of keys and values is needed here; write 'key: value'", "这里需要键值对；请写成“键: 值”"
    ),
    "lexicon_needs_list": Message(
        "a list is needed here; write it in [ ] or with a dash before each item",
        "这里需要列表；请写在 [ ] 中，或每项前加短横线",
    ),
    "lexicon_needs_text": Message("a text is needed here, not a list or a map", "这里需要文字，而不是列表或键值对"),
    "lexicon_key_unknown": Message("unknown key {key!r}; known here: {known}", "未知的键 {key!r}；此处可用：{known}"),
    "lexicon_key_twice": Message("the key {key!r} stands twice; keep one of them", "键 {key!r} 出现两次；请只保留一个"),
    "lexicon_no_number": Message(
        "{value!r} is no number; write one such as 0.5", "{value!r} 不是数字；请写成 0.5 之类"
    ),
    "lexicon_no_truth": Message(
        "{value!r} is neither true nor false; write one of them", "{value!r} 既不是 true 也不是 false；请写其中之一"
    ),
    "lexicon_no_list": Message(
        "no list {name!r}; the lists above are: {known}", "没有名为 {name!r} 的词表；前面已有：{known}"
    ),
    "lexicon_empty_word": Message("an empty word; delete it", "空词；请删除"),
    "lexicon_no_any": Message(
        "the key 'any' is missing: the words of which one must stand near",
        "缺少键 'any'，即必须有其一出现在附近的词",
    ),
    "lexicon_within": Message(
        "{value!r}: use sentence, or a number of characters from 1", "{value!r}：请写 sentence，或不小于 1 的字符数"
    ),
    "lexicon_no_word": Message("at least one word is needed here", "这里至少需要一个词"),
    "lexicon_no_term": Message("an entry needs the key 'term'", "词条需要键 'term'"),
    # categories and terms
    "lexicon_column_name": Message(
        "{name!r} becomes part of a column name; use small Latin letters, digits and _, a letter first",
        "{name!r} 将成为列名的一部分；请用小写英文字母、数字和 _，以字母开头",
    ),
    "lexicon_column_twice": Message(
        "the category {key!r} would share the column name {name!r} with another one; give it another 'column'",
        "类别 {key!r} 的列名 {name!r} 与另一个类别相同；请用 'column' 另取列名",
    ),
    "lexicon_term_empty": Message(
        "the term {term!r} is empty or has no letter, digit or Han character; delete or complete it",
        "词 {term!r} 是空的，或不含字母、数字、汉字；请删除或补全",
    ),
    "lexicon_term_twice": Message(
        "{term!r} is the same as {other!r} in line {other_line}; keep one of them",
        "{term!r} 与第 {other_line} 行的 {other!r} 相同；请只保留一个",
    ),
    "lexicon_other_variants": Message(
        "{term!r} also stands in line {other_line}, in another category, with other variants; "
        "give it the same variants in both",
        "{term!r} 也在第 {other_line} 行的另一类别中，但变体不同；请使两处变体一致",
    ),
    "lexicon_other_conditions": Message(
        "{term!r} also stands in line {other_line}, in another category, with other conditions or weight; "
        "give it the same in both",
        "{term!r} 也在第 {other_line} 行的另一类别中，但条件或权重不同；请使两处一致",
    ),
    "lexicon_regex_bad": Message(
        "{term!r} is no regular expression: {detail}; correct it, or leave 'regex' out",
        "{term!r} 不是正则表达式：{detail}；请改正，或去掉 'regex'",
    ),
    "lexicon_regex_empty": Message(
        "the expression {term!r} also matches no text; make it need a character",
        "表达式 {term!r} 也能匹配空文本；请使其至少匹配一个字符",
    ),
    # tables
    "lexicon_no_column": Message(
        "no column {column!r}; the columns are {known}", "没有列 {column!r}；现有的列：{known}"
    ),
    "lexicon_row_long": Message(
        "more fields than columns; put a text with a comma into quotes", "字段多于列数；含逗号的文字请加引号"
    ),
    "lexicon_row_bad": Message("the row cannot be read ({detail})", "该行无法读取（{detail}）"),
    # other formats
    "lexicon_no_legend": Message(
        "no list of categories between two lines with %; a LIWC file begins with one",
        "没有写在两行 % 之间的类别表；LIWC 文件应以它开头",
    ),
    "lexicon_word_alone": Message(
        "{word!r} stands before the first category; put a category above it", "{word!r} 前面没有类别；请在上方写出类别"
    ),
}

NOTES: dict[str, Message] = {
    "lexicon_encoding": Message(
        "read as {encoding} (sure: {margin}); save the file as UTF-8 so that nobody reads it as something else",
        "按 {encoding} 读取（把握 {margin}）；请另存为 UTF-8，以免被误读",
    ),
    "lexicon_same_again": Message(
        "{term!r} is the same as {other!r} above and was left out; delete one of them",
        "{term!r} 与上面的 {other!r} 相同，已略去；请删除其中一个",
    ),
    "lexicon_word_unmatched": Message(
        "{word!r} has no letter, digit or Han character and was left out; delete it",
        "{word!r} 不含字母、数字或汉字，已略去；请删除",
    ),
    "lexicon_wildcard": Message(
        "{word!r} is read as {term!r}: texts are not cut into words, so a term counts inside longer ones too; "
        "name those it should not count in under 'exclude'",
        "{word!r} 读作 {term!r}：文本不分词，词在更长的词中也计数；不应计数的长词请写入 'exclude'",
    ),
    "lexicon_renamed": Message(
        "the category {key!r} is called {name!r} in column names; choose a better name with 'column' if you like",
        "类别 {key!r} 在列名中写作 {name!r}；如需更好的名称，请用 'column' 指定",
    ),
    "lexicon_id_undefined": Message(
        "{word!r} names the category {key}, which is not defined; define it or delete the number",
        "{word!r} 指向未定义的类别 {key}，未计入该类；请定义该类别或删除编号",
    ),
    "lexicon_id_bad": Message(
        "the line of the category list cannot be read: {text!r}; write a number, a tab and a name",
        "类别表的这一行无法读取：{text!r}；请写编号、制表符和名称",
    ),
    "lexicon_unsupported": Message(
        "{text!r} is a rule that has no meaning here and was left out; write it as 'near' or 'not_near' of an entry",
        "{text!r} 是此处不支持的规则，已略去；请改写为词条的 'near' 或 'not_near'",
    ),
    "lexicon_frequency": Message(
        "frequencies and parts of speech serve jieba only and were left out ({n} lines); nothing need be done",
        "词频和词性只供 jieba 使用，未读入（{n} 行）；无需处理",
    ),
    "lexicon_sheet_unread": Message(
        "sheet {sheet!r} was not read, only the first one is; put everything into one sheet",
        "未读入工作表 {sheet!r}，只读取第一个；请把内容放在同一张表中",
    ),
    "lexicon_column_unread": Message(
        "the column {column!r} has no meaning here and was not read; rename it to one of {known}",
        "列 {column!r} 含义不明，未读入；可改名为以下之一：{known}",
    ),
    "lexicon_field_unread": Message("{key!r} has no meaning here and was not read", "{key!r} 含义不明，未读入"),
}

LINTS: dict[str, Message] = {
    # an entry that never counts
    "lexicon_damaged": Message(
        "{term!r} holds the remains of a lost character; write it anew", "{term!r} 含有丢失字符的残迹；请重新输入"
    ),
    "lexicon_never_found": Message(
        "no text can hold {term!r}: normalisation makes {found!r} of it; write it that way",
        "任何文本都不会含有 {term!r}：规范化后成为 {found!r}；请按后者书写",
    ),
    "lexicon_exclude_all": Message(
        "{word!r} under 'exclude' is the term {term!r} itself, so that it never counts; give a longer string",
        "'exclude' 中的 {word!r} 就是词 {term!r} 本身，永远不会计数；请写更长的词",
    ),
    "lexicon_contexts_clash": Message(
        "{term!r} never counts: every word of 'near' is also forbidden by 'not_near'; delete one of the two",
        "{term!r} 永远不会计数：'near' 的每个词都被 'not_near' 排除；请删去其一",
    ),
    "lexicon_regex_spelling": Message(
        "the expression {term!r} is matched in normalised text without blanks and would have to be {found!r} there",
        "表达式 {term!r} 在去掉空格的规范化文本中匹配，应写作 {found!r}",
    ),
    # an entry that counts otherwise than it looks
    "lexicon_full_width": Message(
        "{term!r} has full-width or compatibility characters; it is matched as {found!r}: write it that way",
        "{term!r} 含有全角或兼容字符，按 {found!r} 匹配；请按后者书写",
    ),
    "lexicon_traditional": Message(
        "{term!r} has traditional characters; it is matched as {found!r}: write it that way",
        "{term!r} 含有繁体字，按 {found!r} 匹配；请按后者书写",
    ),
    "lexicon_blanks": Message(
        "{term!r} has blanks at an end or between Han characters; they do not count: delete them",
        "{term!r} 首尾或汉字之间有空格，匹配时忽略；请删除",
    ),
    "lexicon_one_character": Message(
        "{term!r} is one character and is found inside many other words; "
        "use longer terms, or name those words under 'exclude'",
        "{term!r} 只有一个字，会出现在许多别的词中；请用更长的词，或把那些词写入 'exclude'",
    ),
    "lexicon_nested": Message(
        "{term!r} is inside {longer}; there the longer one counts and this one does not, unless 'exclude' or --overlap "
        "say otherwise; check that both belong in",
        "{term!r} 包含在 {longer} 中；该处只计较长的词，除非 'exclude' 或 --overlap 另有规定；请确认两者都应保留",
    ),
    "lexicon_nested_apart": Message(
        "{term!r} is inside {longer} of another category; there only that category gets the hit; check that it should",
        "{term!r} 包含在另一类别的 {longer} 中；该处只有那个类别计数；请确认是否应当如此",
    ),
    "lexicon_two_categories": Message(
        "{term!r} also stands in line {other_line}, in the category {category!r}; it counts in both and once in the "
        "total; check that it should",
        "{term!r} 也在第 {other_line} 行的类别 {category!r} 中；两类各计一次，总数计一次；请确认是否应当如此",
    ),
    "lexicon_exclude_idle": Message(
        "{word!r} under 'exclude' does not contain {term!r} and excludes nothing; delete or correct it",
        "'exclude' 中的 {word!r} 不包含 {term!r}，不起作用；请删除或改正",
    ),
    "lexicon_near_itself": Message(
        "{word!r} under '{key}' is part of {term!r}; only words before or behind the term count there: delete it, or "
        "say what you mean under 'exclude'",
        "'{key}' 中的 {word!r} 是 {term!r} 的一部分；那里只看词前后的文字：请删除，或改用 'exclude'",
    ),
    "lexicon_context_idle": Message(
        "no text can hold {word!r} of '{key}'; delete or correct it",
        "任何文本都不会含有 '{key}' 中的 {word!r}；请删除或改正",
    ),
    "lexicon_weight_zero": Message(
        "the weight of {term!r} is 0, so that it counts in no weighted measure; give another, or delete the entry",
        "{term!r} 的权重为 0，在加权指标中不计；请改权重或删除该词条",
    ),
    "lexicon_weight_negative": Message(
        "the weight of {term!r} is {weight}; a weighted sum may become negative: check that it should",
        "{term!r} 的权重为 {weight}，加权和可能为负；请确认是否应当如此",
    ),
    "lexicon_regex_plain": Message(
        "{term!r} has no sign of an expression; leave 'regex' out and it is matched faster",
        "{term!r} 中没有正则符号；去掉 'regex' 可更快匹配",
    ),
    "lexicon_category_empty": Message(
        "the category {category!r} has no entry, so that its columns are all zero; add one or delete it",
        "类别 {category!r} 没有词条，其各列将全为零；请添加词条或删除该类别",
    ),
    "lexicon_list_idle": Message(
        "no entry uses the list {name!r}; delete it, or write @{name} where it belongs",
        "没有词条使用词表 {name!r}；请删除，或在需要处写 @{name}",
    ),
    "lexicon_column_long": Message(
        "columns such as {column} have more than 32 characters, too many for Stata; shorten the name with 'column'",
        "{column} 等列名超过 32 个字符，Stata 不接受；请用 'column' 缩短名称",
    ),
    "lexicon_unsaid": Message(
        "the lexicon has no {key}; a referee will ask for it: add it at the top",
        "词典没有 {key}；审稿人会问到，请在开头补上",
    ),
}

LOSSES: dict[str, Message] = {
    "lexicon_lossy": Message(
        "{path} was not written, because {format} cannot hold all of {name} ({n} points, listed above); "
        "add --lossy (lossy=True in Python) to write it nevertheless",
        "没有写出 {path}：{format} 格式无法容纳 {name} 的全部内容（{n} 处，见上）；"
        "如仍要写出，请加 --lossy（Python 中为 lossy=True）",
    ),
    "lexicon_format_bad": Message(
        "{format} is not a format of lexicons; use one of {known}", "{format} 不是词典格式；可用：{known}"
    ),
    "lost_fields": Message("what the lexicon says of itself is lost: {fields}", "词典自身的说明会丢失：{fields}"),
    "lost_titles": Message("the titles of {n} categories are lost: {examples}", "{n} 个类别的标题会丢失：{examples}"),
    "lost_categories": Message(
        "{n} categories are lost or change their name or place in the tree: {examples}",
        "{n} 个类别会丢失、改名或改变层级：{examples}",
    ),
    "lost_entries": Message(
        "{n} entries cannot be written and are left out: {examples}", "{n} 个词条无法写出，将被略去：{examples}"
    ),
    "lost_variants": Message(
        "the variants of {n} entries are lost, or become entries of their own: {examples}",
        "{n} 个词条的变体会丢失或变成独立词条：{examples}",
    ),
    "lost_condition": Message(
        "'{field}' of {n} entries is lost, so that these count differently: {examples}",
        "{n} 个词条的 '{field}' 会丢失，计数会因此不同：{examples}",
    ),
    "lost_remark": Message("'{field}' of {n} entries is lost: {examples}", "{n} 个词条的 '{field}' 会丢失：{examples}"),
    "lost_added": Message(
        "{n} entries come in addition when the file is read: {examples}", "读回时会多出 {n} 个词条：{examples}"
    ),
    "lost_lists": Message(
        "the names of {n} lists of words are lost, the words are kept: {examples}",
        "{n} 个词表的名称会丢失，词语保留：{examples}",
    ),
    "lost_order": Message("the order of categories or entries changes", "类别或词条的顺序会改变"),
    "lost_spelling": Message("{n} terms change their spelling: {examples}", "{n} 个词的写法会改变：{examples}"),
    "jieba_cuts": Message(
        "{n} terms hold a mark or a blank at which jieba always cuts, so that it will not find them: {examples}",
        "{n} 个词含有 jieba 必定切开的符号或空格，jieba 无法识别：{examples}",
    ),
    # the command
    "lexicon_checked": Message(
        "{path}: {errors} errors, {warnings} warnings, {notes} notes",
        "{path}：错误 {errors}，警告 {warnings}，提示 {notes}",
    ),
    "lexicon_imported": Message(
        "{path}: {n} remarks on reading it, such as: {example}; textgov lexicon check lists them",
        "{path}：读取时有 {n} 条说明，例如：{example}；用 textgov lexicon check 查看全部",
    ),
    "finding_error": Message("error", "错误"),
    "finding_warning": Message("warning", "警告"),
    "finding_note": Message("note", "提示"),
    "lexicon_notes_hidden": Message("{n} notes are not shown; add --notes", "有 {n} 条提示未显示；可加 --notes"),
}

LEXICON_MESSAGES: dict[str, Message] = FAULTS | NOTES | LINTS | LOSSES
