"""What was said: the stretch of text below a verb or noun of saying, or the quotation that it is."""

from __future__ import annotations

from spacy.tokens import Token

from kg.extract.candidate import Scene
from kg.records import Span

_TRIM_LEFT = frozenset({"that", "whether", '"', ",", "'", ":", "—", "–", "-", "how", "if"})
_TRIM_RIGHT = frozenset({",", ".", '"', "'", ";", ":", "—", "–", "-", "!"})


def clause(scene: Scene, child: Token, verb: Token) -> tuple[Span | None, str]:
    """Return the span of what hangs below ``child``, without its conjunction and marks; a quotation if it is one."""
    first, stop = child.left_edge.i, child.right_edge.i + 1
    if child.i > verb.i and first < verb.i:
        first = verb.i + 1
    elif verb.i == stop - 1:
        stop = verb.left_edge.i if verb.left_edge.i > first else verb.i
    span = trimmed(scene, first, stop)
    if span is None:
        return None, "clause"
    for quote in scene.quotes:
        if quote.span.start <= span.start + 1 and span.end <= quote.span.end + 2:
            return quote.span, "quote"
        inside = min(span.end, quote.span.end) - max(span.start, quote.span.start)
        if inside > 0.85 * (span.end - span.start):
            return quote.span, "quote"
        # A clause that begins outside and ends inside a quotation takes all of it.
        if (
            span.start < quote.span.start < span.end < quote.span.end <= span.end + 200
            and scene.parsed.zone_of[first] == quote.paragraph
        ):
            return Span(span.start, quote.span.end), "clause"
    return span, "clause"


def trimmed(scene: Scene, first: int, stop: int) -> Span | None:
    """Return the span of some tokens without the conjunctions and marks around it, None where nothing is left."""
    doc = scene.doc
    while first < stop and (doc[first].lower_ in _TRIM_LEFT or doc[first].is_space):
        first += 1
    while stop > first and (doc[stop - 1].text in _TRIM_RIGHT or doc[stop - 1].is_space):
        stop -= 1
    if stop <= first:
        return None
    span = scene.parsed.span(first, stop)
    # A quotation that ends the clause keeps its closing mark.
    text = scene.parsed.text
    if (
        text[span.start : span.end].count("“") > text[span.start : span.end].count("”")
        and text[span.end : span.end + 2].rstrip()[-1:] == "”"
    ):
        span = Span(span.start, span.end + len(text[span.end : span.end + 2].rstrip()))
    elif text[span.start : span.end].count('"') % 2 == 1 and text[span.end : span.end + 1] == '"':
        span = Span(span.start, span.end + 1)
    return span
