"""Role phrases: "the Italian foreign minister", "former prime minister", "Kohl's spokesman", "the two leaders"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from kg.lexicon import roles

FORMER = frozenset({"former", "ex", "late", "ousted", "deposed", "erstwhile", "onetime", "ex-"})
_PASSING = frozenset(
    {
        "then", "outgoing", "incoming", "new", "newly", "visiting", "young", "veteran", "incumbent", "current",
        "elected", "appointed",
        "senior", "top", "retired", "old", "longtime", "second", "third", "brand", "embattled", "exiled", "acting",
        "first", "unnamed", "same", "own",
    }
)  # fmt: skip
_NUMBERS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
COUNTED = frozenset({"two", "both", "three", "four", "five", "six", "seven", "pair", "duo", "trio"})
"""Words that stand for people by their number alone: "the two", "the pair"."""
SIDES = frozenset(
    {"side", "country", "nation", "state", "neighbour", "neighbor", "government", "capital", "party", "foe", "rival"}
)
"""What two states are called together: "the two sides", "both capitals"."""
_LINKS = frozenset({"of", "for", "to", "on"})
_REALMS = frozenset(
    {"state", "affairs", "foreign", "external", "relations", "defence", "defense", "government", "staff",
     "parliament", "intelligence", "trade",
     "finance", "security", "policy", "council", "board", "delegation", "mission", "cooperation", "development",
     "energy", "interior", "justice",
     "lawmakers", "commission", "opposition", "house", "senate", "war", "army", "economy", "commerce", "health",
     "information", "agriculture"}
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """A role phrase: tokens ``first`` to ``stop - 1``, the head noun at ``head``.

    ``title`` keeps the words of the office alone ("Foreign Minister"); ``countries`` are alpha-2 codes in the order of
    the text, ``organisations`` keys; ``owner`` is the token of a possessive ("his", "Kohl's") or None;
    ``number`` is 1, 2, 3 … or 0 for a plural without a number.
    """

    first: int
    stop: int
    head: int
    title: str
    lemma: str
    kind: str
    countries: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    former: bool = False
    owner: int | None = None
    number: int = 1
    definite: bool = False

    @property
    def words(self) -> frozenset[str]:
        """The title's words in lower case, for comparison with other titles."""
        return frozenset(self.title.lower().replace("-", " ").split())


Where = Mapping[int, tuple[str, str, int]]
"""Token index → (kind, key or country, index behind the hit): where the gazetteer knows a name."""


def _lemma(token: Token) -> str:
    low = token.lower_
    known = roles()
    if low in known.offices or low in known.persons or low in known.groups:
        return low
    for suffix, put in (("men", "man"), ("women", "woman"), ("ies", "y"), ("s", "")):
        if low.endswith(suffix):
            stem = low[: -len(suffix)] + put
            if stem in known.offices or stem in known.persons or stem in known.groups:
                return stem
    return low


def _is_head(token: Token) -> str | None:
    """Return office, person or group when the token heads a role phrase."""
    if token.pos_ not in {"NOUN", "PROPN", "ADJ"} and not token.text[:1].isupper():
        return None
    known = roles()
    lemma = _lemma(token)
    if lemma in known.offices:
        return "office"
    if lemma in known.persons:
        return "person"
    if lemma in known.groups:
        return "group"
    return None


def find_roles(doc: Doc, where: Where, *, is_name: Callable[[int], bool]) -> list[Role]:
    """Return the role phrases of a document, sorted by place; ``is_name`` says which tokens belong to a name."""
    found: list[Role] = []
    i = 0
    while i < len(doc):
        kind = None if is_name(i) or (i in where and where[i][0] in {"organisation", "place"}) else _is_head(doc[i])
        if kind is None or doc[i].ent_type_ == "GPE":
            i += 1
            continue
        # The head is the last role word of an unbroken run: "Vice-Premier and Foreign Minister", "chief executive".
        head = i
        while head + 1 < len(doc) and not is_name(head + 1) and doc[head].whitespace_ != "" and _is_head(doc[head + 1]):
            head += 1
        role = _phrase(doc, head, where, is_name, floor=max(found[-1].stop if found else 0, doc[head].sent.start))
        found.append(role)
        i = max(role.stop, head + 1)
    return found


