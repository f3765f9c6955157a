"""Units of quantities: the words, the kind that each is of, and which of them a Chinese numeral may stand before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

# Kind: Chinese and English label, and the units of it. The list was made from what follows a number in 2,431 real
# work reports: it takes in every unit that occurs there 30 times or more, and the metric ones.
KINDS: dict[str, tuple[str, str, str]] = {
    "share": ("比例", "share", "% ‰ ‱ 成 分之"),
    "points": ("百分点", "percentage points", "个百分点 百分点 个基点"),
    "ratio": ("倍数", "multiple", "倍 番"),
    "money": ("金额", "money", "元 元人民币 人民币 美元 欧元 港元 日元 英镑 港币 美金 块钱"),
    "area": ("面积", "area", "亩 亩次 公顷 平方公里 平方千米 平方米 平米 平方 m2 km2"),
    "length": ("长度", "length", "公里 千米 米 厘米 毫米 海里 车道公里 皮长公里 里 km"),
    "mass": ("重量", "mass", "吨 公斤 千克 斤 克 毫克 微克 吨标准煤 吨标煤 标准煤 载重吨 kg mg"),
    "volume": ("体积", "volume", "立方米 立方 方 升 毫升 标箱 标准箱 TEU 立方千米"),
    "energy": ("能量", "energy", "千瓦 兆瓦 千瓦时 度 度电 千伏 千伏安 伏 蒸吨 焦耳 吉瓦 kW kWh MW GW MWh GWh kV MVA"),
    "data": ("数据量", "data", "TB PB GB MB EB ZB Mbps Gbps Tbps 兆 P EFLOPS PFLOPS Tops"),
    "freight": ("运量", "freight", "吨公里 人公里"),
    "time": (
        "时间",
        "time",
        "年 个月 个季度 个星期 个工作日 工作日 周 天 日 个小时 小时 分钟 秒 毫秒 学时 课时 个课时",
    ),
    "people": ("人数", "people", "人 人次 名 户 户次 位 口 人口"),
    "degree": ("分值", "points of a scale", "分 个等次 ℃ 分贝 岁 周岁 dB"),
    "count": (
        "数量",
        "count",
        "个 家 项 件 条 座 所 处 台 辆 套 次 场 场次 批 批次 类 种 张 部 篇 幅 间 栋 幢 株 棵 头 只 匹 羽 眼 艘 架 "
        "架次 列 班 班次 趟 趟次 份 枚 块 面 支 队 组 门 笔 宗 起 例 床 盏 根 道 双 本 册 个次 家次 件次 "
        "台次 车次 台套 套次 单 则 样 颗 粒 台件 床位 张床位 车位 个车位 学位 个学位 岗位 个岗位 泊位 个泊位 "
        "机位 机架 标准机架 航线 门类 大类 中类 小类 企业 部门 街道 社区 乡镇 镇 乡 村 县 市 区 省 省份 省区市 "
        "县区 县市区 市县 品种 课题 平台 基站 网格 充电桩 志愿者 户企业 辆次 艘次 列次 院 校",
    ),
    "index": ("数值", "number without unit", ""),
}
# After a Chinese numeral only these: 三面, 五台, 两手, 四方 and the like are words and names more often than numbers.
CHINESE_UNITS = frozenset(
    "个 项 家 条 件 座 所 处 套 种 类 张 场 批 名 户 人 人次 位 倍 番 元 美元 亩 公顷 平方公里 平方米 公里 千米 米 吨 "
    "公斤 斤 立方米 千瓦 千瓦时 年 个月 个季度 个工作日 工作日 天 日 周 个小时 小时 分钟 % 个百分点 百分点 辆 栋 份 "
    "批次 场次 支 册 户次 成 岁 周岁 部 间 艘 架 架次 列 笔 宗 例 张床位 床位 学位 个学位 岗位 个岗位 株 棵 头 "
    "标箱".split()
)
KIND_OF: dict[str, str] = {unit: kind for kind, (_, _, units) in KINDS.items() for unit in units.split()}
# Units with a size in another unit of the same kind; the others stand for themselves.
FRACTIONS = {"百": "%", "千": "‰", "万": "‱"}


def alternatives(words: Iterable[str]) -> str:
    """A pattern for the longest of some words, by their first letters so that it fails fast.

    Examples
    --------
    >>> alternatives(["人", "人次", "家"])
    '人次|人|家'
    >>> alternatives(["个", "个月", "个百分点", "项"])
    '个(?:百分点|月|)|项'
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        groups[word[0]].append(word[1:])
    parts = []
    for first, rests in sorted(groups.items()):
        if len(rests) > 2:
            parts.append(f"{re.escape(first)}(?:{'|'.join(map(re.escape, rests))})")
        else:
            parts += [re.escape(first + rest) for rest in rests]
    return "|".join(parts)


PER = "立方米 平方公里 平方米 公里 公顷 年 月 日 天 小时 人 户 亩 吨 升 千克 公斤 斤 千瓦时 度 元 万元 米 秒 例 件"


@cache
def unit_pattern(chinese: bool) -> str:
    """Pattern of a unit behind Arabic digits, or behind a Chinese numeral."""
    words = CHINESE_UNITS if chinese else KIND_OF.keys() - {"分之", "番"}
    letters = {word for word in words if word[-1].isascii() and word[-1].isalpha()}
    latin = rf"|(?:{alternatives(letters)})(?![A-Za-z0-9])" if letters else ""
    every = f"(?:{alternatives(words - letters)}){latin}"
    # 微克/立方米, 元/吨: units by which something is measured.
    return f"(?:{every})(?:/(?:{alternatives(PER.split())}))?"


def kind_of(unit: str) -> str:
    """Kind of a unit; of a unit by another (元/吨) the kind of the first.

    Examples
    --------
    >>> kind_of("个百分点"), kind_of("微克/立方米"), kind_of("")
    ('points', 'mass', 'index')
    """
    return KIND_OF.get(unit.partition("/")[0], "index")
