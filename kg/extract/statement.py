"""Statements: who said what, in quotation marks or reported."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from kg.cast import Mention
from kg.extract.candidate import Draft, Scene
from kg.extract.content import clause, trimmed
from kg.extract.saying import LINKS, Candidate, act_of, nouns
from kg.extract.speakers import labelled, named_by, speakers
from kg.extract.traits import features
from kg.records import Span

_CAUSE = frozenset({"let", "make", "have", "get", "help", "see", "watch", "ensure", "want", "mean", "show", "keep"})
_WHOLE = frozenset({"deny", "criticise", "accuse", "praise", "invite", "demand"})
_OBJECT_ACTS = frozenset(
    {"deny", "criticise", "praise", "demand", "promise", "affirm", "propose", "announce", "warn", "accuse"}
)


def candidates(scene: Scene) -> list[Candidate]:
    """Return the possible statements: reported clauses with their subjects, quotations with whoever stands near."""
    found: list[Candidate] = []
    for token in scene.doc:
        if scene.quoted[token.i]:
            continue
        if (token.pos_ == "VERB" or token.tag_.startswith("VB")) and (act_of(token) or _reports(token)):
            found.extend(_of_verb(scene, token))
        elif token.pos_ == "NOUN" and token.lemma_.lower() in nouns():
            found.extend(_of_noun(scene, token))
        elif token.lower_ == "according" and token.i + 1 < len(scene.doc) and scene.doc[token.i + 1].lower_ == "to":
            found.extend(_according(scene, token))
    found.extend(_of_quotes(scene))
    found.extend(_of_turns(scene))
    unique: dict[tuple[Span, int], Candidate] = {}
    for candidate in found:
        key = (candidate.content, candidate.entity)
        if key not in unique or LINKS.index(candidate.link) < LINKS.index(unique[key].link):
            unique[key] = candidate
    rivals: dict[Span, int] = {}
    for candidate in unique.values():
        rivals[candidate.content] = rivals.get(candidate.content, 0) + 1
    made = list(unique.values())
    for candidate in made:
        candidate.features = candidate.features[:1] + features(scene, candidate, rivals[candidate.content])
    return made


def _reports(token: Token) -> bool:
    """Say whether an unlisted verb takes a that-clause or a colon and quotation, as verbs of saying do."""
    return token.lemma_ not in _CAUSE and any(c.dep_ == "ccomp" for c in token.children)


def _make(
    scene: Scene,
    content: Span,
    kind: str,
    cue: Token | None,
    who: Iterator[tuple[Mention, str]],
    *,
    act: str | None = None,
) -> Iterator[Candidate]:
    text = scene.parsed.text
    if len(content.of(text).split()) < 1 or content.end <= content.start:
        return
    direct = kind in {"quote", "turn"} or any(
        q.span.start < content.end and content.start < q.span.end for q in scene.quotes
    )
    for mention, link in who:
        for entity, certain in mention.readings():
            yield Candidate(
                content,
                kind,
                link,
                mention,
                entity,
                cue,
                direct,
                [certain],
                act or (act_of(cue) if cue is not None else None) or "say",
            )


def _of_verb(scene: Scene, verb: Token) -> Iterator[Candidate]:
    who = list(speakers(scene, verb))
    if not who:
        return
    act = act_of(verb)
    for child in verb.children:
        if child.dep_ in {"ccomp", "parataxis"} and not (child.i < verb.i and act is None):
            span, kind = clause(scene, child, verb)
            if span:
                yield from _make(scene, span, kind, verb, iter(who))
            parts = [
                child,
                *(
                    c
                    for c in child.conjuncts
                    if c.i > child.i and any(g.dep_ in {"nsubj", "nsubjpass"} for g in c.children)
                ),
            ]
            for n, part in enumerate(parts if len(parts) > 1 else ()):
                stop = parts[n + 1].left_edge.i if n + 1 < len(parts) else part.right_edge.i + 1
                while stop > part.i + 1 and scene.doc[stop - 1].lower_ in {"and", "but", ","}:
                    stop -= 1
                piece = trimmed(scene, part.left_edge.i, stop)
                if piece:
                    yield from _make(scene, piece, "clause", verb, iter(who))
        elif child.dep_ == "xcomp" and act is not None:
            span, kind = clause(scene, child, verb)
            if span:
                yield from _make(scene, span, "infinitive" if kind == "clause" else kind, verb, iter(who))
        elif child.dep_ == "dobj" and act in _OBJECT_ACTS and verb.lemma_ != "undertake":
            span, kind = clause(scene, child, verb)
            if span:
                yield from _make(scene, span, "object" if kind == "clause" else kind, verb, iter(who))
        elif (
            child.dep_ == "prep"
            and child.lower_ in {"of", "for", "against", "as", "on", "about", "over", "with", "to"}
            and act is not None
            and act not in {"say", "announce", "affirm"}
            and verb.lemma_ != "undertake"
        ):
            for inner in child.children:
                if inner.dep_ in {"pobj", "pcomp"}:
                    span, kind = clause(scene, inner, verb)
                    if span:
                        yield from _make(scene, span, "of" if kind == "clause" else kind, verb, iter(who))
        elif (
            child.dep_ == "nsubjpass"
            and act in {"deny", "criticise", "praise", "accuse"}
            and any(c.dep_ == "agent" for c in verb.children)
        ):
            _, stop = scene.sents[scene.sent_of[verb.i]]
            span = trimmed(scene, verb.left_edge.i, min(verb.right_edge.i + 1, stop))
            if span:
                yield from _make(scene, span, "whole", verb, iter(who))
    if act in _WHOLE or verb.lemma_.lower() in {"describe", "express", "call"}:
        # "Dhaka and Washington have both rejected this" says nothing without its subject.
        short = verb.right_edge.i - verb.i < 4
        span = trimmed(scene, verb.left_edge.i if short else verb.i, verb.right_edge.i + 1)
        if span:
            yield from _make(scene, span, "whole", verb, iter(who))


def _of_noun(scene: Scene, noun: Token) -> Iterator[Candidate]:
    owners: list[tuple[Mention, str]] = []
    for child in noun.children:
        if child.dep_ in {"poss", "compound", "nmod", "amod"}:
            owners.extend(named_by(scene, child, "poss"))
        if child.dep_ in {"prep", "agent"} and child.lower_ in {"by", "from"}:
            owners.extend(p for g in child.children if g.dep_ == "pobj" for p in named_by(scene, g, "poss"))
    if not owners:
        return
    for child in noun.children:
        if child.dep_ in {"acl", "relcl", "ccomp", "xcomp"} or (
            child.dep_ == "prep" and child.lower_ in {"of", "for", "to", "against"}
        ):
            inner = (
                next((g for g in child.children if g.dep_ in {"pobj", "pcomp"}), child)
                if child.dep_ == "prep"
                else child
            )
            span, kind = clause(scene, inner, noun)
            if span:
                yield from _make(scene, span, "noun" if kind == "clause" else kind, noun, iter(owners))


def _according(scene: Scene, token: Token) -> Iterator[Candidate]:
    to = scene.doc[token.i + 1]
    targets = [c for c in (*to.children, *token.children) if c.dep_ == "pobj"]
    who = [pair for t in targets for pair in named_by(scene, t, "according")]
    if not who:
        return
    start, stop = scene.sents[scene.sent_of[token.i]]
    last = max(t.right_edge.i + 1 for t in targets)
    pieces = [(start, token.i), (last, stop)]
    first, end = max(pieces, key=lambda p: p[1] - p[0])
    span = trimmed(scene, first, end)
    if span is None:
        return
    kind = "according"
    for quote in scene.quotes:
        inside = min(span.end, quote.span.end) - max(span.start, quote.span.start)
        if inside > 0.8 * (span.end - span.start):
            span, kind = quote.span, "quote"
            break
    yield from _make(scene, span, kind, token, iter(who), act="say")


def _of_quotes(scene: Scene) -> Iterator[Candidate]:
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
        chosen = [m for _, m in near[:6]]
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
            yield from _make(scene, quote.span, "quote", own or _close_cue(scene, first, stop), iter([(mention, link)]))
        cue = _close_cue(scene, first, stop)
        if cue is not None:
            yield from _make(scene, quote.span, "quote", cue, speakers(scene, cue))
        said = [m for m in chosen if doc[m.head].dep_ == "nsubj" and act_of(doc[m.head].head)]
        if said:
            previous.append(said[0])


def _of_turns(scene: Scene) -> Iterator[Candidate]:
    """Give a transcript's answers to whoever the label names; "A" answers for the article's first person."""
    for number, (start, _) in enumerate(scene.sents):
        zone = scene.parsed.zones[scene.parsed.zone_of[start]]
        if zone.turn is None or zone.kind != "body":
            continue
        label = zone.turn.of(scene.parsed.text).strip(" :.").lower()
        if label in {"q", "question", "reporter"}:
            continue
        speaker = labelled(scene, label)
        span = trimmed(scene, *scene.sents[number])
        if speaker is not None and span is not None:
            end = span.end + (scene.parsed.text[span.end : span.end + 1] in {".", "!", "?"})
            yield from _make(scene, Span(span.start, end), "turn", None, iter([(speaker, "turn")]))


def _close_cue(scene: Scene, first: int, stop: int) -> Token | None:
    doc = scene.doc
    for i in [*range(stop, min(stop + 8, len(doc))), *range(first - 1, max(first - 8, -1), -1)]:
        token: Token = doc[i]
        if not scene.quoted[i] and act_of(token) and token.pos_ == "VERB":
            return token
    return None


def decode(
    scene: Scene, found: Sequence[Candidate], scores: Sequence[float], acts: Sequence[str], *, threshold: float
) -> list[Draft]:
    """Return the best-scored statements of which no two say the same words: for each stretch of text one speaker."""
    ranked = sorted(
        ((s, c, a) for s, c, a in zip(scores, found, acts, strict=True) if s >= threshold),
        key=lambda r: (-r[0], r[1].content, r[1].entity),
    )
    kept: list[Draft] = []
    for score, candidate, act in ranked:
        if any(_clash(scene, candidate, other) for other in kept):
            continue
        cue = candidate.cue.i if candidate.cue is not None else candidate.speaker.head
        cue_word = candidate.cue.lemma_.lower() if candidate.cue is not None else "-"
        rule = f"statement/{candidate.kind}/{candidate.link}/{cue_word}"
        kept.append(
            Draft(
                (candidate.entity,),
                None,
                cue,
                candidate.content,
                score,
                rule,
                tuple(candidate.features),
                {"act": act, "direct": candidate.direct, "candidate": candidate},
            )
        )  # fmt: skip
    return kept


def _clash(scene: Scene, candidate: Candidate, other: Draft) -> bool:
    """Say whether the words are taken: most of one lies in the other, unless one mention of several speaks them."""
    shared = min(candidate.content.end, other.evidence.end) - max(candidate.content.start, other.evidence.start)
    if shared <= 0:
        return False
    small = min(candidate.content.end - candidate.content.start, other.evidence.end - other.evidence.start)
    if shared < 0.5 * small:
        return False
    rival: Candidate = other.more["candidate"]  # type: ignore[assignment]
    joint = candidate.entity not in other.entities and (
        # Of two readings of one "he" only one spoke.
        (candidate.speaker is rival.speaker and {candidate.entity, rival.entity} <= set(candidate.speaker.entities))
        or scene.doc[candidate.speaker.head] in scene.doc[rival.speaker.head].conjuncts
    )
    return not (joint and candidate.content == other.evidence)


def about(scene: Scene, candidate: Candidate) -> tuple[int, ...]:
    """Return the actors that the words name, the accused first; the speaker is not among them."""
    first = bisect_left(scene.parsed.starts, candidate.content.start)
    stop = bisect_left(scene.parsed.starts, candidate.content.end)
    found: list[int] = []
    if candidate.cue is not None and candidate.act in {"accuse", "criticise", "praise", "demand", "warn", "invite"}:
        for child in candidate.cue.children:
            if child.dep_ in {"dobj", "nsubjpass"} or (child.dep_ == "dative"):
                mention = scene.cast.at.get(child.i)
                if mention:
                    found.extend(mention.entities)
    for i in range(first, stop):
        mention = scene.cast.at.get(i)
        if mention and mention.kind not in {"pronoun"} and mention.kind != "capital":
            found.extend(mention.entities)
    return tuple(e for e in dict.fromkeys(found) if e != candidate.entity)
