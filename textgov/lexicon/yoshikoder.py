"""Yoshikoder dictionaries (``.ykd``, and the XML kind of Lexicoder's ``.lcd``): nested ``cnode`` with ``pnode``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textgov.lexicon.build import Draft, own_keys
from textgov.lexicon.globs import read_glob, write_glob
from textgov.records import Lexicon

if TYPE_CHECKING:
    from lxml.etree import _Element


def fill_yoshikoder(text: str, draft: Draft) -> None:
    """Enter what a Yoshikoder dictionary holds; a score is a weight."""
    from lxml import etree

    # The text is decoded already, whatever its first line says.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.lstrip("\ufeff \r\n\t").encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        draft.fail(error.lineno or 0, "lexicon_not_xml", detail=str(error.msg))
    _add_nodes(root, "", draft)


def _add_nodes(node: _Element, category: str, draft: Draft) -> None:
    for child in node.iterchildren("cnode", "pnode"):
        name, line = (child.get("name") or "").strip(), child.sourceline or 0
        if child.tag == "cnode":
            _add_nodes(child, draft.add_any_category(name, category, line), draft)
            continue
        with draft.going_on():
            if not category:
                draft.fail(line, "lexicon_word_alone", word=name)
            score = child.get("score") or "1"
            try:
                weight = float(score)
            except ValueError:
                draft.fail(line, "lexicon_no_number", value=score)
            draft.add_pattern(read_glob(name), category, line, weight)


def yoshikoder_text(lexicon: Lexicon) -> str:
    """A Yoshikoder dictionary."""
    from lxml import etree

    root = etree.Element("dictionary", style="050805")
    nodes, keys = {"": root}, own_keys(lexicon)
    for category in lexicon.categories:
        nodes[category.name] = etree.SubElement(nodes[category.parent], "cnode", name=keys[category.name])
    for entry in lexicon.entries:
        for term in (entry.term, *entry.variants):
            word = write_glob(term, entry.regex)
            if word and word.isprintable():
                node = etree.SubElement(nodes[entry.category], "pnode", name=word)
                if entry.weight != 1:
                    node.set("score", repr(float(entry.weight)))
    # Sub-categories behind the words of their category, as the program writes them.
    for node in nodes.values():
        node[:] = sorted(node, key=lambda child: child.tag == "cnode")
    text: str = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8").decode("utf-8")
    return text
