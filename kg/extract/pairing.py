"""What the models look at in two actors of a sentence, to tell whether it says that they met."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kg.cast import Mention
from kg.extract.candidate import DEPS, PREPS, Scene, anchor, meet, one_hot
from kg.extract.words import Word

CUES = (
    "meeting.verb",
    "meeting.receive",
    "meeting.call",
    "meeting.hold",
    "meeting.noun",
    "meeting.phone",
    "meeting.video",
)
"""The groups of words that open the frame of a meeting."""
STRONG = ("meeting.verb", "meeting.noun", "meeting.call", "meeting.receive")
"""Those that say by themselves that people met."""
FILLED = 0
"""Where in a row it says how many of the cue's places, subject and object, the two fill."""
_LINKS = ("conj", "ccomp", "relcl", "acl", "advcl", "appos", "prep", "poss", "xcomp", "parataxis")
_SAYING = tuple(
    f"statement.{act}"
    for act in ("say", "announce", "affirm", "praise", "accuse", "criticise", "deny", "demand", "promise", "warn")
)
_FILLING = frozenset({"pobj", "dobj", "nsubjpass", "poss", "compound"})
_WITH = frozenset({"with", "between"})
_MUTUAL = frozenset({"each", "together", "both", "jointly", "alongside", "face", "counterpart", "opposite"})


@dataclass(frozen=True)
class Party:
    """An actor as one side of a pair: the mention that may stand for it and how sure that reading is.

    ``guess`` says whence the reading comes where coreference does not give it: ``subject`` or ``recent`` (of a sentence
    before) or ``frequent``, for a mention of this sentence or, if ``away``, for somebody that the sentence leaves out.
    """

    entity: int
    mention: Mention
    sure: float
    guess: str = ""
    away: bool = False


@dataclass(frozen=True)
class _Cue:
    """What is the same for all pairs of a cue: its subjects, the words below it, its groups, and its row's end."""

    subjects: set[int]
    steps: int
    below: frozenset[int]
    groups: tuple[float, ...]
    row: tuple[float, ...]

    @classmethod
    def of(cls, scene: Scene, cue: Word) -> _Cue:
        """Look at a cue once."""
        subjects, steps = scene.subjects(cue)
        groups = scene.senses.groups(cue)
        below = frozenset(g.i for c in cue.children for g in (c, *c.children) if g.dep_ in _FILLING)
        row = (*scene.clause(cue).flags, *scene.senses.row(cue))
        return cls(subjects, steps, below, tuple(float(name in groups) for name in CUES), row)


@dataclass
class Together:
    """Of one article: how often each actor is mentioned, and which sentences mention two of them."""

    totals: Counter[int] = field(default_factory=Counter)
    mentions: dict[int, list[Mention]] = field(default_factory=dict)
    sentences: dict[int, list[int]] = field(default_factory=dict)
    cued: set[int] = field(default_factory=set)
    cues: dict[int, _Cue] = field(default_factory=dict)

    @classmethod
    def of(cls, scene: Scene) -> Together:
        """Count the mentions of a scene."""
        made = cls(Counter(e for m in scene.cast.mentions for e in m.entities))
        for number, mentions in enumerate(scene.mentions_in):
            for mention in sorted(mentions, key=lambda m: m.head):
                for entity in mention.entities:
                    made.mentions.setdefault(entity, []).append(mention)
            for entity in {e for m in mentions for e in m.entities}:
                made.sentences.setdefault(entity, []).append(number)
            if scene.listed(number, STRONG):
                made.cued.add(number)
        return made

    def features(self, a: int, b: int, number: int) -> list[float]:
        """Return how many sentences mention both, with and without a word of meeting, and which of them this is."""
        both = sorted(set(self.sentences.get(a, ())) & set(self.sentences.get(b, ())))
        cued = [n for n in both if n in self.cued]
        return [
            float(len(both)),
            float(len(cued)),
            float(sum(1 for n in both if n < number)),
            float(sum(1 for n in cued if n < number)),
        ]


