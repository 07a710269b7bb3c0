"""What was said: the stretch of text below a verb or noun of saying, or the quotation that it is."""

from __future__ import annotations

from kg.extract.candidate import Scene
from kg.extract.saying import act_of
from kg.extract.words import Word
from kg.records import Span

_TRIM_LEFT = frozenset({"that", "whether", '"', ",", "'", ":", "—", "–", "-", "how", "if"})
_TRIM_RIGHT = frozenset({",", ".", '"', "'", ";", ":", "—", "–", "-", "!"})


def clause(scene: Scene, child: Word, verb: Word) -> tuple[Span | None, str]:
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
        # '"a good atmosphere", which is what ministers praise': the writer goes on in his own words.
        if abs(quote.span.start - span.start) <= 1 and quote.closed and _ends(scene.parsed.text, quote.span.end):
            return quote.span, "quote"
        # A clause that begins outside and ends inside a quotation takes all of it.
        if (
            span.start < quote.span.start < span.end < quote.span.end <= span.end + 200
            and scene.parsed.zone_of[first] == quote.paragraph
        ):
            return Span(span.start, quote.span.end), "clause"
    return span, "clause"


def _ends(text: str, end: int) -> bool:
    """Say whether a comma stands around the closing mark of a quotation."""
    return "," in text[end - 1 : end + 2] or ";" in text[end : end + 2]


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


def reach(scene: Scene, verb: Word) -> int:
    """Return where a verb's own words end: before the next verb with the same subject, "welcomed A *and urged B*"."""
    doc, stop = scene.doc, verb.right_edge.i + 1
    for child in verb.children:
        if child.i > verb.i and child.dep_ == "conj" and child.pos_ in {"VERB", "AUX"}:
            stop = min(stop, child.left_edge.i)
    for token in doc[verb.i + 2 : stop]:
        # A verb of saying after a comma goes on with the same subject, whatever the parse hangs it on.
        joined = doc[token.i - 1].lower_ in {",", "and", "but", ";"}
        if joined and token.tag_ in {"VBD", "VBN", "VBZ"} and token.dep_ in {"acl", "conj", "advcl"} and act_of(token):
            stop = token.i
            break
    while stop - 1 > verb.i and doc[stop - 1].lower_ in {"and", "but", "or", "then", ",", ";"}:
        stop -= 1
    return stop


_PAUSES = frozenset({",", ";", ":", "—", "–", "-", "--", "(", ")", ".", "?", "!"})
_STOPS = frozenset({";", ":", "—", "–", "--", "("})
_JOINING = frozenset({"and", "but", "or", "who", "which", "that", "whom", "whose", "nor", "while", "whereas"})


def aside(scene: Scene, verb: Word) -> tuple[int, int, list[Span]] | None:
    """Return the bounds of "he vowed" between commas, and what may be said around it.

    The words are those before it where it ends the sentence; else the whole sentence, its part between the stronger
    marks, and what follows ("In these circumstances, the President stressed, the decision …"). None where the verb
    does not stand so.
    """
    doc = scene.doc
    start, stop = scene.sents[scene.sent_of[verb.i]]
    while stop > start and (doc[stop - 1].is_space or doc[stop - 1].text in {".", "!", "?"}):
        stop -= 1
    first, last = verb.i, verb.i + 1
    while first > start and doc[first - 1].text not in _PAUSES and not scene.quoted[first - 1]:
        first -= 1
    while last < stop and doc[last].text not in _PAUSES and not scene.quoted[last]:
        last += 1
    if last < stop and doc[last].text == ":":
        return None  # "on Wednesday, he said: …" has its words behind the colon
    if first <= start + 1 or last - first > 14 or doc[first].lower_ in _JOINING or doc[first - 1].text not in _PAUSES:
        return None
    if any(t.lower_ in {"that", "to", "whether"} and t.i > verb.i for t in doc[verb.i : last]) and last < stop:
        return None
    if scene.quoted[max(start, first - 2)] or (last + 1 < stop and scene.quoted[last + 1]):
        return None  # a broken quotation, which has its own candidates
    if last >= stop:
        bounds = [(start, first), (_after(doc, start, first - 1), first)]
    else:
        left, right = _after(doc, start, first - 1), last
        while right < stop and doc[right].text not in _STOPS:
            right += 1
        bounds = [(start, stop), (left, right), (last, stop)]
    spans = [trimmed(scene, a, b) for a, b in dict.fromkeys(bounds) if b - a > 1]
    return first, last, [s for s in spans if s is not None]


def _after(doc: list[Word], start: int, stop: int) -> int:
    """Return the token behind the last strong mark of a stretch, its beginning where there is none."""
    return next((i + 1 for i in range(stop - 1, start, -1) if doc[i].text in _STOPS), start)
