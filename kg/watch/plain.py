"""A piece of HTML as plain text, a paragraph a line: what feeds carry is too short to look for an article in it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree, html

_PARAGRAPHS = (
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section table td th tr ul"
)
_BLOCKS = frozenset(_PARAGRAPHS.split())
_UNSEEN = frozenset(("head", "noscript", "script", "style", "template", "title"))


def plain(markup: str) -> str:
    """Return the text that a reader sees, its blanks as single spaces and its paragraphs one a line.

    ``<p>Mr Lavrov<br>arrived.</p><p>He left.</p>`` gives "Mr Lavrov", "arrived." and "He left.".
    """
    if "<" not in markup and "&" not in markup:
        return "\n".join(line for part in markup.splitlines() if (line := " ".join(part.split())))
    try:
        tree = html.document_fromstring(f"<div>{_without_controls(markup)}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing in it but a comment, or odder things
        return ""
    lines = "".join(_texts(tree)).split("\x1e")
    return "\n".join(line for part in lines if (line := " ".join(part.split())))


def _texts(tree: etree._Element) -> Iterator[str]:
    """Yield the texts in order, with a mark where a paragraph begins or ends. It does not recurse: markup may."""
    unseen = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unseen += tag in _UNSEEN
            yield "\x1e" if tag in _BLOCKS else ""
            yield "" if unseen else element.text or ""
        else:
            if event == "end":
                unseen -= tag in _UNSEEN
                yield "\x1e" if tag in _BLOCKS else ""
            yield "" if unseen or element is tree else element.tail or ""


def _without_controls(text: str) -> str:
    """Leave out control characters and halves of surrogate pairs, at which the parser would stop."""
    return "".join(c for c in text if (c >= " " or c in "\t\n\r") and not "\ud800" <= c <= "\udfff")
