"""What a page put around a text: breadcrumbs, buttons, spam, repeats, contents, page numbers, licences.

Only whole lines go, each with a reason, and only where a page puts such things: chrome in the head and the tail of a
text, a list of contents behind its heading, page numbers between paragraphs. A line that holds a year stays, since it
may be the only evidence of one, unless it repeats another or is a caption whose day is told elsewhere. What is not
sure stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import NamedTuple

from textgov.normalise.change import Change, Edit, apply_edits, lines_of, unchanged
from textgov.normalise.repeats import Found, find_contents, find_page_numbers, find_repeats, groups

# Chrome is looked for in lines of at most SHORT characters that begin in so many characters at either end. Largest in
# the real corpora: a foot of 250 characters (editor, links, operator, registrations), a licence of 240, a caption of
# 77 and a licence line of 128.
HEAD, TAIL, SHORT = 1000, 1500, 160
# Wherever a real text ends in chrome, some of it stands in the last so many lines.
LAST = 12

# What a page says about a text, with the value behind a colon; the second group counts readers.
FACTS = (
    "文章来源|信息来源|稿件来源|新闻来源|本文来源|本稿来源|来 ?源|稿源|责任编辑|责编|值班编辑|编辑|校对|"
    "初审|复审|终审|监审|"
    "字体大小|字体|字号|分享到|分享至|分享"
)
COUNTS = (
    "浏览次数|浏览量|浏览|访问次数|访问量|点击次数|点击数|点击率|点击量|阅读次数|阅读量|阅读数|阅读|"
    "人气|下载次数|下载量"
)
# What can be pressed; the weak words count only beside strong ones.
STRONG = (
    "字体大小|字体|字号|打印本页|打印此页|打印文章|打印|关闭窗口|关闭本页|关闭页面|关闭|加入收藏|收藏本页|收藏|设为首页|"
    "分享到|分享至|分享|复制链接|返回顶部|返回列表|返回首页|返回文章|返回上一页|返回|我要纠错|页面纠错|"
    "查看余下全文|查看全文|阅读全文|阅读原文|展开全文|微信扫一扫|扫一扫在手机打开当前页|扫一扫|"
    "上一篇|下一篇|上一条|下一条|上一页|下一页|Previous Articles?|Next Articles?|"
    "网站地图|网站声明|版权声明|隐私声明|关于我们|联系我们|精彩图片|热点图片"
)
WEAK = (
    "大|中|小|默认|超大|特大|正常|微信|微博|新浪微博|腾讯微博|QQ空间|QQ|朋友圈|首页|尾页|目录|本页|手机|在手机上阅读|到"
)
MARKS = r"[\s\[\]【】()<>|,、:/·•×+\-—_\"“”《》»«*#]"
BUTTONS = re.compile(rf"(?:{STRONG}|{WEAK}|{MARKS})+")
PRESSED = re.compile(STRONG)
PRESS_HERE = re.compile(r"[《》<>«»\s]*点击(?:此处|这里|图片|进入|下载|查看)\S{0,12}[《》<>«»\s]*")
FACT = re.compile(
    rf"[(\[【]?(?:(?:(?:{FACTS}) ?: ?[^。;!?:]{{0,24}}?|(?:{COUNTS}) ?: ?[\d,.万+]* ?次?)[|, ]*)+"
    rf"(?:{MARKS}|大|中|小|默认)*[)\]】]?"
)
COUNTER = re.compile(COUNTS)
# A label alone, and a value that may stand alone in the line after it.
LABEL = re.compile(rf"(?:(?P<fact>{FACTS.partition('|字体大小')[0]})|{COUNTS}) ?:")
MAKER = re.compile(r"[^\W\d_][\w·]{1,15}(?: [\w·]{1,8})?")
NUMBER = re.compile(r"[\d,.]{1,9}万? ?次?")
PAPER = re.compile(r"[(\[【]\S{2,14}(?:网站|日报|晚报|晨报|新华社|新闻网|人大网)[)\]】]")
DAY = re.compile(r"(?:19|20)\d\d年\d\d?月\d\d?日")
YEAR = re.compile(r"(?:19|20)\d\d|[〇零一二三四五六七八九]{4}年")
CRUMB = re.compile(r"(?:您|你)?(?:现在|当前|目前|所在)?的?(?:所在)?位置(?:是)? ?:")
CRUMBS = re.compile(r"(?:网站)?(?:首页|主页|[Hh]ome) *(?:[>»›/|\-]+ *[^\s>»›。]{1,24} *){1,7}")
# A column of a site that the page names once more under the breadcrumb.
COLUMN = re.compile(r".*(?:要闻|新闻|动态|公开|信息|公告|频道|专栏)")
ARROW = re.compile(r"[>»›]+")
FOOT = re.compile(r".*(?:ICP ?备 ?\d|公网安备 ?:? ?\d|网站标识码 ?:|版权所有|[Cc]opyright ?[©(]|备案号 ?:)")
OPERATOR = re.compile(
    r"(?:主办|承办|协办)(?:单位)? ?:.*|网站管理 ?:.*|咨询热线 ?:.*|技术支持 ?:.*|党政机关|政府网站找错|[\d\-]{7,}"
)
ASIDE = re.compile(
    r"(?:相关(?:文档|附件|链接|新闻|阅读|报道|文章|稿件)|延伸阅读|推荐阅读) ?(?::|>+|»)|[上下]一[篇条] ?:.{0,60}"
)
# Files to download, in the last lines.
ATTACHMENT = re.compile(r"[-•*\s]*[^。]{2,60}\.(?:docx?|pdf|xlsx?|zip|rar|ofd|wps)\s*")
DIGEST = re.compile(r"[0-9a-f]{32}:?")
LINK = re.compile(r"(?:原文链接|原文地址|本文网址|本文链接) ?: ?https?://\S+")
# A photo of the speech, in print or in a comment of the page.
SHOT = re.compile(
    r"(?:.*[。( ])?(?:\S{0,12}(?:记者|通讯员) ?)?[^。,:]{2,14}[ /]?摄(?:影)?[)。]{0,2}|(?:图为|上图:|左图:|右图:).*"
)
AT_WORK = re.compile(r".*(?:作|作了).{0,4}(?:政府工作报告|《政府工作报告》|报告).{0,24}")
WIRE = re.compile(r"新华社\S{0,6}电|[(\[]?共印\d+份[)\]]?")
# Lines of keywords on hacked pages, about pornography and gambling: as few words as tell them.
SPAM = re.compile(
    r"在线观看|视频|自拍|偷拍|无码|中文字幕|成人|精品|亚洲|欧美|国产|色系|色综|一区二区|博彩|棋牌|百家乐|投注|娱乐城|老虎机|彩票|真人"
)
SURE_SPAM = re.compile(r"在线观看|自拍|偷拍|无码|中文字幕|成人|色系|色综|一区二区|博彩|棋牌|百家乐|投注|娱乐城|老虎机")
LICENCE = re.compile(r"本(?:作品|页面|条目|站|网站)|除非?另有|Text is available|This work")
LICENCE_WORDS = re.compile(r"公有领域|著作权法|知识共享|Creative Commons|CC[ -]BY|[Pp]ublic domain")
LICENCE_LENGTH = 700
# Tells in one search whether the short lines at the ends of a text can hold any chrome. Every alternative begins with
# a plain character, which lets the engine skip the rest ten times as fast.
SIGNS = re.compile(
    "|".join(f"{word} ?:" for word in f"{FACTS}|{COUNTS}|位置|位置是".split("|"))
    + rf"|{STRONG}|摄影?[)。 ]*(?:-->)?(?:\n|$)|<!--|公有领域|知识共享|报[)\]】]|网[)\]】]|网站[)\]】]|"
    r"ICP|备案号|公网安备|版权所有|Copyright|copyright|>>|相关文档|相关附件|相关链接|相关新闻|相关阅读|延伸阅读|推荐阅读|点击|"
    r"http|Creative|CC.BY|Public domain|public domain|目 {0,4}[录次]|CONTENTS|Contents|"
    r"在线观看|自拍|偷拍|无码|中文字幕|成人|色系|色综|一区二区|博彩|棋牌|百家乐|投注|娱乐城|老虎机|\.docx?\b|\.pdf\b|\.xlsx?\b|Home|home|首页|主页|新华社|共印"
)


class Page(NamedTuple):
    """The lines of a text, and the numbers of those near its two ends that are neither empty nor long.

    ``cores`` holds these lines without the marks of markdown, tables and comments around them.
    """

    lines: list[str]
    head: list[int]
    tail: list[int]
    cores: dict[int, str]

    @property
    def ends(self) -> list[int]:
        """Lines of both ends, each once, in order."""
        return sorted(self.cores)


def remove_furniture(text: str) -> Change:
    r"""Leave out what belongs to the page and not to the text; `removed` says why for every stretch.

    Examples
    --------
    >>> change = remove_furniture("当前位置:首页>政务公开\n政府工作报告\n各位代表:\n打印 关闭")
    >>> change.text
    '政府工作报告\n各位代表:'
    >>> [removal.reason for removal in change.removed]
    ['breadcrumb', 'buttons']
    """
    lines = lines_of(text)
    found = find_furniture(lines)
    if not found:
        return unchanged(text)
    kept, reasons = list(range(len(lines))), dict[int, str]()
    while found:  # what is left may show more: a title twice in the head, once a button between them is gone
        reasons |= {kept[number]: reason for number, reason in found.items()}
        kept = _close_gaps(lines, reasons)
        found = find_furniture([lines[number] for number in kept])
    if not any(lines[number].strip() for number in kept):
        return unchanged(text)
    return apply_edits(text, _edits(lines, reasons))


def find_furniture(lines: list[str]) -> dict[int, str]:
    """Numbers of the lines that one look finds, and why."""
    found: dict[int, str] = {}
    head, tail = _near(lines, range(len(lines)), HEAD), _near(lines, range(len(lines) - 1, -1, -1), TAIL)[::-1]
    page = Page(lines, head, tail, {})
    stretches = [find_repeats(lines, head), find_page_numbers(lines)]
    if SIGNS.search("\n".join([lines[number] for number in (*head, *tail[-LAST:])])):
        page.cores.update((number, _core(lines[number])) for number in (*head, *tail))
        rules = (_crumbs, _buttons, _facts, _captions, _feet, _asides, _spam, _licence)
        stretches += [find_contents(lines, head), *(rule(page) for rule in rules)]
    for number, reason in chain.from_iterable(stretches):
        found.setdefault(number, reason)
    return found


def _core(line: str) -> str:
    return line.strip(" \t*#|_•·>").removeprefix("<!--").removesuffix("-->").strip(" *")


def _near(lines: list[str], numbers: range, reach: int) -> list[int]:
    near, length = [], 0
    for number in numbers:
        size = len(lines[number])
        if 0 < size <= SHORT:
            near.append(number)
        length += size + 1
        if length > reach:
            break
    return near


def _close_gaps(lines: list[str], reasons: dict[int, str]) -> list[int]:
    """The lines that stay; an empty line goes along where it would double another or stand at an end."""
    kept: list[int] = []
    gap = ""
    for number, line in enumerate(lines):
        if number in reasons:
            gap = reasons[number]
        elif gap and not line.strip() and not (kept and lines[kept[-1]].strip()):
            reasons[number] = gap
        else:
            kept.append(number)
            gap = ""
    while gap and kept and not lines[kept[-1]].strip():
        reasons[kept[-1]] = reasons[kept[-1] + 1]
        kept.pop()
    return kept


def _edits(lines: list[str], reasons: dict[int, str]) -> Iterator[Edit]:
    """One edit a stretch of lines with one reason; a line goes with its line break, the last with the one before."""
    starts, position = [], 0
    for line in lines:
        starts.append(position)
        position += len(line) + 1
    last = max(number for number in range(len(lines)) if number not in reasons)
    for (reason, trailing), numbers in groupby(sorted(reasons), key=lambda number: (reasons[number], number > last)):
        for first, final in _stretches(numbers):
            yield Edit(starts[first] - trailing, starts[final] + len(lines[final]) + 1 - trailing, "", reason)


def _stretches(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbours."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


def _next(page: Page, number: int) -> int | None:
    """The next line that holds anything, if it is near an end."""
    for later in range(number + 1, len(page.lines)):
        if page.lines[later].strip():
            return later if later in page.cores else None
    return None


def _crumbs(page: Page) -> Found:
    """``当前位置:首页 > 政务公开``, in one line or in a line for each word."""
    for number in page.head:
        core = page.cores[number]
        label = CRUMB.match(core)
        if label or CRUMBS.fullmatch(core):
            yield number, "breadcrumb"
            word = re.split(r" *[>»›] *", core[label.end() :] if label else core)[-1].strip()
            for later in _crumbs_below(page, number, word):
                yield later, "breadcrumb"


def _crumbs_below(page: Page, number: int, word: str) -> Iterator[int]:
    wanted, at = not word, _next(page, number)
    while at is not None:
        line = page.lines[at].strip()
        if ARROW.fullmatch(line):
            wanted = True
        elif (wanted and len(line) <= 16) or (line == word and COLUMN.fullmatch(line)):
            word, wanted = line, False
        else:
            return
        yield at
        at = _next(page, at)


def _buttons(page: Page) -> Found:
    """Lines of nothing but things to press; weak words go along with strong ones beside them."""
    plain = [number for number in page.ends if BUTTONS.fullmatch(page.lines[number])]
    for group in groups(page.lines, plain):
        if any(PRESSED.search(page.lines[number]) for number in group):
            for number in group:
                yield number, "buttons"
    for number in page.ends:
        if PRESS_HERE.fullmatch(page.lines[number]):
            yield number, "buttons"


def _facts(page: Page) -> Found:
    """Source, editors and counters, alone in a line, or the label in one line and the value in the next."""
    for number in page.ends:
        core = page.cores[number]
        if YEAR.search(core):
            continue
        reason = "counter" if COUNTER.search(core) else "source"
        label = LABEL.fullmatch(core)
        if label:
            yield number, reason
            value = _next(page, number)
            if value is not None and (MAKER if label["fact"] else NUMBER).fullmatch(page.cores[value]):
                yield value, reason
        elif FACT.fullmatch(core) or WIRE.fullmatch(core):
            yield number, reason
    for number in page.tail[-3:]:
        if PAPER.fullmatch(page.cores[number]):
            yield number, "source"


def _captions(page: Page) -> Found:
    """What a photo of the speech shows: with the photographer, or in a comment of the page."""
    for number in page.ends:
        core = page.cores[number]
        comment = page.lines[number].lstrip().startswith("<!--")
        date = DAY.search(core)
        if date and not any(date[0] in page.lines[other] for other in page.head if other != number):
            continue  # no other line of the head tells the day
        if SHOT.fullmatch(core) or (comment and AT_WORK.fullmatch(core)):
            yield number, "caption"


def _feet(page: Page) -> Found:
    """Registration and copyright of the site, with the lines of its operator beside them."""
    plain = [number for number in page.tail if FOOT.match(page.cores[number]) or OPERATOR.fullmatch(page.cores[number])]
    for group in groups(page.lines, plain):
        if any(FOOT.match(page.cores[number]) for number in group):
            for number in group:
                yield number, "footer"


def _asides(page: Page) -> Found:
    """Links to other pages."""
    digest = False
    for number in page.tail:
        core = page.cores[number]
        follows = digest and len(core) <= 80 and not core.endswith("。")
        digest = bool(DIGEST.fullmatch(core))
        if digest or follows or ASIDE.fullmatch(page.lines[number].strip()):
            yield number, "links"
    for number in page.ends:
        if LINK.fullmatch(page.cores[number]):
            yield number, "links"
    for number in reversed(page.tail):
        if not ATTACHMENT.fullmatch(page.lines[number]):
            break
        yield number, "links"


def _spam(page: Page) -> Found:
    """Keywords strung together in the first or last lines of a hacked page."""
    for number in (*page.head[:3], *page.tail[-3:]):
        line = page.lines[number]
        if "。" in line or not re.search(r"[,、|_/ ]", line.strip()):
            continue
        if len(set(SURE_SPAM.findall(line))) >= 2 and len(set(SPAM.findall(line))) >= 4:
            yield number, "spam"


def _licence(page: Page) -> Found:
    """The licence of the site, to the end of the text."""
    for number in page.tail:
        if LICENCE.match(page.cores[number]):
            rest = "\n".join(page.lines[number:])
            if len(rest) <= LICENCE_LENGTH and LICENCE_WORDS.search(rest):
                for line in range(number, len(page.lines)):
                    yield line, "licence"
                return
