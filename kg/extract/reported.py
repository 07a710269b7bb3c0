"""Words reported without marks: below verbs and nouns of saying, around "he said", after colons, "as did Y"."""

from __future__ import annotations

from collections.abc import Iterator

from kg.cast import Mention
from kg.extract.candidate import Scene
from kg.extract.content import aside, clause, reach, trimmed
from kg.extract.saying import Candidate, act_of, nouns, proposals
from kg.extract.speakers import named_by, speakers
from kg.extract.words import Word

_CAUSE = frozenset({"let", "make", "have", "get", "help", "see", "watch", "ensure", "mean", "show", "keep"})
_WHOLE = frozenset({"deny", "criticise", "accuse", "praise", "invite", "demand", "affirm"})
_BARE = frozenset({"describe", "express", "call", "voice", "compare", "liken", "dub", "label", "name", "brand"})
_PREPOSITIONS = frozenset({"of", "for", "against", "as", "on", "about", "over", "with", "to", "at", "in"})
_GIVE = frozenset(
    {
        "convey", "deliver", "extend", "extract", "give", "have", "issue", "launch", "level", "lodge", "make", "offer",
        "publish", "raise", "read", "receive", "release", "renew", "repeat", "reiterate", "send", "utter", "voice",
        "express",
    }
)  # fmt: skip
_DO = frozenset({"do", "does", "did", "has", "have", "had", "is", "was", "are", "were", "will", "would"})


def reported(scene: Scene) -> Iterator[Candidate]:
    """Yield the possible statements that stand outside quotation marks or hang on a word outside them."""
    doc = scene.doc
    for token in doc:
        if scene.quoted[token.i]:
            continue
        low = token.lower_
        if token.pos_ == "VERB" or token.tag_.startswith("VB"):
            if act_of(token) or _reports(token):
                yield from _of_verb(scene, token)
                yield from _around(scene, token)
        elif token.pos_ == "ADJ" and any(c.dep_ == "ccomp" and c.i > token.i for c in token.children):
            yield from _of_verb(scene, token)
        elif token.pos_ == "NOUN" and token.base in nouns():
            yield from _of_noun(scene, token)
        elif low == "according" and token.i + 1 < len(doc) and doc[token.i + 1].lower_ == "to":
            yield from _according(scene, token)
        elif low == ":":
            yield from _of_colon(scene, token)
        elif low in {"so", "as", "nor", "neither"} and token.i + 2 < len(doc) and doc[token.i + 1].lower_ in _DO:
            yield from _echo(scene, token)


def _reports(token: Word) -> bool:
    """Say whether an unlisted verb takes a that-clause or a colon and quotation, as verbs of saying do."""
    if token.lemma_ in _CAUSE:
        return token.lemma_ == "make" and any(
            c.lower_ in {"clear", "plain", "known"} and c.i > token.i for c in token.children
        )
    return any(c.dep_ == "ccomp" for c in token.children)


def _of_verb(scene: Scene, verb: Word) -> Iterator[Candidate]:
    who = list(speakers(scene, verb))
    if not who:
        return
    act = act_of(verb)
    stop = reach(scene, verb)
    for child in verb.children:
        kind = _kind(verb, child, act)
        if kind is None:
            continue
        if kind == "of":
            for inner in child.children:
                if inner.dep_ in {"pobj", "pcomp"}:
                    yield from _below(scene, verb, inner, kind, who)
            continue
        yield from _below(scene, verb, child, kind, who)
        if kind == "clause":
            yield from _parts(scene, verb, child, who)
    if act is None:
        return
    if any(c.dep_ == "nsubjpass" for c in verb.children):
        if act in {"deny", "criticise", "praise", "accuse"} and any(c.dep_ == "agent" for c in verb.children):
            _, end = scene.sents[scene.sent_of[verb.i]]
            span = trimmed(scene, verb.left_edge.i, min(verb.right_edge.i + 1, end))
            if span:
                yield from proposals(scene, span, "whole", verb, who)
        return
    after = [c for c in verb.children if verb.i < c.i < stop and c.dep_ not in {"punct", "prt", "conj", "cc", "advmod"}]
    if len(after) > 1 and after[0].dep_ in {"dobj", "dative", "nmod", "npadvmod"}:
        # "thanked India for the houses", "urged the sides to pull back": the object with what is said of it.
        span = trimmed(scene, after[0].left_edge.i, stop)
        if span:
            yield from proposals(scene, span, "rest", verb, who)
    short = stop - verb.i < 5
    if act in _WHOLE or verb.base in _BARE or short:
        # "Dhaka and Washington have both rejected this" says nothing without its subject.
        before = scene.doc[verb.left_edge.i]
        own = (
            short and not scene.quoted[before.i] and not any(c.dep_ == "ccomp" and c.i < verb.i for c in verb.children)
        )
        span = trimmed(scene, before.i if own else verb.i, stop)
        if span:
            yield from proposals(scene, span, "whole", verb, who)


