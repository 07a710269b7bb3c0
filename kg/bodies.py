"""What else an article names: states, organisations, ministries, groups and the smaller towns."""

from __future__ import annotations

from kg.cast import Casting, Entity, Mention, PlaceMention
from kg.known import State
from kg.roles import Role


def known_bodies(casting: Casting, covered: set[int]) -> None:
    """Place the states and organisations that the gazetteer found; ``covered`` are the tokens of people's names."""
    keys = {(place.first, place.stop): place.key for place in reversed(casting.places)}
    for first, (kind, key, stop) in sorted(casting.where.items()):
        if kind == "state":
            entity = casting.state(key, first)
            entity.forms[casting.parsed.words(first, stop)] += 1
            if first not in covered:
                casting.mentions.append(Mention(first, stop, casting.head(first, stop), "state", (entity.index,)))
        elif kind == "demonym":
            entity = casting.state(key, first)
            entity.forms[casting.parsed.words(first, stop)] += 0
            casting.mentions.append(Mention(first, stop, casting.head(first, stop), "demonym", (entity.index,)))
        elif kind == "organisation":
            entity = casting.organisation(key, first)
            entity.forms[casting.parsed.words(first, stop)] += 1
            casting.mentions.append(Mention(first, stop, casting.head(first, stop), "organization", (entity.index,)))
        elif kind == "place":
            _metonym(casting, first, stop, keys.get((first, stop), ""))


def nationals(casting: Casting, covered: set[int]) -> None:
    """Let "the Canadian" and "the Pole" stand for a person of that country, as "the Canadian leader" does."""
    people: set[int] = set()
    for first, (kind, key, stop) in sorted(casting.where.items()):
        if (
            kind != "demonym"
            or first in covered
            or first == 0
            or casting.doc[first - 1].lower_ not in {"the", "this"}
            or stop >= len(casting.doc)
        ):
            continue
        token, after = casting.doc[stop - 1], casting.doc[stop]
        if (
            token.tag_ in {"NNS", "NNPS"}
            or token.lower_.endswith(("s", "ese", "ish", "ch"))
            or after.pos_ in {"NOUN", "PROPN", "ADJ"}
            or after.text == "-"
        ):
            continue
        role = Role(first - 1, stop, stop - 1, "leader", "leader", "person", (key,), definite=True)
        people.add(first)
        casting.mentions.append(Mention(first - 1, stop, stop - 1, "role", (), 0.0, role))
    casting.mentions = [m for m in casting.mentions if not (m.kind == "demonym" and m.first in people)]


def towns(casting: Casting, covered: set[int]) -> None:
    """Place the smaller towns that the model sees: known ones, and those whose state follows ("Berga, Sweden")."""
    known = covered | {i for p in casting.places for i in range(p.first, p.stop)} | set(casting.where)
    for ent in casting.doc.ents:
        if ent.label_ not in {"GPE", "LOC", "FAC"} or known.intersection(range(ent.start, ent.end)):
            continue
        first = ent.start + (ent[0].lower_ == "the")
        stop = ent.end - (ent[-1].tag_ == "POS")
        if first >= stop or not casting.doc[first].text[:1].isupper():
            continue
        state = next(
            (
                casting.where[i][1]
                for i in (stop + 1,)
                if i in casting.where and casting.where[i][0] == "state" and casting.doc[stop].text == ","
            ),
            None,
        )
        city = casting.authority.city(casting.doc[first:stop].text, country=state) or (
            None if state else casting.authority.city(casting.doc[first:stop].text)
        )
        if city is not None:
            casting.places.append(PlaceMention(first, stop, city.key, "city", city.country))
        elif state is not None:
            casting.places.append(PlaceMention(first, stop, casting.doc[first:stop].text, "town", state))
    casting.places.sort(key=lambda p: p.first)


def _metonym(casting: Casting, first: int, stop: int, key: str) -> None:
    """Let "Islamabad" also stand for Pakistan, "the Kremlin" for the Kremlin."""
    code, house = casting.authority.metonym(key), casting.authority.house_of(key)
    if code is None and house is None:
        return
    entity = casting.state(code, first) if code else casting.organisation(house.key, first)  # type: ignore[union-attr]
    casting.mentions.append(Mention(first, stop, casting.head(first, stop), "capital", (entity.index,), 0.6))


def ministries(casting: Casting, covered: set[int]) -> None:
    """Place "FO", "MFA": the foreign ministry of the article's own country."""
    for token in casting.doc:
        if token.text in {"FO", "MFA", "MOFA", "MoFA"} and token.i not in covered and token.i not in casting.where:
            state = casting.authority.state_by_code(casting.told_home) if casting.told_home else None
            entity = casting.descriptive(
                f"Ministry of Foreign Affairs of {state.name}" if state else "Foreign Office",
                token.i,
                country=casting.told_home,
                subkind="Ministry",
            )
            entity.forms[token.text] += 1
            casting.mentions.append(Mention(token.i, token.i + 1, token.i, "organization", (entity.index,), 0.8))


