"""An explanation as one web page: no script, nothing from elsewhere, every word of the article escaped.

The tree is built by ``xml.etree``, which escapes by construction; the frame with its style is ``page.html``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from itertools import pairwise
from string import Template
from xml.etree import ElementTree

from kg.explain.gather import reading_label
from kg.explain.record import Explanation, Mark, Reading, Told
from kg.explain.terminal import excerpt, plain, summary
from kg.records import Span

_LINE = re.compile(r"[^\n]+")
_TOGGLES = {
    "actors": ("actor", "actors"),
    "places": ("place", "places"),
    "dates": ("date", "dates"),
    "quotes": ("quote", "quotations"),
    "readings": ("reading", "pronouns and phrases, with whom they stand for"),
    "events": ("event", "words that events rest on"),
}
_KEY = {"state": "place or who governs it", "event visit": "visit", "event meeting": "meeting",
        "event statement": "statement", "event statement below": "not reported"}  # fmt: skip
_LINKED = 200
"""From so many events on, hovering no longer joins text and list: a style rule an event would slow the page."""


class _Page(ElementTree.TreeBuilder):
    """A tree builder with the two steps that a page is made of; text goes through :func:`plain`."""

    def open(self, tag: str, **attributes: str | None) -> None:
        """Start an element; ``class_`` is ``class``, ``_`` in names is ``-``, None leaves an attribute out."""
        named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        self.start(tag, {key: plain(value) for key, value in named.items() if value is not None})

    def add(self, tag: str, text: str, **attributes: str | None) -> None:
        """Add an element that holds text alone."""
        self.open(tag, **attributes)
        self.data(plain(text))
        self.end(tag)


def to_page(explanation: Explanation) -> str:
    """Return the explanation as an HTML page that works without scripts and asks nothing of any other origin."""
    parts = [_head, _main, _foot]
    body = "\n".join(_serialised(part, explanation) for part in parts)
    template = Template(resources.files("kg.explain").joinpath("page.html").read_text("utf-8"))
    title = escape(plain(explanation.article.title or explanation.article.id))
    return template.substitute(title=f"{title}: explained", rules=_rules(len(explanation.events)), body=body)


def _serialised(part: object, explanation: Explanation) -> str:
    page = _Page()
    part(page, explanation)  # type: ignore[operator]
    return ElementTree.tostring(page.close(), encoding="unicode", method="html")


def _rules(events: int) -> str:
    """Return the style that lights an event's words and its card together, whichever is pointed at or focused."""
    if events > _LINKED:
        return ""
    words = [f'body:has(#e{n}:is(:hover, :focus-within)) .text [data-e="{n}"]' for n in range(1, events + 1)]
    cards = [f'body:has(.text [data-e="{n}"]:is(:hover, :focus-within)) #e{n}' for n in range(1, events + 1)]
    return "\n".join(f"{rule} {{ background-color: var(--lit); }}" for rule in (*words, *cards))


def _head(page: _Page, explanation: Explanation) -> None:
    article = explanation.article
    page.open("header")
    page.add("h1", article.title or article.id)
    day = f"published {explanation.published}" if explanation.published else "no date of publication"
    least = f"; all that is at least {explanation.minimum:g} sure" if explanation.minimum else ""
    about = [article.id, article.publisher, ", ".join(article.authors), day, summary(explanation) + least]
    page.open("p", class_="quiet")
    page.data(plain(" · ".join(filter(None, about))))
    if article.url:
        page.data(" · ")
        page.add("a", "source", href=article.url, rel="noreferrer noopener")
    page.end("p")
    page.open("fieldset", class_="legend")
    page.add("legend", "Marked:")
    for name, (kind, words) in _TOGGLES.items():
        page.open("label")
        page.open("input", type="checkbox", id=f"show-{name}", checked="checked")
        page.end("input")
        page.add("span", words, class_=kind if kind != "event" else None)
        page.end("label")
    for kind, words in _KEY.items():
        page.add("span", words, class_=kind)
    page.end("fieldset")
    page.end("header")


def _main(page: _Page, explanation: Explanation) -> None:
    page.open("main")
    page.open("div")
    page.open("section", class_="text", aria_label="The article")
    _text(page, explanation)
    page.end("section")
    if explanation.readings:
        page.open("section", aria_labelledby="readings")
        page.add("h2", "Whom pronouns and phrases were taken for", id="readings")
        _readings(page, explanation.readings)
        page.end("section")
    page.end("div")
    page.open("section", class_="panel", aria_labelledby="events", tabindex="0")
    page.add("h2", "Events", id="events")
    if not explanation.events:
        page.add("p", "Nothing in this article is reported as a visit, a meeting or a statement.", class_="quiet")
    page.open("ol")
    for told in explanation.events:
        _card(page, told)
    page.end("ol")
    page.end("section")
    page.end("main")


def _foot(page: _Page, explanation: Explanation) -> None:
    words = (
        "A confidence is the share of reports with such a score that were right on annotated articles. A pronoun's "
        "figure is the probability of its reading; where none was likely enough, the program abstained."
    )
    page.add("footer", words)


