"""Messages of the local page."""

from __future__ import annotations

from textgov.errors.message import Message

EXPLORE_MESSAGES: dict[str, Message] = {
    "explore_index": Message("making the search index, once for each run", "正在建立检索索引（每次运行结果只需一次）"),
    "explore_ready": Message(
        "open the address in a browser of this machine; Ctrl-C ends", "请在本机浏览器中打开以上地址；按 Ctrl-C 结束"
    ),
    "explore_port": Message(
        "port {port} cannot be used ({detail}); name another one with --port, or --port 0 for a free one",
        "端口 {port} 无法使用（{detail}）；请用 --port 换一个，或用 --port 0 取任意空闲端口",
    ),
    "explore_cache": Message(
        "the search index cannot be written to {path} ({detail}); name a folder with --cache",
        "检索索引无法写入 {path}（{detail}）；请用 --cache 指定一个文件夹",
    ),
    "explore_differs": Message(
        "{name} counted again does not give the numbers of the panel, so an edit cannot be compared with it; "
        "was the run made with another table of divisions, or with another version of textgov?",
        "{name} 重新计数后与面板不一致，无法比较修改的影响；该结果是否用了其他区划表或其他版本的 textgov？",
    ),
    "explore_edit": Message(
        "this edit is not possible: {detail}",
        "无法这样修改：{detail}",
    ),
    "explore_lexicon_missing": Message(
        "the run keeps no copy of the lexicon {name} that it counted; run textgov panel again, which keeps one, or "
        "give its file with --lexicon",
        "该结果没有保存所用词典 {name} 的副本；请重新运行 textgov panel（会保存副本），或用 --lexicon 指定其文件",
    ),
    "explore_lexicon_options": Message(
        "{name} was counted with negation = drop or with some levels only; such counts cannot be edited here",
        "{name} 计数时使用了 negation = drop 或只取部分层级；此处不能编辑",
    ),
}