def other_organisations(casting: Casting) -> None:
    """Place the organisations that only the language model sees."""
    taken = {i for m in casting.mentions for i in range(m.first, m.stop)}
    for ent in casting.doc.ents:
        if (
            ent.label_ == "ORG"
            and not taken.intersection(range(ent.start, ent.end))
            and len(ent.text) > 2
            and any(t.pos_ == "PROPN" for t in ent)
        ):
            first = ent.start + (1 if ent[0].lower_ in {"the", "a", "•", "—"} else 0)
            if first >= ent.end:
                continue
            name = casting.doc[first : ent.end].text
            if name.endswith("'s"):
                name = name[:-2].strip()
            entity = casting.descriptive(name, first)
            entity.forms[casting.parsed.words(first, ent.end)] += 1
            casting.mentions.append(Mention(first, ent.end, ent.root.i, "organization", (entity.index,), 0.8))


def group(casting: Casting, role: Role) -> None:
    """Give bodies and unnamed people that can speak an entity: "the Foreign Ministry", "Philippine officials"."""
    doc = casting.doc
    country = role.countries[0] if role.countries else None
    state = casting.authority.state_by_code(country) if country else None
    title = role.title
    low = title.lower()
    words = casting.parsed.words(role.first, role.stop)
    plain = words.split(" ", 1)[1] if words.lower().startswith(("the ", "a ", "an ")) and " " in words else words
    if (
        role.lemma in {"government", "regime", "administration", "leadership", "authority", "junta"}
        and country
        and role.lemma in {"government", "administration"}
    ) or (role.lemma == "side" and country):
        entity = casting.state(country, role.first)
        entity.forms[plain] += 1
    elif (named := _named_before(casting, role, low)) is not None:
        entity = named
    elif role.lemma == "embassy":
        if country is None:
            country, state = _owner_state(casting)
        host = _place_after(casting, role.stop)
        name = f"Embassy of {state.name}" if state else plain
        entity = casting.descriptive(
            name + (f" in {host}" if host and state else ""),
            role.first,
            country=country,
            subkind="DiplomaticMission",
        )
    elif role.lemma in {"ministry", "office", "department"} and ("foreign" in low or "external" in low):
        country = country or casting.told_home
        state = casting.authority.state_by_code(country) if country else None
        name = f"Ministry of Foreign Affairs of {state.name}" if state else plain
        entity = casting.descriptive(name, role.first, country=country, subkind="Ministry")
    elif role.lemma == "ministry" and doc[role.head].text[:1].isupper():
        country = country or casting.told_home
        state = casting.authority.state_by_code(country) if country else None
        entity = casting.descriptive(
            f"{title} of {state.name}" if state else title, role.first, country=country, subkind="Ministry"
        )
    else:
        if (
            role.lemma
            in {
                "office",
                "side",
                "group",
                "party",
                "mission",
                "union",
                "council",
                "department",
                "team",
            }
            and not country
            and role.owner is None
        ):
            return
        entity = casting.descriptive(plain, role.first, country=country)
        entity.named = False
    entity.forms[words] += 1
    casting.mentions.append(Mention(role.first, role.stop, role.head, "group", (entity.index,), 0.9, role))


def _named_before(casting: Casting, role: Role, title: str) -> Entity | None:
    """Return the body that "the ministry", "the council" takes up again: the last named with that word, or None."""
    if role.countries or role.owner is not None or not role.definite or title != role.lemma:
        return None
    if role.lemma not in _TAKEN_UP or role.number != 1:
        return None
    before = [
        m for m in casting.mentions
        if m.first < role.first and m.kind in {"organization", "group"} and m.entities
        and role.lemma in casting.entities[m.entities[0]].name.lower().split()
    ]  # fmt: skip
    last = max(before, key=lambda m: m.first, default=None)
    found = casting.entities[last.entities[0]] if last is not None else None
    return found if found is not None and found.name.lower() != role.lemma else None


_TAKEN_UP = frozenset(
    {"agency", "alliance", "authority", "coalition", "council", "department", "embassy", "ministry", "mission",
     "movement", "office", "party", "union"}
)  # fmt: skip


def _owner_state(casting: Casting) -> tuple[str | None, State | None]:
    return (casting.home, casting.authority.state_by_code(casting.home)) if casting.home else (None, None)


def _place_after(casting: Casting, i: int) -> str | None:
    if i + 1 < len(casting.doc) and casting.doc[i].lower_ == "in":
        for place in casting.places:
            if place.first == i + 1:
                return casting.doc[place.first : place.stop].text
    return None
