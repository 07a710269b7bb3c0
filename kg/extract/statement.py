"""Statements: who said what, in quotation marks or reported."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from spacy.tokens import Token

from kg.cast import Mention
from kg.extract.candidate import DEPS, Draft, Scene, one_hot
from kg.lexicon import frames
from kg.records import Span

ACTS = (
    "say",
    "announce",
    "affirm",
    "praise",
    "accuse",
    "criticise",
    "deny",
    "demand",
    "promise",
    "warn",
    "propose",
    "invite",
)
KINDS = ("quote", "clause", "infinitive", "object", "of", "according", "noun", "whole", "turn")
LINKS = ("subject", "agent", "paper", "inherited", "poss", "according", "near", "before", "previous", "turn")
_TRIM_LEFT = frozenset({"that", "whether", '"', ",", "'", ":", "—", "–", "-", "how", "if"})
_TRIM_RIGHT = frozenset({",", ".", '"', "'", ";", ":", "—", "–", "-", "!"})
_CAUSE = frozenset({"let", "make", "have", "get", "help", "see", "watch", "ensure", "want", "mean", "show", "keep"})
_PAPERS = frozenset(
    {
        "statement",
        "communique",
        "communiqué",
        "release",
        "report",
        "tweet",
        "post",
        "letter",
        "readout",
        "note",
        "message",
        "speech",
        "interview",
        "spokesperson",
        "bulletin",
        "declaration",
    }
)
_WHOLE = frozenset({"deny", "criticise", "accuse", "praise", "invite", "demand"})
_OBJECT_ACTS = frozenset(
    {"deny", "criticise", "praise", "demand", "promise", "affirm", "propose", "announce", "warn", "accuse"}
)


@dataclass
class Candidate:
    """Some words and someone who may have said them; ``cue`` is the verb or noun of saying, if there is one."""

    content: Span
    kind: str
    link: str
    speaker: Mention
    entity: int
    cue: Token | None
    direct: bool
    features: list[float]
    act: str


@lru_cache(maxsize=1)
def _acts() -> dict[str, str]:
    found: dict[str, str] = {}
    for act in ("say", *ACTS[1:]):
        for verb in frames()["statement"]["verbs"].get(act, []):
            found.setdefault(verb, act)
    return found


@lru_cache(maxsize=1)
def _nouns() -> dict[str, str]:
    return {noun: act for act, words in frames()["statement"]["nouns"].items() for noun in words}


def act_of(token: Token) -> str | None:
    """Return the act that a verb or noun of saying most often performs, None for other words."""
    lemma = token.lemma_.lower()
    if token.pos_ in {"VERB", "AUX"} or token.tag_.startswith("VB"):
        return _acts().get(lemma)
    return _nouns().get(lemma)


def candidates(scene: Scene) -> list[Candidate]:
    """Return the possible statements: reported clauses with their subjects, quotations with whoever stands near."""
    found: list[Candidate] = []
    for token in scene.doc:
        if scene.quoted[token.i]:
            continue
        if (token.pos_ == "VERB" or token.tag_.startswith("VB")) and (act_of(token) or _reports(token)):
            found.extend(_of_verb(scene, token))
        elif token.pos_ == "NOUN" and token.lemma_.lower() in _nouns():
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
        candidate.features = candidate.features[:1] + _features(scene, candidate, rivals[candidate.content])
    return made


def _reports(token: Token) -> bool:
    """Say whether an unlisted verb takes a that-clause or a colon and quotation, as verbs of saying do."""
    return token.lemma_ not in _CAUSE and any(c.dep_ == "ccomp" for c in token.children)


# -- speakers -----------------------------------------------------------------------------------------------------


def _speakers(scene: Scene, verb: Token) -> Iterator[tuple[Mention, str]]:
    token, link = verb, "subject"
    for _ in range(4):
        subjects = [c for c in token.children if c.dep_ in {"nsubj", "nsubjpass"}]
        agents = [g for c in token.children if c.dep_ == "agent" for g in c.children if g.dep_ == "pobj"]
        if agents and token.i == verb.i:
            for agent in agents:
                yield from _at(scene, agent, "agent")
            return
        if token.i == verb.i and any(c.dep_ == "nsubjpass" for c in token.children):
            return  # who "was asked" did not ask
        if subjects:
            for subject in subjects:
                yield from _at(scene, subject, link)
            return
        if token.dep_ in {"acl", "relcl"}:
            yield from _at(scene, token.head, "inherited")
            return
        if token.dep_ in {"conj", "xcomp", "advcl", "pcomp", "ccomp", "prep", "dep"} and token.head.i != token.i:
            token, link = token.head, "inherited"
            continue
        return


def _at(scene: Scene, token: Token, link: str) -> Iterator[tuple[Mention, str]]:
    for part in (token, *token.conjuncts):
        mention = scene.cast.at.get(part.i) or scene.cast.covering.get(part.i)
        if mention is not None and mention.entities:
            yield mention, link
        elif part.lemma_.lower() in _PAPERS:
            yield from _issuer(scene, part)


def _issuer(scene: Scene, paper: Token) -> Iterator[tuple[Mention, str]]:
    """Yield who speaks through "a Foreign Office statement", "a statement by the embassy", "the minister's tweet"."""
    for child in paper.children:
        if child.dep_ in {"compound", "poss", "nmod", "amod"}:
            yield from ((m, "paper") for m, _ in _at(scene, child, "paper"))
        elif child.dep_ in {"acl", "prep", "relcl"}:
            for inner in (child, *child.children):
                if inner.dep_ == "agent" or inner.lower_ in {"by", "from", "of"}:
                    for target in inner.children:
                        if target.dep_ == "pobj":
                            yield from ((m, "paper") for m, _ in _at(scene, target, "paper"))


def _make(
    scene: Scene,
    content: Span,
    kind: str,
    cue: Token | None,
    speakers: Iterator[tuple[Mention, str]],
    *,
    act: str | None = None,
) -> Iterator[Candidate]:
    text = scene.parsed.text
    if len(content.of(text).split()) < 1 or content.end <= content.start:
        return
    direct = kind in {"quote", "turn"} or any(
        q.span.start < content.end and content.start < q.span.end for q in scene.quotes
    )
    for mention, link in speakers:
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


# -- contents -----------------------------------------------------------------------------------------------------


def _of_verb(scene: Scene, verb: Token) -> Iterator[Candidate]:
    speakers = list(_speakers(scene, verb))
    if not speakers:
        return
    act = act_of(verb)
    for child in verb.children:
        if child.dep_ in {"ccomp", "parataxis"} and not (child.i < verb.i and act is None):
            span, kind = _clause(scene, child, verb)
            if span:
                yield from _make(scene, span, kind, verb, iter(speakers))
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
                piece = _trimmed(scene, part.left_edge.i, stop)
                if piece:
                    yield from _make(scene, piece, "clause", verb, iter(speakers))
        elif child.dep_ == "xcomp" and act is not None:
            span, kind = _clause(scene, child, verb)
            if span:
                yield from _make(scene, span, "infinitive" if kind == "clause" else kind, verb, iter(speakers))
        elif child.dep_ == "dobj" and act in _OBJECT_ACTS and verb.lemma_ != "undertake":
            span, kind = _clause(scene, child, verb)
            if span:
                yield from _make(scene, span, "object" if kind == "clause" else kind, verb, iter(speakers))
        elif (
            child.dep_ == "prep"
            and child.lower_ in {"of", "for", "against", "as", "on", "about", "over", "with", "to"}
            and act is not None
            and act not in {"say", "announce", "affirm"}
            and verb.lemma_ != "undertake"
        ):
            for inner in child.children:
                if inner.dep_ in {"pobj", "pcomp"}:
                    span, kind = _clause(scene, inner, verb)
                    if span:
                        yield from _make(scene, span, "of" if kind == "clause" else kind, verb, iter(speakers))
        elif (
            child.dep_ == "nsubjpass"
            and act in {"deny", "criticise", "praise", "accuse"}
            and any(c.dep_ == "agent" for c in verb.children)
        ):
            _, stop = scene.sents[scene.sent_of[verb.i]]
            span = _trimmed(scene, verb.left_edge.i, min(verb.right_edge.i + 1, stop))
            if span:
                yield from _make(scene, span, "whole", verb, iter(speakers))
    if act in _WHOLE or verb.lemma_.lower() in {"describe", "express", "call"}:
        # "Dhaka and Washington have both rejected this" says nothing without its subject.
        short = verb.right_edge.i - verb.i < 4
        span = _trimmed(scene, verb.left_edge.i if short else verb.i, verb.right_edge.i + 1)
        if span:
            yield from _make(scene, span, "whole", verb, iter(speakers))


def _clause(scene: Scene, child: Token, verb: Token) -> tuple[Span | None, str]:
    """Return the span of what hangs below ``child``, without its conjunction and marks; a quotation if it is one."""
    first, stop = child.left_edge.i, child.right_edge.i + 1
    if child.i > verb.i and first < verb.i:
        first = verb.i + 1
    elif verb.i == stop - 1:
        stop = verb.left_edge.i if verb.left_edge.i > first else verb.i
    span = _trimmed(scene, first, stop)
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


def _trimmed(scene: Scene, first: int, stop: int) -> Span | None:
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


def _of_noun(scene: Scene, noun: Token) -> Iterator[Candidate]:
    owners: list[tuple[Mention, str]] = []
    for child in noun.children:
        if child.dep_ in {"poss", "compound", "nmod", "amod"}:
            owners.extend(_at(scene, child, "poss"))
        if child.dep_ in {"prep", "agent"} and child.lower_ in {"by", "from"}:
            owners.extend(p for g in child.children if g.dep_ == "pobj" for p in _at(scene, g, "poss"))
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
            span, kind = _clause(scene, inner, noun)
            if span:
                yield from _make(scene, span, "noun" if kind == "clause" else kind, noun, iter(owners))


def _according(scene: Scene, token: Token) -> Iterator[Candidate]:
    to = scene.doc[token.i + 1]
    targets = [c for c in (*to.children, *token.children) if c.dep_ == "pobj"]
    speakers = [pair for t in targets for pair in _at(scene, t, "according")]
    if not speakers:
        return
    start, stop = scene.sents[scene.sent_of[token.i]]
    last = max(t.right_edge.i + 1 for t in targets)
    pieces = [(start, token.i), (last, stop)]
    first, end = max(pieces, key=lambda p: p[1] - p[0])
    span = _trimmed(scene, first, end)
    if span is None:
        return
    kind = "according"
    for quote in scene.quotes:
        inside = min(span.end, quote.span.end) - max(span.start, quote.span.start)
        if inside > 0.8 * (span.end - span.start):
            span, kind = quote.span, "quote"
            break
    yield from _make(scene, span, kind, token, iter(speakers), act="say")


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
            yield from _make(scene, quote.span, "quote", cue, _speakers(scene, cue))
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
        speaker = _labelled(scene, label)
        span = _trimmed(scene, *scene.sents[number])
        if speaker is not None and span is not None:
            end = span.end + (scene.parsed.text[span.end : span.end + 1] in {".", "!", "?"})
            yield from _make(scene, Span(span.start, end), "turn", None, iter([(speaker, "turn")]))


def _labelled(scene: Scene, label: str) -> Mention | None:
    people = [
        m
        for m in sorted(scene.cast.mentions, key=lambda m: m.first)
        if m.entities and scene.cast.entities[m.entities[0]].kind == "person"
    ]
    words = set(label.replace(".", " ").split())
    for mention in people:
        if words & set(scene.parsed.words(mention.first, mention.stop).lower().split()) - {
            "mr",
            "mrs",
            "ms",
            "the",
            "minister",
            "president",
            "secretary",
        }:
            return mention
    return people[0] if people else None


def _close_cue(scene: Scene, first: int, stop: int) -> Token | None:
    doc = scene.doc
    for i in [*range(stop, min(stop + 8, len(doc))), *range(first - 1, max(first - 8, -1), -1)]:
        token: Token = doc[i]
        if not scene.quoted[i] and act_of(token) and token.pos_ == "VERB":
            return token
    return None


# -- features -----------------------------------------------------------------------------------------------------

_MODALS = ("must", "should", "will", "would", "can", "may")


def _features(scene: Scene, candidate: Candidate, rivals: int) -> list[float]:
    doc, text = scene.doc, scene.parsed.text
    mention = candidate.speaker
    entity = scene.cast.entities[candidate.entity]
    first = bisect_left(scene.parsed.starts, candidate.content.start)
    stop = max(first + 1, bisect_left(scene.parsed.starts, candidate.content.end))
    first = min(first, len(doc) - 1)
    content = candidate.content.of(text)
    words = content.lower().split()
    quoted = sum(
        max(0, min(q.span.end, candidate.content.end) - max(q.span.start, candidate.content.start))
        for q in scene.quotes
    )
    cue = candidate.cue
    clause = scene.clause(cue) if cue is not None else None
    head = doc[mention.head]
    apart = min(abs(mention.head - first), abs(mention.head - stop))
    features = (
        one_hot(candidate.kind, KINDS)
        + one_hot(candidate.link, LINKS)
        + one_hot(candidate.act, ACTS)
        + one_hot(head.dep_, DEPS)
    )
    features += [
        float(cue is not None),
        float(cue is not None and act_of(cue) is not None),
        float(abs(cue.i - mention.head)) if cue is not None else 40.0,
        float(min(abs(cue.i - first), abs(cue.i - stop))) if cue is not None else 40.0,
        float(cue is not None and head.head.i == cue.i),
        float(apart),
        float(mention.first >= stop),
        float(scene.sent_of[mention.head] == scene.sent_of[first]),
        float(scene.sent_of[mention.head] == scene.sent_of[min(stop, len(doc)) - 1]),
        float(mention.kind == "pronoun"),
        float(mention.kind == "role"),
        float(mention.kind in {"state", "capital"}),
        float(mention.kind == "group"),
        float(mention.kind == "organization"),
        mention.score,
        float(entity.kind == "person"),
        float(entity.named),
        float(len(words)),
        quoted / max(1, len(content)),
        float(content[:1].isupper()),
        float(content[-1:] in ".!?,"),
        float(text[candidate.content.end : candidate.content.end + 2].strip()[:1] in {",", ".", "”", '"'})
        if candidate.content.end < len(text)
        else 1.0,
        float(rivals),
        float(scene.zone(mention.head) in {"headline", "deck"}),
        float(scene.quoted[first]),
        float(len(mention.entities)),
        sum(word[:1].isupper() for word in content.split()) / max(1, len(words)),
        float(
            first > 0
            and doc[first - 1].text in {'"', "'"}
            and first > 1
            and doc[first - 2].pos_ in {"ADP", "DET", "NOUN", "ADJ"}
        ),
        float(any(word in {"we", "i", "our", "us", "my"} for word in words)),
        float(any(word in {"not", "no", "never", "n't", "neither"} or word.endswith(("n't", "n’t")) for word in words)),
    ]
    features += [float(modal in words) for modal in _MODALS]
    features += list(clause.flags) if clause is not None else [0.0] * 19
    features += (scene.senses.of(cue) if cue is not None else np.zeros(len(scene.senses.names))).tolist()
    root = doc[first:stop].root
    features += scene.senses.of(root).tolist()
    features += one_hot(root.dep_, ("ROOT", "ccomp", "xcomp", "dobj", "pobj", "pcomp", "conj", "advcl"))
    return features


def act_features(scene: Scene, candidate: Candidate) -> list[float]:
    """Return what tells the act: the statement's own features and the meaning of the quoted words."""
    first = bisect_left(scene.parsed.starts, candidate.content.start)
    stop = max(first + 1, bisect_left(scene.parsed.starts, candidate.content.end))
    tokens = [t for t in scene.doc[first:stop] if t.pos_ in {"VERB", "NOUN", "ADJ", "AUX"}]
    mean = np.mean([scene.senses.of(t) for t in tokens], axis=0) if tokens else np.zeros(len(scene.senses.names))
    top = np.max([scene.senses.of(t) for t in tokens], axis=0) if tokens else np.zeros(len(scene.senses.names))
    return candidate.features + mean.tolist() + top.tolist()


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
        candidate.speaker is rival.speaker
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