def _kind(verb: Word, child: Word, act: str | None) -> str | None:
    """Return as what the words below a child of a verb of saying may be said; None where they are not."""
    if child.dep_ in {"ccomp", "parataxis"} and not (child.i < verb.i and act is None):
        return "clause"
    if act is None or child.i < verb.i or (verb.lemma_ == "undertake" and child.dep_ not in {"xcomp", "dobj"}):
        return None
    if child.dep_ in {"xcomp", "advcl"} and child.tag_ in {"VB", "VBG", "VBN"}:
        return "infinitive"
    if child.dep_ in {"dobj", "oprd"} and child.pos_ != "PRON":
        return "object"
    if child.dep_ == "prep" and child.lower_ in _PREPOSITIONS:
        return "of"
    return None


def _below(scene: Scene, verb: Word, child: Word, kind: str, who: list[tuple[Mention, str]]) -> Iterator[Candidate]:
    span, found = clause(scene, child, verb)
    if span:
        yield from proposals(scene, span, kind if found == "clause" else found, verb, who)


def _parts(scene: Scene, verb: Word, child: Word, who: list[tuple[Mention, str]]) -> Iterator[Candidate]:
    """Yield the clauses of "said that A was late and B had left" one by one."""
    parts = [
        child,
        *(c for c in child.conjuncts if c.i > child.i and any(g.dep_ in {"nsubj", "nsubjpass"} for g in c.children)),
    ]
    for n, part in enumerate(parts if len(parts) > 1 else ()):
        stop = parts[n + 1].left_edge.i if n + 1 < len(parts) else part.right_edge.i + 1
        while stop > part.i + 1 and scene.doc[stop - 1].lower_ in {"and", "but", ","}:
            stop -= 1
        piece = trimmed(scene, part.left_edge.i, stop)
        if piece:
            yield from proposals(scene, piece, "clause", verb, who)


def _around(scene: Scene, verb: Word) -> Iterator[Candidate]:
    """Yield what "he vowed" between commas reports: "His agencies, he vowed, would get to the bottom"."""
    if act_of(verb) is None:
        return
    found = aside(scene, verb)
    if found is None:
        return
    first, last, spans = found
    who = [(m, link) for m, link in speakers(scene, verb) if first <= m.head < last or link in {"paper", "guess"}]
    if not who:
        inside = [m for m in scene.mentions_in[scene.sent_of[verb.i]] if first <= m.head < last and m.readings()]
        who = [(m, "subject") for m in inside[:2]]
    for span in spans:
        yield from proposals(scene, span, "aside", verb, who)


