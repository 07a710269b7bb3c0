"""Who speaks: the subject of a verb of saying, whoever issues a paper, whom a transcript labels."""

from __future__ import annotations

from collections.abc import Iterator

from kg.cast import Mention
from kg.extract.candidate import Scene
from kg.extract.clause import verb_of
from kg.extract.words import Word

DOUBT = 0.6
"""The confidence of a pronoun's or a title's reading below which others are offered as well."""

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


def speakers(scene: Scene, verb: Word) -> Iterator[tuple[Mention, str]]:
    """Yield who may be the subject of a verb of saying, its own or that of the verb it hangs on, with the link."""
    token, link = verb, "subject"
    for _ in range(4):
        subjects = [c for c in token.children if c.dep_ in {"nsubj", "nsubjpass"}]
        agents = [g for c in token.children if c.dep_ == "agent" for g in c.children if g.dep_ == "pobj"]
        if agents and token.i == verb.i:
            for agent in agents:
                yield from named_by(scene, agent, "agent")
            return
        if token.i == verb.i and any(c.dep_ == "nsubjpass" for c in token.children):
            return  # who "was asked" did not ask
        if subjects:
            named = [pair for subject in subjects for pair in named_by(scene, subject, link)]
            yield from named
            if all(m.kind in {"pronoun", "role"} and len(m.entities) < 2 and m.score < DOUBT for m, _ in named):
                yield from guessed(scene, subjects[0], {e for m, _ in named for e, _ in m.readings()})
            return
        if (
            token.dep_ == "acl"
            and token.i == verb.i
            and verb.tag_ == "VBN"
            and token.head.dep_ in {"nsubj", "nsubjpass"}
        ):
            return  # "Isaias, asked to do likewise, does not"
        if token.dep_ in {"acl", "relcl"}:
            named = list(named_by(scene, token.head, "inherited"))
            yield from named
            governor = verb_of(token.head)
            if named or token.dep_ == "relcl" or governor.i in {token.i, token.head.i}:
                return
            # "welcomed the treaty, called for patience": the parse may hang the second verb on the first one's object.
            token, link = governor, "inherited"
            continue
        if (
            token.dep_ in {"conj", "acomp", "oprd", "xcomp", "advcl", "pcomp", "ccomp", "prep", "dep"}
            and token.head.i != token.i
        ):
            token, link = token.head, "inherited"
            continue
        return


def named_by(scene: Scene, token: Word, link: str) -> Iterator[tuple[Mention, str]]:
    """Yield the actors that a token and those joined to it name, and the issuers where one is a paper."""
    for part in (token, *token.conjuncts, *(c for c in token.children if c.dep_ == "appos")):
        mention = scene.cast.at.get(part.i) or scene.cast.covering.get(part.i)
        if mention is not None and (mention.entities or mention.rivals):
            yield mention, link
        elif part.base in _PAPERS:
            yield from _issuer(scene, part)


def guessed(scene: Scene, subject: Word, known: set[int]) -> Iterator[tuple[Mention, str]]:
    """Yield who a subject may stand for that was not resolved: those of its sentence and two before, subjects first.

    At most four actors who are not known as readings already; the judge chooses among them or none.
    """
    if subject.tag_ in {"EX", "WDT"} or subject.lower_ in {"it", "this", "that", "which", "what", "nobody", "one"}:
        return
    seen: set[int] = set()
    number = scene.sent_of[subject.i]
    for back in range(3):
        if number - back < 0 or len(seen) >= 4:
            return
        near = [
            m
            for m in scene.mentions_in[number - back]
            if len(m.entities) == 1 and m.head < subject.i and not scene.quoted[m.head] and m.kind != "demonym"
        ]
        for mention in sorted(near, key=lambda m: (scene.doc[m.head].dep_ not in {"nsubj", "nsubjpass"}, -m.head)):
            if mention.entities[0] not in seen | known and len(seen) < 4:
                seen.add(mention.entities[0])
                yield mention, "guess"


def _issuer(scene: Scene, paper: Word) -> Iterator[tuple[Mention, str]]:
    """Yield who speaks through "a Foreign Office statement", "a statement by the embassy", "the minister's tweet"."""
    for child in paper.children:
        if child.dep_ in {"compound", "poss", "nmod", "amod"}:
            yield from ((m, "paper") for m, _ in named_by(scene, child, "paper"))
        elif child.dep_ in {"acl", "prep", "relcl"}:
            for inner in (child, *child.children):
                if inner.dep_ == "agent" or inner.lower_ in {"by", "from", "of"}:
                    for target in inner.children:
                        if target.dep_ == "pobj":
                            yield from ((m, "paper") for m, _ in named_by(scene, target, "paper"))


def labelled(scene: Scene, label: str) -> Mention | None:
    """Return the person whom a transcript's label names, or else the article's first."""
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
