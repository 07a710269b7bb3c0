"""offices.csv: what each source's row says of when an office began and ended, and how surely."""

from __future__ import annotations

import re
from collections import defaultdict

from kg.spelling import normalise
from kg.titles import Titles
from tests.tools.overlaps import SINGLE, doubted
from tests.tools.tables import Row, own, source_codes

_PLURALS = {
    "presidents": "President",
    "ministers": "Minister",
    "kings": "King",
    "queens": "Queen",
    "chairmen": "Chairman",
    "premiers": "Premier",
    "chancellors": "Chancellor",
    "governors": "Governor",
    "governors-general": "Governor-General",
    "secretaries": "Secretary",
    "emirs": "Emir",
    "amirs": "Amir",
    "sultans": "Sultan",
    "rulers": "Ruler",
    "heads": "Head",
    "administrators": "Administrator",
    "commissioners": "Commissioner",
    "leaders": "Leader",
    "chiefs": "Chief",
    "executives": "Executive",
    "co-prime": "Co-Prime",
    "captains-regent": "Captain Regent",
    "vice-presidents": "Vice President",
    "representatives": "Representative",
    "syndics": "Syndic",
}
_BROKEN = {
    "Prime": "Prime Minister",
    "Supreme": "Supreme Leader",
    "Chairman of the": "Chairman",
    "Secretary of State for Foreign and": "Secretary of State",
}
"""Titles out of which the source's own reading lost words."""

_KINDS = {"deputy-fm": "deputy-foreign-minister", "nsa": "national-security-adviser", "igo-head": "organisation-head"}
_BODIES = {
    "African Union": "african-union",
    "Arab Parliament": "arab-parliament",
    "ICJ": "international-court-of-justice",
    "OSCE": "organization-for-security-and-co-operation-in-europe",
    "PACE": "parliamentary-assembly-of-the-council-of-europe",
    "WTO": "world-trade-organization",
    "UN": "united-nations",
    "EU": "european-union",
}
CODES = {"KV": "KI"}
"""Codes of the sources that are not ISO 3166."""

_REGIONS = frozenset({"Cantabria", "Catalonia", "Quebec", "Scotland"})
_PART = re.compile(
    r"Donetsk|Lugansk|Luhansk|Sakha|Territorial Council|Corsica|Republika Srpska|Artsakh|Transnistria|Abkhazia|"
    r"Kurdistan|Regional Council"
)
"""Parts of a country, or unrecognised states, which the sources file under the country."""

_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_ENVOY = re.compile(
    r"ambassador|charge d|(?:acting )?permanent representative|(?:deputy )?representative to the u|"
    r"high commissioner to|apostolic nuncio|.*chief of mission"
)
_MINISTER = re.compile(
    r"(?:federal |state |first |union |second )?minister\b|secretary of state for|secretary of (?:homeland|"
    r"veterans|labor|housing|energy|education|agriculture|transportation|health|the interior|commerce)"
)
_VICE = re.compile(
    r"\b(?:vice|deputy|lieutenant|personal representatives?|"
    r"first lady|elect|designate|advis[eo]r|assistant|under ?secretary|science|former|"
    r"member of the)\b",
    re.IGNORECASE,
)


def _body(code: str, label: str) -> str:
    """Return the key of the organisation whose office it is, "" for a state's."""
    for words, key in (
        ("European Council", "european-council"),
        ("European Commission", "european-commission"),
        ("General Assembly", "united-nations-general-assembly"),
        ("African Union Commission", "african-union-commission"),
    ):
        if code in {"EU", "UN", "African Union"} and words in label:
            return key
    return _BODIES.get(code, "")


