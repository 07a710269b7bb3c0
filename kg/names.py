"""Names of people in running text: where they stand, and which of them are one person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache

from spacy.tokens import Doc

from kg.authority import Authority
from kg.known import Person
from kg.lexicon import frames, roles
from kg.roles import Where
from kg.spelling import normalise
from kg.titles import HIGHEST

_PARTICLES = frozenset(
    {"al", "el", "bin", "ibn", "bint", "abu", "abd", "ben", "de", "da", "di", "do", "dos", "das", "del", "della", "van",
     "von", "der", "den", "la", "le", "ul", "ur", "y", "e", "ter", "ten", "zu", "af", "ould", "-", "–", "d'", "o'"}
)  # fmt: skip
_NOT_NAMES = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
     "april", "june", "july", "august", "september", "october", "november", "december", "the", "a", "an", "in", "on",
     "at", "but", "and", "or", "if", "for", "from", "to", "it", "he", "she", "they", "we", "i", "his", "her", "its",
     "their", "asked", "photo", "file", "gmt", "est", "yes", "no", "not", "this", "that", "there", "what", "who",
     "when", "where", "why", "how", "while", "after", "before", "as", "by", "with", "of", "speaking", "mr", "mrs", "ms",
     "dr", "qatar", "kremlin", "parliament", "congress", "senate", "cabinet", "palace", "house", "castle", "airport",
     "hotel", "street", "square", "hall", "ministry", "embassy", "university", "institute", "council", "committee",
     "conference", "summit", "treaty", "agreement", "party", "union", "nations", "league", "press", "news", "agency",
     "court", "bank", "fund", "organisation", "organization", "north", "south", "east", "west", "western", "eastern",
     "northern", "southern", "central", "president", "minister", "prime", "foreign", "secretary"}
)  # fmt: skip

Span = tuple[int, int]
_RARE = 3
"""People of one surname up to whom it is rare."""
LONGEST = 10
"""Tokens of a name: "Sheikh Mohammed bin Abdulrahman al-Thani" has seven, hyphens among them."""


def _capital(text: str) -> bool:
    return text[:1].isupper()


def sequence(doc: Doc, i: int, where: Where) -> int:
    """Return the index behind the run of name-like tokens that starts at ``i``; ``i`` itself when there is none."""
    stop = i
    j = i
    while j < len(doc) and j - i < LONGEST:
        token = doc[j]
        low = token.lower_
        named = (
            _capital(token.text)
            and low not in _NOT_NAMES
            and token.pos_ not in {"PUNCT", "SPACE"}
            and not token.is_digit
        )
        if named or (j > i and _hyphened(doc, j) and len(token.text) <= 6):
            j += 1
            stop = j
        elif (
            low in _PARTICLES
            and (j > i or low in {"al", "el", "de", "van", "von"})
            and j + 1 < len(doc)
            and (_capital(doc[j + 1].text) or doc[j + 1].lower_ in _PARTICLES or _hyphened(doc, j + 1))
        ):
            if low in {"-", "–"} and (doc[j - 1].whitespace_ or token.whitespace_):
                break
            if low in {"e", "y", "la", "le", "do"} and j == i:
                break
            j += 1
        else:
            break
        if j < len(doc) and j in where and where[j][0] in {"state", "organisation"} and j > i:
            break
    return stop


def _trim(doc: Doc, first: int, stop: int) -> Span | None:
    """Cut titles, articles, possessives and punctuation from the ends of a span."""
    known = roles()
    while first < stop:
        token = doc[first]
        low = token.lower_.rstrip(".")
        if (
            (low in known.honorifics and stop - first > 1)
            or low in known.offices
            or (low in known.modifiers and stop - first > 1 and not _known_given(token.text))
            or low in _NOT_NAMES
            or not any(ch.isalpha() for ch in token.text)
            or (low in {"'s", "ex", "former", "late"})
        ):
            first += 1
        else:
            break
    for j in range(first, stop):
        # A possessive or a verb inside the span ends the name.
        if doc[j].lower_ in {"'s", "'"} or doc[j].tag_ == "POS" or doc[j].text in {",", ";", ":", "(", ")", '"', "—"}:
            stop = j
            break
    while (
        first < stop
        and not _hyphened(doc, stop - 1)
        and (
            not _capital(doc[stop - 1].text)
            or doc[stop - 1].lower_
            in _NOT_NAMES - {"march", "april", "june", "august", "central", "north", "west", "hall", "house"}
        )
    ):
        stop -= 1
    return (first, stop) if first < stop and any(ch.isalpha() for ch in doc[first:stop].text) else None


def _hyphened(doc: Doc, i: int) -> bool:
    """Say whether a token hangs on the one before by a hyphen, as in "Moon Jae-in", "Chan-o-cha"."""
    return (
        i >= 2
        and doc[i - 1].text in {"-", "–"}
        and not doc[i - 1].whitespace_
        and not doc[i - 2].whitespace_
        and doc[i].is_alpha
        and (_capital(doc[i - 2].text) or (i >= 4 and len(doc[i - 2].text) <= 2 and _hyphened(doc, i - 2)))
    )


def _known_given(text: str) -> bool:
    return text.isupper() and len(text) == 2 and text.endswith(".")


def find_names(doc: Doc, where: Where, authority: Authority, day: date | None = None) -> list[Span]:
    """Return the token spans of people's names, longest first come, sorted; titles and honorifics are left out.

    On a ``day``, bare surnames of those who lead a state then are found also where the model sees no name.
    """
    spans: list[Span] = []
    taken: set[int] = set()

    def take(first: int, stop: int) -> None:
        if not taken.intersection(range(first, stop)):
            spans.append((first, stop))
            taken.update(range(first, stop))

    for first, stop in _authority_names(doc, where, authority):
        take(first, stop)
    for ent in doc.ents:
        if ent.label_ != "PERSON":
            continue
        span = _trim(doc, ent.start, ent.end)
        if span is None:
            continue
        first, stop = span
        # The model often stops short of a surname: "Mohammed bin Abdulrahman" al-Thani.
        longer = sequence(doc, first, where)
        joined = longer > stop and longer - first <= 6 and (doc[stop].lower_ in _PARTICLES or _hyphened(doc, stop))
        if joined or (longer == stop + 1 and _carries_on(doc, first, stop)):
            stop = longer
        # A place that the model took for a person: "Doha says".
        whole = where.get(first)
        if whole is not None and whole[2] >= stop and whole[0] != "ambiguous":
            continue
        if stop - first == 1 and doc[first].lower_ in roles().groups | roles().modifiers:
            continue
        take(first, stop)
    known = roles()
    for token in doc[:-1] if len(doc) else ():
        low = token.lower_.rstrip(".")
        if token.i in taken or (low not in known.honorifics and not (low in known.offices and _capital(token.text))):
            continue
        j = token.i + 1
        if doc[j].text == "." and not token.whitespace_:
            j += 1
        if j >= len(doc) or j in taken or not _capital(doc[j].text) or doc[j].is_punct:
            continue
        if j in where and where[j][0] in {"state", "organisation", "demonym"}:
            continue
        if (
            low in {"u", "general", "sheikh", "official", "chief", "head", "executive", "director", "acting", "deputy"}
            and not token.text[:1].isupper()
        ):
            continue
        stop = sequence(doc, j, where)
        span = _trim(doc, j, stop)
        if (
            span
            and span[0] == j
            and not (span[1] - span[0] == 1 and doc[j].lower_ in known.offices | known.modifiers | known.groups)
        ):
            take(*span)
    for first, stop in _missed(doc, where, authority, taken):
        take(first, stop)
    if day is not None:
        for first in _leaders(doc, where, authority, taken, day):
            take(first, first + 1)
    _propagate(doc, spans, taken, where, take)
    return sorted(spans)


def _leaders(doc: Doc, where: Where, authority: Authority, taken: set[int], day: date) -> Iterator[int]:
    """Yield the tokens that are the bare surname of somebody in high office on a day: "Macron", "at Erdogan's palace".

    The bearer's country must be named, or the surname be rare among the known.
    """
    named = {key for kind, key, _ in where.values() if kind in {"state", "demonym"}}
    covered = {i for first, (_, _, stop) in where.items() for i in range(first, stop)}
    words = _NOT_NAMES | roles().offices
    for token in doc:
        if (
            token.i in taken
            or token.i in covered
            or token.tag_ != "NNP"
            or not token.is_alpha
            or not _capital(token.text)
            or token.ent_type_ in {"DATE", "TIME", "EVENT", "WORK_OF_ART"}
            or token.lower_ in words
            or (token.is_sent_start and token.dep_ not in {"nsubj", "nsubjpass", "poss"})
            or any(
                _capital(doc[i].text) and doc[i].tag_ == "NNP" for i in (token.i - 1, token.i + 1) if 0 <= i < len(doc)
            )
        ):
            continue
        bearers = [candidate.person for candidate in authority.people(token.text)]
        leading = [person for person in bearers if _leads(authority, person, day)]
        if any(person.country in named for person in leading) or (leading and len(bearers) <= _RARE):
            yield token.i


def _leads(authority: Authority, person: Person, day: date) -> bool:
    return any(office.kind in HIGHEST and office.held(day) == "yes" for office in authority.offices(person.key))


def _carries_on(doc: Doc, first: int, stop: int) -> bool:
    """Say whether the word behind a name is its last part: "Taha Yassin" Ramadan, by the parse."""
    after = doc[stop]
    known = roles()
    return (
        after.pos_ == "PROPN"
        and after.is_alpha
        and after.ent_type_ in {"", "PERSON"}
        and bool(doc[stop - 1].whitespace_)
        and after.lower_ not in known.offices | known.groups | known.modifiers | known.honorifics
        and (doc[stop - 1].head.i == stop or first <= after.head.i < stop)
        and not (stop + 1 < len(doc) and after.whitespace_ and doc[stop + 1].pos_ == "PROPN")
    )


def _missed(doc: Doc, where: Where, authority: Authority, taken: set[int]) -> Iterable[Span]:
    """Yield names that the model took for something else: a given name with a surname, a known person's surname.

    Other names of two words count where they are the subject of a saying verb or stand beside a role.
    """
    known = roles()
    words = known.offices | known.groups | known.modifiers | known.honorifics | known.persons
    countries = {key for kind, key, _ in where.values() if kind in {"state", "demonym", "capital"}}
    i = 0
    while i < len(doc):
        token = doc[i]
        if (
            i in taken
            or i in where
            or not _capital(token.text)
            or token.lower_ in _NOT_NAMES
            or token.pos_ not in {"PROPN", "NOUN"}
            or token.ent_type_ in {"PERSON", "DATE", "TIME"}
        ):
            i += 1
            continue
        stop = sequence(doc, i, where)
        while stop > i and stop - 1 in taken:
            stop -= 1
        free = (
            stop > i
            and not taken.intersection(range(i, stop))
            and not any(
                j in where or doc[j].lower_ in words or (doc[j].text.isupper() and len(doc[j].text) > 1)
                for j in range(i, stop)
            )
        )
        if free and stop - i == 1:
            before = doc[i - 1] if i > token.sent.start else None
            alone = before is None or not _capital(before.text) or before.pos_ != "PROPN"
            playing = alone and token.dep_ in _PLAYING and len(token.text) > 3
            if playing and _known_surname(token.text, countries, authority):
                yield i, stop
        elif free and 2 <= stop - i <= 5 and _personal(doc, i, stop, authority, taken):
            yield i, stop
        i = max(stop, i + 1)


_PLAYING = frozenset({"nsubj", "nsubjpass", "poss", "dobj", "pobj", "conj", "appos"})
_NO_PERSON = frozenset({"ORG", "FAC", "LOC", "WORK_OF_ART", "LAW", "EVENT"})


@lru_cache(maxsize=1)
def _saying() -> frozenset[str]:
    return frozenset(verb for verbs in frames()["statement"]["verbs"].values() for verb in verbs)


def _known_surname(word: str, countries: set[str], authority: Authority) -> bool:
    return any(c.person.country in countries and c.person.country for c in authority.people(word))


def _personal(doc: Doc, first: int, stop: int, authority: Authority, taken: set[int]) -> bool:
    """Say whether a run of capitals is a person's: by its given name, or by what it does or stands beside."""
    if authority.gender_of(doc[first].text) is not None:
        return True
    root = doc[first:stop].root
    if any(doc[j].ent_type_ in _NO_PERSON for j in range(first, stop)):
        return False
    known = roles()
    beside = [root.head] if root.dep_ == "appos" else []
    beside += [child for child in root.children if child.dep_ == "appos"]
    if any(t.lower_ in known.offices | known.persons for t in beside) or (root.dep_ == "conj" and root.head.i in taken):
        return True
    speaks = root.dep_ == "nsubj" and root.head.lemma_ in _saying()
    return speaks and doc[first].ent_type_ != "GPE"


