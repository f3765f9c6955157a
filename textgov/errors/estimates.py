"""Messages about estimates: what a panel lacks, what was dropped, what a design cannot say."""

from __future__ import annotations

from textgov.errors.message import Message

ESTIMATE_MESSAGES: dict[str, Message] = {
    # faults
    "estimate_column": Message(
        "the panel has no column {name} (asked for as {role}); did you mean {nearest}?",
        "面板中没有列 {name}（用作 {role}）；是否想写 {nearest}？",
    ),
    "estimate_no_treat": Message(
        "the panel has no column {name} with the treatment; add it with textgov policies attach, or name yours "
        "with --treat",
        "面板中没有处理变量列 {name}；请用 textgov policies attach 加入，或用 --treat 指定自己的列",
    ),
    "estimate_text": Message(
        "column {name} ({role}) must hold numbers, and row {row} holds {value!r}; change it or leave the column out",
        "列 {name}（{role}）应为数字，但第 {row} 行是 {value!r}；请修改或不用此列",
    ),
    "estimate_infinite": Message(
        "column {name} is infinite in rows {rows}; look for a division by zero",
        "列 {name} 在以下行为无穷大：{rows}；请检查是否除以零",
    ),
    "estimate_negative": Message(
        "column {name} ({role}) has values that a count or an exposure cannot have, in rows {rows}",
        "列 {name}（{role}）在以下行的取值不可能是计数或暴露量：{rows}",
    ),
    "estimate_no_key": Message(
        "{n} rows have no {name}: rows {rows}; fill it in or delete them",
        "有 {n} 行缺少 {name}：第 {rows} 行；请补全或删除",
    ),
    "estimate_twice": Message(
        "{n} pairs of {unit} and {time} stand in more than one row: {rows}; keep one row of each",
        "有 {n} 组 {unit} 与 {time} 出现在多行：{rows}；每组请只保留一行",
    ),
    "estimate_empty": Message(
        "no row is left for the design {design}: {n} rows were given, {missing} of them have a missing value "
        "(most often in {name})",
        "设计 {design} 没有可用的行：共 {n} 行，其中 {missing} 行有缺失值（最常见于 {name}）",
    ),
    "estimate_at_once": Message(
        "{name} changes in the same year ({year}) for every place and nobody stays untreated: "
        "it cannot be told from the year; add places that were never treated",
        "所有地区的 {name} 都在同一年（{year}）改变，且没有未受处理的地区：无法与年份区分；请加入从未受处理的地区",
    ),
    "estimate_constant": Message(
        "{name} is the same in every row that is used, so nothing can be estimated; check how it was coded",
        "所用各行的 {name} 都相同，无法估计；请检查其编码",
    ),
    "estimate_still": Message(
        "{name} is explained completely by the fixed effects and the columns before it; leave it out, "
        "or change the fixed effects ({effects})",
        "{name} 被固定效应和排在它之前的列完全解释；请去掉它，或改变固定效应（{effects}）",
    ),
    "estimate_no_never": Message(
        "there is no place that was never treated ({name} = 0); use --control notyet, or add such places",
        "没有从未受处理的地区（{name} = 0）；请用 --control notyet，或加入这样的地区",
    ),
    "estimate_start_moves": Message(
        "{name} must be one number for a place, and it changes within {places}",
        "每个地区的 {name} 只能有一个值，但在以下地区内有变化：{places}",
    ),
    "estimate_needs": Message(
        "the design {design} needs --{option}: {detail}", "设计 {design} 需要 --{option}：{detail}"
    ),
    "estimate_failed": Message(
        "the design {design} cannot be estimated with this sample ({detail}); look at the counts in the panel, "
        "and try fewer controls or a smaller window",
        "该样本无法完成设计 {design} 的估计（{detail}）；请检查面板中的频数，并试用较少的控制变量或较小的窗口",
    ),
    "estimate_panel": Message(
        "{path} cannot be read as a panel ({detail}); give a run folder or a .parquet, .csv, .dta or .xlsx file",
        "{path} 无法作为面板读取（{detail}）；请给出运行结果文件夹或 .parquet、.csv、.dta、.xlsx 文件",
    ),
    # remarks that go with a result
    "remark_missing": Message(
        "{n} of {given} rows were left out for missing values ({detail}): {rows}",
        "{given} 行中有 {n} 行因缺失值未使用（{detail}）：{rows}",
    ),
    "remark_singletons": Message(
        "{n} rows were left out because a fixed effect of theirs (place, year) has no other row: {rows}",
        "有 {n} 行因其固定效应（地区、年份）没有其他观测而未使用：{rows}",
    ),
    "remark_unbalanced": Message(
        "the panel is not balanced: {units} places in {years} years have {n} of {full} rows; incomplete: {rows}",
        "面板不平衡：{units} 个地区、{years} 年应有 {full} 行，实有 {n} 行；不完整的：{rows}",
    ),
    "remark_balanced": Message(
        "{n} places without a row in every year were left out: {rows}", "有 {n} 个地区因年份不全未使用：{rows}"
    ),
    "remark_no_never": Message(
        "no place was never treated: the comparison rests on places that are treated later",
        "没有从未受处理的地区：只能与较晚受处理的地区比较",
    ),
    "remark_always": Message(
        "{n} places are treated in every year and say nothing about the change: {rows}",
        "有 {n} 个地区在所有年份都受处理，不能反映变化：{rows}",
    ),
    "remark_collinear": Message(
        "{names} left out: explained completely by the fixed effects and the columns before",
        "已去掉 {names}：被固定效应和之前的列完全解释",
    ),
    "remark_few_clusters": Message(
        "only {n} clusters ({name}): clustered standard errors are too small below about 30; "
        "report a permutation test too (--design placebo)",
        "只有 {n} 个聚类（{name}）：少于约 30 个时聚类标准误偏小；请同时报告置换检验（--design placebo）",
    ),
    "remark_continuous": Message(
        "{name} is not 0/1: with a continuous treatment parallel trends must hold at every dose",
        "{name} 不是 0/1：连续处理变量要求每一剂量都满足平行趋势",
    ),
    "remark_staggered": Message(
        "treatment is first seen in {n} different years: two-way fixed effects also compare with places treated "
        "earlier, so set the result beside --design cs or sunab",
        "首次见到处理的年份有 {n} 个：双向固定效应也会与更早受处理的地区比较，请与 --design cs 或 sunab 的结果对照",
    ),
    "remark_forbidden": Message(
        "comparisons with places treated earlier carry {share} % of the weight (Goodman-Bacon 2021)",
        "与更早受处理地区的比较占权重的 {share} %（Goodman-Bacon 2021）",
    ),
    "remark_window": Message(
        "years more than {leads} before or {lags} after the start are in the first and last coefficient; "
        "the year before the start is the reference",
        "早于起始 {leads} 年或晚于 {lags} 年的年份并入首末系数；起始前一年为基期",
    ),
    "remark_pretrend": Message(
        "joint test of the {k} coefficients before the start: statistic {statistic}, p = {p}; "
        "not rejecting does not show that trends are parallel, such tests have little power",
        "起始前 {k} 个系数的联合检验：统计量 {statistic}，p = {p}；不拒绝并不说明平行趋势成立，此类检验功效低",
    ),
    "remark_equality": Message(
        "equal effects in {groups}: F = {statistic}, p = {p}", "{groups} 的效应相等检验：F = {statistic}，p = {p}"
    ),
    "remark_pairs": Message(
        "the panel is not balanced: each comparison of two years uses the places that have both, as csdid of Stata "
        "does; did of R drops incomplete places (the same as --balanced here)",
        "面板不平衡：每两年的比较只用两年都有的地区，与 Stata 的 csdid 相同；"
        "R 的 did 会去掉不完整的地区（相当于 --balanced）",
    ),
    "remark_thin": Message(
        "{n} of the comparisons of a batch and a year could not be made: {rows}",
        "有 {n} 个批次与年份的比较无法计算：{rows}",
    ),
    "remark_separated": Message(
        "{n} rows were left out of the Poisson estimate because their place or year has no count at all",
        "泊松估计中有 {n} 行因所在地区或年份的计数全为零而未使用",
    ),
    "remark_first_stage": Message(
        "first stage: F = {f}, effective F (Olea and Pflueger) = {effective}; below about 10 the instrument is weak, "
        "and the exclusion restriction is an argument, not a test",
        "第一阶段：F = {f}，有效 F（Olea 与 Pflueger）= {effective}；低于约 10 为弱工具变量；排他性需要论证而非检验",
    ),
    "remark_mass": Message(
        "the running variable {name} has {left} values below and {right} above the cut-off: with annual data there are "
        "too few points near it, and its density cannot be tested; treat this as a description, not as a design",
        "驱动变量 {name} 在断点下方有 {left} 个取值、上方有 {right} 个：年度数据在断点附近的点太少，也无法检验密度；"
        "只能作为描述，不能作为识别设计",
    ),
    "remark_bandwidth": Message(
        "bandwidth {h}, {left} rows below and {right} above within it; use the robust row for inference",
        "带宽 {h}，其内下方 {left} 行、上方 {right} 行；推断请用 robust 一行",
    ),
    "remark_mediation": Message(
        "the three-step test does not show a causal channel: {m} is not assigned at random, and whatever moves both "
        "{m} and {y} biases b (Jiang Ting 2022); report the effect on {m} (row a) with theory, and ab as a description",
        "三步法不能证明因果渠道：{m} 并非随机分配，任何同时影响 {m} 和 {y} 的因素都会使 b 有偏（江艇，2022）；"
        "请以理论配合报告对 {m} 的效应（a 行），ab 仅作描述",
    ),
    "remark_draws": Message(
        "{n} draws with seed {seed}; {failed} of them could not be used",
        "以种子 {seed} 抽取 {n} 次，其中 {failed} 次不可用",
    ),
    "remark_placebo": Message(
        "of {n} random assignments {share} give an effect at least as large as {estimate}: p = {p}",
        "{n} 次随机指派中，效应不小于 {estimate} 的占 {share}：p = {p}",
    ),
    "remark_leave_out": Message(
        "without one {name} at a time the effect lies between {low} (without {low_name}) and {high} "
        "(without {high_name}); with all it is {estimate}",
        "每次去掉一个 {name}，效应介于 {low}（去掉 {low_name}）与 {high}（去掉 {high_name}）之间；全样本为 {estimate}",
    ),
    "estimate_said": Message(
        "{name}: {n} rows, {groups} places; {term} = {estimate} ({std_error})",
        "{name}：{n} 行，{groups} 个地区；{term} = {estimate}（{std_error}）",
    ),
}