def _of_noun(scene: Scene, noun: Word) -> Iterator[Candidate]:
    owners: list[tuple[Mention, str]] = []
    for child in noun.children:
        if child.dep_ in {"poss", "compound", "nmod", "amod"}:
            owners.extend(named_by(scene, child, "poss"))
        if child.dep_ in {"prep", "agent"} and child.lower_ in {"by", "from"}:
            owners.extend(p for g in child.children if g.dep_ == "pobj" for p in named_by(scene, g, "poss"))
    head = noun.head
    if not owners and noun.dep_ == "dobj" and head.base in _GIVE:
        owners.extend(speakers(scene, head))
    if not owners:
        return
    below = list(noun.children)
    if noun.dep_ == "nsubj" and head.lemma_ == "be":
        below += [c for c in head.children if c.dep_ in {"ccomp", "xcomp", "attr"} and c.i > noun.i]
    if noun.dep_ == "dobj":
        below += [c for c in head.children if c.dep_ in {"ccomp", "xcomp"} and c.i > noun.i]
    for child in below:
        if child.dep_ in {"acl", "relcl", "ccomp", "xcomp", "attr"} or (
            child.dep_ == "prep" and child.lower_ in {"of", "for", "to", "against", "about", "over", "on", "at"}
        ):
            inner = (
                next((g for g in child.children if g.dep_ in {"pobj", "pcomp"}), child)
                if child.dep_ == "prep"
                else child
            )
            yield from _below(scene, noun, inner, "noun", owners)


def _according(scene: Scene, token: Word) -> Iterator[Candidate]:
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
    yield from proposals(scene, span, kind, token, who, act="say")
    if min(b - a for a, b in pieces) > 1:
        whole = trimmed(scene, start, stop)
        if whole is not None:
            yield from proposals(scene, whole, kind, token, who, act="say")


def _of_colon(scene: Scene, colon: Word) -> Iterator[Candidate]:
    """Yield what stands behind "Mahinda:" and, in headlines, before ": Mahinda"."""
    doc = scene.doc
    start, stop = scene.sents[scene.sent_of[colon.i]]
    title = scene.zone(colon.i) in {"headline", "deck", "subhead"}
    if title:
        zone = scene.parsed.zone_of[colon.i]
        while start > 0 and scene.parsed.zone_of[start - 1] == zone:
            start -= 1
        while stop < len(doc) and scene.parsed.zone_of[stop] == zone:
            stop += 1
    elif colon.i + 1 >= stop and stop < len(doc) and scene.parsed.zone_of[stop] == scene.parsed.zone_of[colon.i]:
        stop = scene.sents[scene.sent_of[stop]][1]
    before = [m for m in _mentions(scene, start, colon.i) if m.readings()]
    verb = next((t for t in reversed(doc[start : colon.i]) if act_of(t) and t.pos_ == "VERB"), None)
    if before and colon.i + 2 < stop and not scene.quoted[colon.i + 1] and doc[colon.i + 1].text not in {'"', "'"}:
        span = trimmed(scene, colon.i + 1, stop)
        who = list(speakers(scene, verb)) if verb is not None else []
        chosen = [before[0], before[-1]] if before[0] is not before[-1] else before[:1]
        if span:
            yield from proposals(scene, span, "colon", verb, who or [(m, "colon") for m in chosen])
    if title and stop - colon.i <= 7 and colon.i - start > 2:
        span = trimmed(scene, start, colon.i)
        who = [(m, "colon") for m in _mentions(scene, colon.i + 1, stop) if m.readings()]
        if span:
            yield from proposals(scene, span, "colon", None, who[-1:])


def _mentions(scene: Scene, first: int, stop: int) -> list[Mention]:
    numbers = sorted({scene.sent_of[i] for i in range(first, stop)})
    return [m for n in numbers for m in scene.mentions_in[n] if first <= m.head < stop and not scene.quoted[m.head]]


def _echo(scene: Scene, token: Word) -> Iterator[Candidate]:
    """Yield "so did Y", "as did the Emirates": the same said by another."""
    after = [m for m in _mentions(scene, token.i + 2, min(token.i + 7, len(scene.doc))) if m.readings()]
    start, _ = scene.sents[scene.sent_of[token.i]]
    said = next((t for t in reversed(scene.doc[start : token.i]) if act_of(t)), None)
    if not after or said is None:
        return
    span = trimmed(scene, token.i, after[0].stop)
    if span:
        yield from proposals(scene, span, "echo", said, [(after[0], "subject")])