def _authority_names(doc: Doc, where: Where, authority: Authority) -> Iterable[Span]:
    i = 0
    while i < len(doc):
        if not _capital(doc[i].text) or doc[i].lower_ in _NOT_NAMES or doc[i].is_punct:
            i += 1
            continue
        stop = sequence(doc, i, where)
        best = None
        for first in range(i, stop):
            for last in range(stop, first + 1, -1):
                if last - first > 5 or not _capital(doc[last - 1].text):
                    continue
                text = doc[first:last].text
                if authority.is_full_name(text):
                    best = (first, last)
                    break
            if best:
                break
        if best:
            best = best[0], _with_house(doc, best[1], stop)
            yield best
            i = best[1]
        else:
            i = max(stop, i + 1)


def _with_house(doc: Doc, end: int, stop: int) -> int:
    """Return the end of a name with the father's and the house's that follow: "… bin Abdulrahman" + "al-Thani"."""
    while end < stop and doc[end].lower_ in {"al", "el", "bin", "ibn"}:
        end = next((i + 1 for i in range(end + 1, min(end + 3, stop)) if _capital(doc[i].text)), stop)
    return end


def _propagate(doc: Doc, spans: list[Span], taken: set[int], where: Where, take: Callable[[int, int], None]) -> None:
    """Find the bare surnames, given names and capitals of people already found by a fuller name."""
    parts: dict[str, int] = {}
    for first, stop in spans:
        if stop - first >= 2:
            for j in (first, stop - 1):
                word = doc[j].text
                if len(word) > 2 and word.lower() not in _PARTICLES and not word.endswith("."):
                    parts.setdefault(word.casefold(), j)
    for token in doc:
        if token.i in taken or token.text.casefold() not in parts or not _capital(token.text):
            continue
        if token.i in where and where[token.i][0] in {"state", "place", "organisation", "demonym"}:
            # A person's name that is also a place stands for the place unless a title says otherwise.
            continue
        if (
            token.i + 1 < len(doc)
            and token.i + 1 not in taken
            and token.whitespace_
            and doc[token.i + 1].pos_ == "PROPN"
            and _capital(doc[token.i + 1].text)
        ):
            continue
        take(token.i, token.i + 1)


def tokens(name: str) -> tuple[str, ...]:
    """Return a name's parts for comparison: no case, accents, dots or hyphens."""
    return tuple(part for part in normalise(name).replace("-", " ").replace(".", " ").split() if part)


def same_person(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Say whether two names of two parts or more can be one person's: same surname, given names that agree.

    Order is free ("Bhutto Zardari", "Zardari Bhutto"); an initial agrees with what it begins.
    """
    if a == b or set(a) == set(b):
        return True
    short, long = sorted((a, b), key=len)
    if len(short) >= 2 and set(short) <= set(long):
        return True
    if a[-1] != b[-1]:
        return False
    first_a, first_b = a[0], b[0]
    return first_a == first_b or (min(len(first_a), len(first_b)) == 1 and first_a[0] == first_b[0])