def find_counted(doc: Doc, taken: Callable[[int], bool]) -> list[Role]:
    """Return plurals that no office names: "the two", "both", "the pair", "the two sides", "both capitals".

    ``taken`` says which tokens belong to another mention.
    """
    found: list[Role] = []
    for token in doc:
        low = token.lower_
        if taken(token.i) or low not in COUNTED or token.dep_ in {"preconj", "compound"}:
            continue
        first = token.i - 1 if token.i and doc[token.i - 1].lower_ in {"the", "these", "those", "all"} else token.i
        number = _NUMBERS.get(low, 3 if low == "trio" else 2)
        head = token.head
        if head.i > token.i and head.i - token.i <= 4 and token.dep_ in {"nummod", "det", "predet"}:
            lemma = head.lemma_.lower()
            if lemma in SIDES and head.tag_ in {"NNS", "NNPS"} and not taken(head.i):
                found.append(
                    Role(first, head.i + 1, head.i, doc[first : head.i + 1].text, lemma, "person", number=number,
                         definite=True)
                )  # fmt: skip
        elif (first < token.i or low == "both") and token.dep_ in _STANDING and not _followed(doc, token.i):
            found.append(Role(first, token.i + 1, token.i, token.text, low, "person", number=number, definite=True))
    return found


_NEVER_TITLE = frozenset({"DATE", "TIME", "GPE", "PERSON"})
_DESCRIBING = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "ADV", "PUNCT"})
"""What may stand between "the" and the noun: "the 57-year-old former soldier", "the French environment minister"."""
_STANDING = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "dative", "poss", "attr", "conj", "appos", "ROOT"})


def _followed(doc: Doc, i: int) -> bool:
    """Say whether a noun that the number counts comes next: "the two missiles", "two of them", "the two-hour"."""
    after = doc[i + 1] if i + 1 < len(doc) else None
    return after is not None and (after.pos_ in {"NOUN", "PROPN", "ADJ", "NUM"} or after.lower_ in {"of", "-"})