def features(scene: Scene, number: int, one: Party, two: Party, cue: Word, together: Together) -> list[float]:
    """Return the row of a pair of one sentence; ``cue`` is the word that would say that they met."""
    doc, senses = scene.doc, scene.senses
    a, b = one.entity, two.entity
    start, _ = scene.sents[number]
    left, right = one.mention, two.mention
    first, second = anchor(doc[left.head]), anchor(doc[right.head])
    top, up_a, up_b = meet(first, second)
    same = left is right or first.i == second.i
    listed = scene.listed(number, STRONG)
    nearest = min((min(abs(t.i - left.head), abs(t.i - right.head)) for t in listed), default=40)
    low, high = sorted((left.head, right.head))
    ea, eb = scene.cast.entities[a], scene.cast.entities[b]
    prep_a = first.head.lower_ if first.dep_ == "pobj" else ""
    prep_b = second.head.lower_ if second.dep_ == "pobj" else ""
    owner_b = second.head.head if second.dep_ == "pobj" else second.head
    if cue.i not in together.cues:
        together.cues[cue.i] = _Cue.of(scene, cue)
    of_cue = together.cues[cue.i]
    subjects, below = of_cue.subjects, of_cue.below
    a_is, b_is = {first.i, left.head}, {second.i, right.head}
    fill_a, fill_b = bool(subjects & a_is), bool(subjects & b_is)
    filled = 2 if same and fill_a else int(fill_a or fill_b) + int(bool(below & (b_is if fill_a else a_is)))
    with_ = scene.tally(_WITH)
    zone = scene.zone(left.head)
    people = scene.mentions_in[number]
    found = [
        float(filled),
        *of_cue.groups,
        float(fill_a),
        float(fill_b),
        float(of_cue.steps),
        float(bool(below & a_is)),
        float(bool(below & b_is)),
        float(bool(subjects) and not subjects & (a_is | b_is)),
        float(with_[high] > with_[max(start, low)]),
        float(sum(1 for m in people if low < m.head < high and m.entities and m.kind in {"name", "role", "pronoun"})),
        float(same),
        float(left.kind == "pronoun"),
        float(right.kind == "pronoun"),
        float(left.kind == "role"),
        float(right.kind == "role"),
        float(right.kind in {"group", "organization"}),
        float(right.kind in {"state", "capital"}),
        float(left.kind in {"group", "organization", "state", "capital"}),
        float(len(left.entities)),
        float(len(right.entities)),
        one.sure,
        two.sure,
        float(one.guess == "frequent"),
        float(two.guess == "frequent"),
        float(one.guess == "recent"),
        float(two.guess == "recent"),
        float(one.guess == "subject"),
        float(two.guess == "subject"),
        float(one.away) + 2 * float(two.away),
        float(scene.protagonist in (a, b)),
        float(ea.country is not None and ea.country == eb.country),
        float(ea.country is not None and eb.country is not None and ea.country != eb.country),
        float(ea.named and eb.named),
        float(bool(ea.roles)) + float(bool(eb.roles)),
        float(high - low),
        float(min(up_a, 12)),
        float(min(up_b, 12)),
        float(min(nearest, 40)),
        float(len(listed)),
        float(sum(1 for t in listed if low <= t.i <= high)),
        float(max(0, scene.verbs[high] - scene.verbs[max(low, start)])),
        float(sum(1 for m in people if m.kind in {"name", "role"})),
        float(scene.quoted[left.head]),
        float(scene.quoted[right.head]),
        float(zone in {"headline", "deck"}),
        float(zone == "caption"),
        float(number),
        float(bool(scene.dates_in[number])),
        float(bool(scene.places_in[number])),
        float(second in first.conjuncts),
        float(top is not None and top.i == cue.i),
        float(first.head.i == cue.i),
        float(owner_b.i == cue.i),
        float(
            right.role is not None
            and right.role.owner is not None
            and scene.cast.covering.get(right.role.owner) is not None
            and a in scene.cast.covering[right.role.owner].entities
        ),
        float(together.totals[a]),
        float(together.totals[b]),
    ]
    found += _way(scene, first, top) + _way(scene, second, top)
    found += _beside(scene, number, cue, one) + _beside(scene, number, cue, two)
    found += together.features(a, b, number)
    found += one_hot(first.dep_, DEPS)
    found += one_hot(second.dep_, DEPS)
    found += one_hot(prep_a, PREPS)
    found += one_hot(prep_b, PREPS)
    found += of_cue.row
    found += senses.row(top if top is not None else cue)
    found += senses.row(owner_b)
    return found


def _way(scene: Scene, token: Word, top: Word | None) -> list[float]:
    """Return what lies on the way from a word up to the word above both: links by kind, verbs, words of saying."""
    links: Counter[str] = Counter()
    verbs = saying = 0
    while top is not None and token.i != top.i:
        links[token.dep_] += 1
        token = token.head
        verbs += token.pos_ == "VERB"
        saying += scene.senses.listed(token, *_SAYING)
    return [*(float(links[link]) for link in _LINKS), float(verbs), float(saying)]


def _beside(scene: Scene, number: int, cue: Word, party: Party) -> list[float]:
    """Return where a party stands to the cue: the words between, on which side, and how many others stand between."""
    if party.away:
        return [60.0, 0.0, 0.0, 0.0]
    low, high = sorted((party.mention.head, cue.i))
    mutual = scene.tally(_MUTUAL)
    others = [
        m
        for m in scene.mentions_in[number]
        if low < m.head < high and m.kind in {"name", "role", "pronoun"} and party.entity not in m.entities
    ]
    return [
        float(min(high - low, 60)),
        float(party.mention.head < cue.i),
        float(len({e for m in others for e in m.entities if scene.cast.entities[e].kind == "person"})),
        float(mutual[high] > mutual[low]),
    ]