def _text(page: _Page, explanation: Explanation) -> None:
    """Write one paragraph a line; what was not parsed (who wrote it, the page's own lines) is grey."""
    text, told = explanation.article.text, {event.number: event for event in explanation.events}
    begun: set[int] = set()
    waiting, open_marks = deque(explanation.marks), list[Mark]()
    for line in _LINE.finditer(text):
        if not line.group().strip():
            continue
        span = Span(*line.span())
        kind = next((k for s, k in explanation.prose if s.start < span.end and span.start < s.end), "unread")
        while waiting and waiting[0].span.start < span.end:
            open_marks.append(waiting.popleft())
        open_marks = [mark for mark in open_marks if mark.span.end > span.start]
        page.open("p", class_=kind if kind != "body" else None)
        _line(page, text, span, open_marks, told, begun)
        page.end("p")


def _line(page: _Page, text: str, span: Span, marks: Sequence[Mark], told: Mapping[int, Told], begun: set[int]) -> None:
    """Write a line with its marks nested; one that crosses another is cut where that ends and goes on behind it."""
    edges = sorted({span.start, span.end, *(e for m in marks for e in (m.span.start, m.span.end))})
    stack: list[Mark] = []
    for start, end in pairwise(edges):
        if not span.start <= start < span.end:
            continue
        keep = next((n for n, m in enumerate(stack) if m.span.end <= start), len(stack))
        again = [m for m in stack[keep:] if m.span.end > start]
        for mark in reversed(stack[keep:]):
            _close(page, mark, last=mark.span.end <= start)
        del stack[keep:]
        for mark in again + [m for m in marks if max(m.span.start, span.start) == start]:
            depth = sum(m.kind == "event" for m in stack)
            _open(page, mark, told, depth, begun)
            stack.append(mark)
        page.data(plain(text[start:end]))
    for mark in reversed(stack):
        _close(page, mark, last=mark.span.end <= span.end)


def _open(page: _Page, mark: Mark, told: Mapping[int, Told], depth: int, begun: set[int]) -> None:
    if mark.number is None:
        abstained = mark.reading is not None and not mark.reading.actors
        page.open("span", class_=f"{mark.kind} abstained" if abstained else mark.kind, title=mark.label)
        return
    event, number = told[mark.number], str(mark.number)
    first = mark.number not in begun
    begun.add(mark.number)
    classes = f"event {event.kind} d{min(depth, 2)}{'' if event.reported else ' below'}"
    page.open("mark", class_=classes, data_e=number, id=f"w{number}" if first else None, title=mark.label)
    if first:
        label = f"event {number}: {mark.label}"
        page.add("a", number if event.reported else f"{number}?", class_="number", href=f"#e{number}", aria_label=label)


def _close(page: _Page, mark: Mark, *, last: bool) -> None:
    if mark.reading is not None and last:
        page.add("small", _whom(mark.reading), class_="whom")
    page.end("span" if mark.number is None else "mark")


def _whom(reading: Reading) -> str:
    if not reading.actors:
        return "abstained"
    return f"{', '.join(reading.actors)}{' (by office only)' if reading.new else f' {reading.score:.2f}'}"


def _card(page: _Page, told: Told) -> None:
    number = f"{told.number}" if told.reported else f"{told.number}?"
    page.open("li", class_=f"card {told.kind}{'' if told.reported else ' below'}", id=f"e{told.number}")
    page.add("a", number, class_="number", href=f"#w{told.number}", aria_label=f"words of event {told.number}")
    page.add("h3", told.title)
    page.add("span", f" {told.kind}", class_="kind")
    if not told.reported:
        page.add("p", "Not reported: it scored below the threshold.", class_="verdict")
    page.open("dl")
    for name, value in told.facts:
        page.add("dt", name)
        page.add("dd", excerpt(value))
    page.add("dt", "confidence")
    page.open("dd")
    share = f"{told.report.confidence:.2f}"
    page.add("meter", share, min="0", max="1", value=share, aria_hidden="true")
    page.data(f" {share}")
    page.end("dd")
    page.add("dt", "rule")
    page.open("dd")
    page.add("code", told.report.rule)
    page.end("dd")
    if told.readings:
        page.add("dt", "rests on")
        page.open("dd")
        page.open("ul")
        for words in _grounds(told.readings):
            page.add("li", words)
        page.end("ul")
        page.end("dd")
    page.end("dl")
    page.end("li")


def _grounds(readings: Sequence[Reading]) -> Iterator[str]:
    for reading in readings:
        where = "" if reading.kind != "name" else ", named in another sentence"
        yield f"“{excerpt(reading.words)}” = {reading_label(reading)}{where}"


def _readings(page: _Page, readings: Sequence[Reading]) -> None:
    page.open("table")
    page.open("thead")
    page.open("tr")
    for name in ("words", "stand for", "score", "next best", "characters"):
        page.add("th", name, scope="col")
    page.end("tr")
    page.end("thead")
    page.open("tbody")
    for reading in readings:
        page.open("tr")
        page.add("td", excerpt(reading.words))
        page.add("td", ", ".join(reading.actors) + (" (by office only)" if reading.new else "") or "abstained")
        page.add("td", f"{reading.score:.2f}" if reading.actors else "", class_="figure")
        page.add("td", ", ".join(f"{name} {score:.2f}" for name, score in reading.rivals))
        page.add("td", f"{reading.span.start}–{reading.span.end}", class_="figure")
        page.end("tr")
    page.end("tbody")
    page.end("table")