def title_of(label: str, country: Row | None) -> str:
    """Return a title in the singular, without its country: "Prime ministers (Bulgaria)" → "Prime Minister"."""
    title = " ".join(
        label.split(">#")[0].replace("_", " ").replace('"', "").removeprefix("US Department of State: ").split()
    )
    if not title.startswith("United States Rep"):
        title = re.sub(r"\s*\([^)]*\)$", "", title)
    if title.endswith(" Acting"):
        title = f"Acting {title.removesuffix(' Acting')}"
    head, of, rest = title.partition(" of ")
    if set(head.lower().replace("/", " ").replace(",", " ").split()) & _PLURALS.keys():
        head = " ".join(_PLURALS.get(word.lower(), word[:1].upper() + word[1:]) for word in re.split(r"[\s/,]+", head))
        title = (
            head
            + of
            + " ".join(
                word if word in {"of", "the", "and", "for", "in", "on"} else word[:1].upper() + word[1:]
                for word in rest.split()
            )
        )
    if country:
        names = sorted(
            {country["name"], country["official"], *country["aliases"].split("|")} - {""}, key=len, reverse=True
        )
        pattern = "|".join(re.escape(name) for name in names)
        title = re.sub(rf"\s+(?:of|in)(?: of)?(?: the)? (?:the )?(?:{pattern})$", "", title)
        title = re.sub(r"\s+of the Islamic$", "", title)
    return _BROKEN.get(title, title[:1].upper() + title[1:])


def _kind(row: Row, title: str, country: str, titles: Titles) -> str:
    """Return the kind of an office, from its title first: the sources take deputies for their chiefs."""
    given = _KINDS.get(row["office_kind"], row["office_kind"])
    low = normalise(title)
    if _ENVOY.match(low):
        return "un-representative" if re.search(r"united nations|the un\b|\bun new york|\bun$", low) else "ambassador"
    if given == "organisation-head":
        return given
    if re.match(
        r"(?:Deputy )?(?:Secretary of State|Attorney General|Governor|Lieutenant Governor|Treasurer|"
        r"Auditor) of [A-Z]|Lieutenant Governor",
        title,
    ):
        return "regional-leader"
    mapped = titles.kind(title, country=country)
    if given in {"head-of-state", "head-of-government"}:
        if _VICE.search(title):
            return mapped if mapped in {"deputy-head-of-state", "deputy-head-of-government"} else "other"
        # A president whom the source calls head of government is both; but a country's own usage stands.
        own_usage = titles.kinds.get((low, country))
        if own_usage:
            return own_usage
        if low.startswith("governor general"):
            return "governor-general"
        if mapped in {"head-of-state", "head-of-government"} and not re.search(r"\bpresident$|chancellor", low):
            return mapped
        return (
            mapped
            if mapped in {"governor-general", "party-leader"}
            or (mapped == "regional-leader" and low.startswith("governor"))
            else given
        )
    if given in {"foreign-minister", "deputy-foreign-minister"}:
        if re.search(r"foreign economic|foreign trade and econ", low):
            return "minister"
        if re.search(r"delegate|secretary of state (?:to|in)\b|foreign cooperation", low):
            return "deputy-foreign-minister"
        return mapped if mapped in {"foreign-minister", "deputy-foreign-minister"} else given
    if given in {"defence-minister", "other"}:
        return mapped or ("minister" if _MINISTER.match(low) else "other")
    return given


def _dates(row: Row) -> tuple[str, str, str]:
    """Return start, end and how the end is known; see ``Office.closing``."""
    start, end, note = row["start"], row["end"], row["note"]
    start = start if len(start) >= 4 else ""
    end = end if len(end) >= 4 and end >= start[: len(end)] else ""
    if found := re.search(r"overall range (\S*?)\.\.(\S*)", note):
        first, last = (match[0] if (match := _DATE.match(part)) else "" for part in found.groups())
        sound = bool(first and last) and first[: len(last)] <= last[: len(first)]
        return (first, last, "within") if sound else (first, "", "unrecorded")
    if found := re.search(r"attested in office on US visit\(s\) (\S+?)\.\.(\S+)", note):
        return found[1], found[2], "attested"
    if end:
        inferred = (
            "successor start" in note or "inferred" in note or "scheduled end" in note or row["source_as_of"] < end
        )
        return start, end, "by" if inferred else "stated"
    if found := re.search(r"ended by (\S+) at the latest", note):
        return start, found[1], "by"
    if found := re.search(r"(?:not listed|no longer current|no longer listed) after (\S+?)(?:;|$)", note):
        last = max(re.findall(r"(?:not listed|no longer current|no longer listed) after (\d{4}-\d\d-\d\d)", note))
        return (start, last, "last-seen") if start <= last else ("", last, "last-seen")
    return start, "", "unrecorded" if "unrecorded" in note else "open"


