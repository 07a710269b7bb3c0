"""Words in quotation marks, and the answers of transcripts, with whoever stands near."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from kg.cast import Mention
from kg.extract.candidate import Scene
from kg.extract.content import trimmed
from kg.extract.saying import Candidate, act_of, proposals
from kg.extract.speakers import labelled, speakers
from kg.extract.words import Word
from kg.records import Span

NEAREST = 7
"""How many of those named near a quotation may have said it."""


def quoted(scene: Scene) -> Iterator[Candidate]:
    """Yield each quotation with those named nearest to it and the subjects of the nearest verb of saying."""
    doc = scene.doc
    previous: list[Mention] = []
    for quote in scene.quotes:
        if len(quote.span.of(scene.parsed.text).split()) < 2:
            continue
        first = bisect_left(scene.parsed.starts, quote.span.start)
        stop = bisect_left(scene.parsed.starts, quote.span.end)
        if first >= len(doc) or stop <= first:
            continue
        paragraph = scene.parsed.zone_of[first]
        near: list[tuple[int, Mention]] = []
        for sent in range(max(0, scene.sent_of[first] - 2), min(len(scene.sents), scene.sent_of[stop - 1] + 2)):
            for mention in scene.mentions_in[sent]:
                if (
                    not mention.entities
                    or scene.quoted[mention.head]
                    or mention.kind == "demonym"
                    or (mention.kind == "role" and mention.apposed)
                ):
                    continue
                gap = mention.first - stop if mention.first >= stop else first - mention.head
                if scene.parsed.zone_of[mention.head] != paragraph:
                    gap += 15
                near.append((gap, mention))
        near.sort(key=lambda g: (g[0], g[1].first))
        chosen = [m for _, m in near[:NEAREST]]
        chosen += [m for m in previous[-2:] if all(m is not n for n in chosen)]
        for mention in chosen:
            link = (
                "previous"
                if scene.parsed.zone_of[mention.head] != paragraph
                else "near"
                if mention.first >= stop
                else "before"
            )
            head = doc[mention.head]
            own = head.head if act_of(head.head) and head.dep_ in {"nsubj", "nsubjpass", "pobj", "agent"} else None
            yield from proposals(scene, quote.span, "quote", own or _close_cue(scene, first, stop), [(mention, link)])
        cue = _close_cue(scene, first, stop)
        if cue is not None:
            yield from proposals(scene, quote.span, "quote", cue, speakers(scene, cue))
        if not quote.closed:
            yield from _unclosed(scene, quote.span, first, stop)
        said = [m for m in chosen if doc[m.head].dep_ == "nsubj" and act_of(doc[m.head].head)]
        if said:
            previous.append(said[0])


def _unclosed(scene: Scene, quote: Span, first: int, stop: int) -> Iterator[Candidate]:
    """Yield the words up to ", said Y" where the closing mark was forgotten: '"We shall wait, said Y. The talks …'."""
    doc = scene.doc
    for comma in range(first + 2, min(stop, first + 60)):
        if doc[comma].text != ",":
            continue
        cue = next((t for t in doc[comma + 1 : comma + 6] if act_of(t) and t.tag_ in {"VBD", "VBZ"}), None)
        near = [
            m
            for m in scene.mentions_in[scene.sent_of[comma]]
            if comma < m.head <= comma + 8 and m.readings() and m.kind != "demonym"
        ]
        if cue is not None and near and min(cue.i, near[0].first) == comma + 1:
            span = Span(quote.start, scene.parsed.start(comma) + 1)
            yield from proposals(scene, span, "quote", cue, [(near[0], "near")])
            return


def turns(scene: Scene) -> Iterator[Candidate]:
    """Give a transcript's answers to whoever the label names; "A" answers for the article's first person."""
    for number, (start, _) in enumerate(scene.sents):
        zone = scene.parsed.zones[scene.parsed.zone_of[start]]
        if zone.turn is None or zone.kind != "body":
            continue
        label = zone.turn.of(scene.parsed.text).strip(" :.").lower()
        if label in {"q", "question", "reporter"}:
            continue
        speaker = labelled(scene, label)
        last = number
        while (
            last + 1 < len(scene.sents)
            and scene.parsed.zone_of[scene.sents[last + 1][0]] == scene.parsed.zone_of[start]
        ):
            last += 1
        for end_of in sorted({number, last if last < number + 3 else number}):
            span = trimmed(scene, start, scene.sents[end_of][1])
            if speaker is not None and span is not None:
                end = span.end + (scene.parsed.text[span.end : span.end + 1] in {".", "!", "?"})
                yield from proposals(scene, Span(span.start, end), "turn", None, [(speaker, "turn")])


def _close_cue(scene: Scene, first: int, stop: int) -> Word | None:
    doc = scene.doc
    for i in [*range(stop, min(stop + 8, len(doc))), *range(first - 1, max(first - 8, -1), -1)]:
        token: Word = doc[i]
        if not scene.quoted[i] and act_of(token) and token.pos_ == "VERB":
            return token
    return None
