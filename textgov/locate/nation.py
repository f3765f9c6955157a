"""Organs of the central government, sessions of its congress, and the signs of a document of Taiwan's government."""

from __future__ import annotations

import re

from textgov.locate.dates import NUMERALS, Found, read_number

_MINISTRY = (
    "外交|国防|教育|科学技术|科技|工业和信息化|国家民族事务委员会|公安|国家安全|民政|司法|财政|人力资源社会保障|人力资源和社会保障|自然资源|"
    "国土资源|环境保护|生态环境|住房城乡建设|住房和城乡建设|交通运输|交通|铁道|水利|农业农村|农业|商务|文化|文化和旅游|卫生|退役军人事务|"
    "应急管理|信息产业|建设|监察|人事|中央宣传|中央组织"
)
NATIONAL_ORGAN = re.compile(
    rf"[\s*#(\[—-]*(国务院[一-鿿]{{0,12}}|中共中央[一-鿿]{{0,6}}|中央[一-鿿]{{2,12}}(?:办公室|委员会|领导小组)|全国人民代表大会|全国人大|"
    rf"国家[一-鿿]{{2,14}}?(?:委员会|局|委|办公室)|(?:{_MINISTRY})部|中国人民银行|中华人民共和国[一-鿿]{{2,12}}部|海关总署|最高人民法院|"
    rf"(?:[{NUMERALS}]{{4}}\s*年\s*)?中华人民共和国(?:国务院|国民经济和社会发展))"
)
NATIONAL_BEHALF = re.compile(r"代表(?:中华人民共和国)?国务院|届\s*全国人民代表大会")
NATIONAL_NUMBER = re.compile(r"国(?:发|办|函|令|办发|办函|发明电|办发明电)|中(?:发|办发)")
NATIONAL_WORDS = ("国务院", "中央", "中央政府", "国家", "国家级", "全国", "中国")

SESSION = re.compile(
    r"第?([一二三四五六七八九十]{1,3})届全国人民代表大会第?([一二三四五六七八九十]{1,2})次会议(?!以来|召开以来)"
)
# The years of the sessions of the first five congresses, which met irregularly; from 1983 on a congress meets every
# year for five years.
FIRST_SESSIONS = {
    1: (1954, 1955, 1956, 1957, 1958),
    2: (1959, 1960, 1962, 1963),
    3: (1964,),
    4: (1975,),
    5: (1978, 1979, 1980, 1981, 1982),
}

# Years of the Republic are written by authorities of Taiwan only; what they promulgate is theirs, ministries included.
TAIWAN = re.compile(rf"中[华華]民[国國]\s*[百{NUMERALS}十]{{1,6}}\s*年")
TAIWAN_WITHIN = 400  # characters in which a decree of Taiwan states its date


def session_of(text: str) -> Found | None:
    """The year of the session of the National People's Congress that a text names.

    Examples
    --------
    >>> session_of("第十四届全国人民代表大会第三次会议关于政府工作报告的决议").year
    2025
    """
    match = SESSION.search(text)
    if match is None:
        return None
    congress, session = read_number(match[1]), read_number(match[2])
    if congress in FIRST_SESSIONS:
        years = FIRST_SESSIONS[congress]
        year = years[session - 1] if 1 <= session <= len(years) else 0
    else:
        year = 1983 + 5 * (congress - 6) + session - 1 if congress > 5 and 1 <= session <= 5 else 0
    return Found(year, "", match.start(), match.end(), match[0]) if year else None