def _drops(drop: Row, row: Row) -> bool:
    return (
        row["start"].startswith(drop["start"])
        and row["end"].startswith(drop["end"])
        and row["office_label"].lower().startswith(drop["title"].lower())
        and (bool(drop["start"]) or bool(drop["title"]) or row["office_kind"].startswith("head-of"))
    )


_SEVERAL_AT_ONCE = re.compile(
    r"Captain Regent|Presidency|Co-|Vice|Deputy|Personal representative|Committee|Commission|Council of State|"
    r"co-?prince",
    re.IGNORECASE,
)


def close(table: list[Row]) -> list[Row]:
    """End what a successor ended: an office that a source leaves open, though another person begins the same one later.

    Only for offices that one person holds at a time, and only between rows of one title. The end becomes an upper
    bound.
    """
    chains: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in table:
        if (
            row["kind"] in SINGLE - {"organisation-head"}
            and row["country"]
            and not _SEVERAL_AT_ONCE.search(row["title"])
        ):
            title = re.sub(r"^(?:acting|interim|transitional|caretaker|federal) ", "", normalise(row["title"]))
            chains[
                row["country"], row["kind"], "" if row["kind"] not in {"head-of-state", "head-of-government"} else title
            ].append(row)
    result = {id(row): row for row in table}
    seen_until = {
        (row["person"], row["country"], row["kind"]): row["end"]
        for row in table
        if row["closing"] == "within" and row["end"]
    }
    for row in table:
        last = seen_until.get((row["person"], row["country"], row["kind"]), "")
        if (
            row["closing"] in {"open", "by"}
            and row["start"] < last < row["as_of"]
            and row["source"] == "oed-countryinfo"
        ):
            result[id(row)] = {**row, "as_of": _first_day(last)}
    for rows in chains.values():
        sure = sorted(
            (row["start"], row["person"])
            for row in rows
            if row["start"] and row["closing"] not in {"within", "unrecorded"}
        )
        for row in rows:
            if row["closing"] not in {"open", "by", "unrecorded", "last-seen"} or not row["start"]:
                continue
            after = next(
                (
                    start
                    for start, person in sure
                    if person != row["person"] and start > row["start"] and len(start) >= 4
                ),
                None,
            )
            if row["source"] == "legation" and after and after < row["as_of"]:
                continue  # the own table knows of the successor, and that the office went on
            if after and (not row["end"] or after < row["end"]):
                kept = result[id(row)]
                result[id(row)] = {
                    **kept,
                    "end": after,
                    "closing": "by",
                    "as_of": min(kept["as_of"], _first_day(after)),
                }
    return doubted(_plain_presidents(list(result.values())))


def _first_day(day: str) -> str:
    return (day + "-01-01")[:10] if len(day) == 4 else (day + "-01")[:10]


