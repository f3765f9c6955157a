"""What looks like a quantity and is none: names, slogans, grades and models, years."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

# “四个意识”, “五张”清单, “三个一批”: what stands in short quotation marks is a name.
QUOTED = re.compile("“[^”\n。;,]{1,12}”")


def outside_names(cores: Sequence[int], text: str) -> list[bool]:
    """For each position, in order, whether it stands outside the names of a text."""
    names = [match.span() for match in QUOTED.finditer(text)]
    starts = [start for start, _ in names]
    kept = []
    for core in cores:
        at = bisect_right(starts, core) - 1
        kept.append(at < 0 or core >= names[at][1])
    return kept


def is_name(text: str, start: int, end: int, unit: str, year: bool) -> bool:
    """Whether ``text[start:end]``, a number and its unit, is part of a name, a grade, a rank or a year.

    ``year`` says that the number could be a year.
    """
    if NOT_BEHIND.match(text, end) or (year and unit in YEAR_UNITS):
        return True
    # 前10名 is a rank.
    if unit in ("位", "名") and text[start - 1 : start] == "前":
        return True
    return unit in FORBIDDEN and FORBIDDEN[unit].match(text, end) is not None


# A grade or a model, no amount: 百万吨级, 三级, 2.0版, 5分制.
NOT_BEHIND = re.compile("级|型|版|号|制(?!造)")
# With one of these units four digits are a year: 2022年, 2023市, 2020学年.
YEAR_UNITS = frozenset("年 县 市 区 省 村 镇 乡 级 位 里 届 日 部 起 企业 部门 平台 课题 街道 社区 乡镇".split())
# What makes a unit part of another word.
FORBIDDEN = {
    unit: re.compile(rest)
    for unit, rest in {
        "周": "[年岁边]",
        "种": "资源|意",
        "张": "清单|名片|蓝图|王牌",
        "年": "[来前后度级代间份禁期]|[^,。;]{0,3}(?:行动|规划|计划|攻坚|方案|纲要|远景|大计)|义务教育|制",
        "日": "(?!(?:之|以)?内)",
        "个": "(?:代表|全面|自信|意识|维护|确立|百年|文明|坚持|务必|结合|率先|服从|离不开|统筹|轮子|毫不|没有|"
        "不|能|确保|更|牢固|"
        "必须|善|最|健全|强化|突出|着力|加快|为主|不变|到位|方面|层面|阶段|环节|维度|大局|一|扎实|集中|清单|转变|"
        "倡导|革命|创新|强国|优先|关键|市场)",
        "位": "一体|数|居|列",
        "人": "大(?![学])|民",
        "次": "[产创开供分能会全]|方",
        "项": "规定|制度|纪律|权|行动",
        "部": "[门委曲署]",
        "门": "峡|县",
        "台": "河",
        "家": "渠",
        "所": "[示在述]",
        "条": "例|红线|底线",
        "方": "[面位式向法案针]",
        "分": "[之别类钟公支]",
        "件": "事一次",
        "里": "[程面]",
        "道": "路",
        "支": "一",
        "成": "[立果员熟为本功效绩都分长就型交品]",
        "度": "[假夏]",
        "面": "[向积对]",
        "间": "[接距]",
        "元": "[前锂正材催电里区]",
        "分钟": "[^,。;]{0,8}圈",
        "头": "[等]",
        "类": "[别型]",
        "口": "[岸]",
        "千伏": "[^,。;]{0,4}(?:输|变|线|送|电网|电站|等级)",
    }.items()
}
