"""What the coders are told, in English and Chinese."""

from __future__ import annotations

from textgov.validate.options import SampleOptions


def instruction_rows(lexicon: dict[str, str], options: SampleOptions) -> list[tuple[str, str]]:
    """Rows (English, Chinese) of the sheet of instructions."""
    name = lexicon["lexicon"]
    question = (
        options.question_en or f"Does the sentence speak of what the lexicon {name} is meant to measure?",
        options.question_zh or f"该句是否谈到词典 {name} 所要测量的内容？",
    )
    labels = ", ".join(options.labels)
    return [
        question,
        (
            "Answer for the sentence in the column sentence. The columns before and after only help to understand it.",
            "请只判断 sentence 列中的句子；before 和 after 两列仅供理解上下文。",
        ),
        (
            "An achievement and a plan both count. A word alone does not decide: what the sentence says does.",
            "已做的事和将做的事都算。不要只看词，要看句子说的是什么。",
        ),
        (f"label: one of {labels} (drop-down list).", f"label：从下拉列表中选择：{labels}。"),
        (
            "category: the main topic, if the sentence counts; may stay empty. comment: whatever is worth noting.",
            "category：若算，请选主要类别，可留空。comment：值得记录的情况。",
        ),
        (
            f"Each coder works alone in a sheet of his or her own ({', '.join(options.coders)}), or in the csv file of "
            "that name. Do not talk about single sentences before all are coded.",
            f"每位编码员独立填写自己的工作表（{'、'.join(options.coders)}）或同名 csv 文件。"
            "全部编码完成之前，不要讨论具体句子。",
        ),
        (
            "The sheet is locked but for the yellow cells. Rows may be sorted; do not change ids or texts, do not "
            "merge cells, do not delete rows. An altered, doubled or missing row is refused with its number.",
            "除黄色单元格外，工作表已锁定。可以排序；请勿改动 id 和文本，勿合并单元格，勿删除行。"
            "被改动、重复或缺失的行会被指出并拒绝。",
        ),
        (
            "Sentences are drawn at random, with and without words of the lexicon; you are not told which, nor place "
            "or year, so that these cannot influence the answer.",
            "句子为随机抽取，有的含词典中的词，有的不含；不注明是哪一种，也不注明地区和年份，以免影响判断。",
        ),
        (
            "Then: textgov validate agreement RUN coding.xlsx",
            "然后运行：textgov validate agreement RUN coding.xlsx",
        ),
    ]