def _plain_presidents(table: list[Row]) -> list[Row]:
    """Leave out presidents as heads of government where a prime minister holds office beside them."""
    spans: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in table:
        if (
            row["kind"] == "head-of-government"
            and re.search("prime minister|premier", row["title"].lower())
            and row["start"]
            and row["closing"] in {"stated", "by", "open", "last-seen"}
        ):
            spans[row["country"]].append((row["start"], row["end"] or row["as_of"]))
    kept = []
    for row in table:
        if (
            row["kind"] == "head-of-government"
            and normalise(row["title"]).removeprefix("acting ").removeprefix("interim ") == "president"
            and row["country"] != "IR"
        ):
            until = row["end"] or row["as_of"]
            if any(start < until and row["start"] < end for start, end in spans[row["country"]]):
                continue
        kept.append(row)
    return kept


def offices(
    holdings: list[Row], into: dict[str, str], moved: dict[str, str], countries: list[Row], bodies: list[Row]
) -> dict[str, list[Row]]:
    """Return the offices by the source's key of the person; rows that are plainly wrong are left out."""
    titles = Titles({(row["title"], row["country"]): row["kind"] for row in own("titles.csv")})
    by_code = {row["code"]: row for row in countries}
    drops: dict[str, list[Row]] = defaultdict(list)
    for drop in own("drops.csv"):
        drops[drop["country"]].append(drop)
    used: list[Row] = []
    known = {row["key"] for row in bodies}
    subject = {
        name: row["code"]
        for row in countries
        for name in (row["name"], row["official"], *row["aliases"].split("|"))
        if name
    }
    result: dict[str, list[Row]] = defaultdict(list)
    for row in holdings:
        person, label = into.get(row["person_key"], ""), row["office_label"]
        code = moved.get(row["person_key"], CODES.get(row["of"], row["of"]))
        if not person:
            continue
        if found := [drop for drop in drops.get(row["of"], ()) if drop["label"] == row["name"] and _drops(drop, row)]:
            used.extend(found)
            continue
        if label.startswith("Presidents, prime ministers"):
            continue
        if label in {"emir", "prime minister", "president"} and "world-leaders-2021" in row["source"]:
            continue
        if (row["start"] and row["start"] < "1900") or len(row["start"]) == 3:
            continue
        body = _body(code, label)
        if body and body not in known:
            raise ValueError(f"no organisation {body} for the office {label}")
        country = by_code.get(code)
        title = title_of(label, country)
        if title in {"And", "And Co-prince", "Minister"}:
            continue
        kind = _kind(row, title, code, titles)
        # "President of Artsakh" under AM: the source files an unrecognised state under the country.
        if kind in {"head-of-state", "head-of-government"}:
            rest = re.search(r"\bof (?:the )?([A-Z][\w'-]+(?: [A-Z][\w'-]+)*)$", title)
            if (
                rest
                and rest[1] not in subject
                and re.match(
                    r"(?:Acting |Interim )?(?:President|Prime Minister|Chief Minister|Premier|Head|Governor|Yang di)",
                    title,
                )
                and not re.search(r"Government|Council|State|Republic|Confed|Ministers", rest[1])
            ):
                kind = "regional-leader"
            if re.match(
                r"(?:Chief Minister|Yang di-Pertua Negeri|President of the (?:Generalitat|Territorial|Pontifical))",
                title,
            ):
                kind = "regional-leader"
        if not code or code in _REGIONS or (len(code) != 2 and not body):
            kind, country = (
                ("regional-leader" if kind in {"head-of-state", "head-of-government", "foreign-minister"} else kind),
                None,
            )
        if _PART.search(label) and kind in {"head-of-state", "head-of-government"}:
            kind = "regional-leader"
        start, end, closing = _dates(row)
        if end and end < "1989":
            continue
        result[person].append(
            {
                "person": person,
                "title": title,
                "kind": kind,
                "country": country["code"] if country else "",
                "organisation": body,
                "start": start,
                "end": end,
                "closing": closing,
                "as_of": row["source_as_of"],
                "source": source_codes(row["source"]),
            }
        )
    if idle := [drop for rows in drops.values() for drop in rows if drop not in used]:
        raise ValueError(f"drops.csv of the own tables names offices that the source lacks: {idle}")
    return result