def _phrase(doc: Doc, head: int, where: Where, is_name: Callable[[int], bool], *, floor: int) -> Role:
    known = roles()
    title = [doc[head].text]
    countries: list[str] = []
    organisations: list[str] = []
    former = False
    owner: int | None = None
    number = 1
    definite = False
    starts = {stop - 1: (first, kind, key) for first, (kind, key, stop) in where.items()}
    left, office = doc[head].left_edge.i, _is_head(doc[head]) == "office"
    i = head - 1
    while i >= floor:
        token = doc[i]
        low = token.lower_
        if i in starts:
            first, kind, key = starts[i]
            if kind == "place" or (doc[i + 1].is_punct and doc[i + 1].text != "-"):
                break
            if kind in {"state", "demonym", "capital"}:
                countries.insert(0, key)
            elif kind == "organisation":
                organisations.insert(0, key)
                if first < floor:
                    break
            i = first - 1
            continue
        if low in {"'s", "'"} or token.tag_ == "POS":
            if i - 1 in starts and starts[i - 1][1] in {"state", "capital", "organisation"}:
                i -= 1
                continue
            owner = i - 1
            j = i - 1
            while j > floor and is_name(j - 1):
                j -= 1
            i = j - 1
            break
        if token.tag_ == "PRP$":
            owner, definite = i, True
            i -= 1
            break
        if low in FORMER or low.startswith("ex-") or (low == "-" and i > 0 and doc[i - 1].lower_ == "ex"):
            former = True
        elif low in _NUMBERS:
            number = _NUMBERS[low]
        elif low in {"the", "this", "that", "those", "these"}:
            definite = True
            i -= 1
            break
        elif low in {"a", "an", "some", "several", "many", "no", "any", "another"}:
            i -= 1
            break
        elif (
            low in known.modifiers or low in known.offices or (low in known.groups and token.pos_ in {"NOUN", "PROPN"})
        ):
            title.insert(0, token.text)
        elif low in _PASSING or (
            low in {"-", "–"} and not token.whitespace_ and i > floor and not doc[i - 1].whitespace_
        ):
            pass
        elif (
            low in {"and", "&"}
            and i > floor
            and doc[i - 1].lower_ in (known.offices | known.modifiers)
            and doc[i - 1].text[:1].isupper()
        ):
            title.insert(0, token.text)
        elif token.pos_ in {"ADJ"} and token.dep_ in {"amod"} and token.head.i >= head - 2 and not is_name(i):
            pass
        elif (
            token.pos_ == "PROPN"
            and token.dep_ in {"compound", "nmod"}
            and not is_name(i)
            and token.text.isupper()
            and len(token.text) <= 5
        ):
            title.insert(0, token.text)
        elif (
            i >= left
            and not is_name(i)
            and token.pos_ in _DESCRIBING
            and (token.ent_type_ not in _NEVER_TITLE or doc[i + 1].text == "-")
        ):
            if office and token.dep_ == "compound" and i + 1 == head - len(title) + 1:
                title.insert(0, token.text)
        else:
            break
        i -= 1
    first = i + 1
    stop = head + 1
    # "of Foreign Affairs", "to the United Nations", "of Italy and Germany", "of the Republic of South Africa"
    while stop < len(doc) and (
        doc[stop].lower_ in _LINKS
        or (
            doc[stop].lower_ in {"-", "–"}
            and stop + 1 < len(doc)
            and doc[stop + 1].lower_ in {"designate", "elect", "general"}
        )
    ):
        link = doc[stop].lower_
        if link in {"-", "–"}:
            title += ["-", doc[stop + 1].text]
            stop += 2
            continue
        j = stop + 1
        words: list[str] = []
        taken = False
        while j < len(doc):
            low = doc[j].lower_
            if j in where:
                kind, key, behind = where[j]
                if kind in {"state", "demonym", "capital"}:
                    countries.append(key)
                elif kind == "organisation":
                    organisations.append(key)
                    words.append(doc[j:behind].text)
                taken = True
                j = behind
            elif low in {"the", "then"} and not taken:
                j += 1
            elif (
                low in {"and", ","}
                and taken
                and j + 1 < len(doc)
                and ((j + 1 in where and where[j + 1][0] in {"state", "capital"}) or doc[j + 1].lower_ in _REALMS)
            ):
                if j + 1 not in where:
                    words.append(low)
                j += 1
            elif low in _REALMS or (
                link == "of" and low in {"republic", "kingdom", "federation", "union", "member", "states"}
            ):
                words.append(doc[j].text)
                taken = True
                j += 1
            elif low == "of" and taken:
                j += 1
            else:
                break
        if not taken:
            break
        kept = [
            word
            for word in words
            if word.lower() not in {"republic", "kingdom", "federation", "member", "states", "union"}
        ]
        if kept and kept[0] not in {"and", ","}:
            title += [link, *kept]
        stop = j
        while doc[stop - 1].lower_ in {"of", "the", "and", ","}:
            stop -= 1
    plural = doc[head].lower_ != _lemma(doc[head]) or doc[head].tag_ in {"NNS", "NNPS"}
    kind = _is_head(doc[head]) or "person"
    if plural and kind != "group" and number == 1:
        number = 0
    if number > 1 and not plural:
        number = 1
    return Role(
        first=first,
        stop=stop,
        head=head,
        title=_join(title),
        lemma=_lemma(doc[head]),
        kind=kind,
        countries=tuple(dict.fromkeys(countries)),
        organisations=tuple(dict.fromkeys(organisations)),
        former=former,
        owner=owner,
        number=number if plural else 1,
        definite=definite or doc[first].lower_ in {"the"},
    )


def _join(words: list[str]) -> str:
    text = " ".join(words)
    return text.replace(" - ", "-").replace(" -", "-").replace("- ", "-")
