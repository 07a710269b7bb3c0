"""offices.csv: what each source's row says of when an office began and ended, and how surely."""

from __future__ import annotations

import re
from collections import defaultdict

from kg.spelling import normalise
from kg.titles import Titles
from tests.tools.tables import Row, own, source_codes

_PLURALS = {
    "presidents": "President", "ministers": "Minister", "kings": "King", "queens": "Queen", "chairmen": "Chairman", "premiers": "Premier", "chancellors": "Chancellor", "governors": "Governor",
    "governors-general": "Governor-General", "secretaries": "Secretary", "emirs": "Emir", "amirs": "Amir", "sultans": "Sultan", "rulers": "Ruler", "heads": "Head", "administrators": "Administrator", "commissioners": "Commissioner",
    "leaders": "Leader", "chiefs": "Chief", "executives": "Executive", "co-prime": "Co-Prime", "captains-regent": "Captain Regent", "vice-presidents": "Vice President", "representatives": "Representative", "syndics": "Syndic",
}  # fmt: skip
_KINDS = {"deputy-fm": "deputy-foreign-minister", "nsa": "national-security-adviser", "igo-head": "organisation-head"}
_BODIES = {
    "African Union": "african-union", "Arab Parliament": "arab-parliament", "ICJ": "international-court-of-justice", "OSCE": "organization-for-security-and-co-operation-in-europe",
    "PACE": "parliamentary-assembly-of-the-council-of-europe", "WTO": "world-trade-organization",
}  # fmt: skip
_REGIONS = frozenset({"Cantabria", "Catalonia", "Quebec", "Scotland"})
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_VICE = re.compile(r"\b(?:vice|deputy|lieutenant|first lady|elect|designate|advis[eo]r|assistant|under ?secretary|science|former|member of the)\b", re.IGNORECASE)


def title_of(label: str, country: Row | None) -> str:
    """Return an office's title in the singular, without its country: "Prime ministers (Bulgaria)" → "Prime Minister"."""
    title = label.split(">#")[0].replace("_", " ").replace('"', "").strip()
    if re.search(r"\([^)]*\)$", title) and not title.startswith("United States Rep"):
        title = re.sub(r"\s*\([^)]*\)$", "", title)
        first = title.split()[0].lower() if title.split() else ""
        if first in _PLURALS or title.lower().split()[-1] in _PLURALS:
            title = " ".join(_PLURALS.get(word.lower(), word if word in {"of", "the", "and"} else word[:1].upper() + word[1:]) for word in title.split())
    if country:
        names = sorted({country["name"], country["official"], *country["aliases"].split("|")} - {""}, key=len, reverse=True)
        pattern = "|".join(re.escape(name) for name in names)
        title = re.sub(rf"\s+(?:of|in)(?: of)?(?: the)? (?:the )?(?:{pattern})$", "", title)
        title = re.sub(r"\s+of the Islamic$", "", title)
    return title[:1].upper() + title[1:]


def _kind(row: Row, title: str, country: str, titles: Titles) -> str:
    """Return the kind of an office, from its title first: the source's kinds take deputies and advisers for their chiefs."""
    given = _KINDS.get(row["office_kind"], row["office_kind"])
    low = normalise(title)
    if low.startswith("ambassador") or "chief of mission" in low or "charge d" in low or "high commissioner to" in low or low.startswith(("permanent representative", "representative to the u", "acting permanent representative", "charge daffair")):
        return "un-representative" if re.search(r"united nations|the un\b|\bun new york|\bun$", low) else "ambassador"
    if given in {"head-of-state", "head-of-government"} and _VICE.search(title):
        return "deputy-head-of-state" if "president" in low and "vice" in low else "deputy-head-of-government" if "prime" in low or "premier" in low else "other"
    mapped = titles.kind(title, country=country)
    if given in {"head-of-state", "head-of-government"}:
        if low.startswith("and "):
            return "other"
        # A president that the source calls head of government is both; so it is with a king who is prime minister.
        return "governor-general" if mapped == "governor-general" else "regional-leader" if mapped == "regional-leader" and low.startswith("governor") else given
    if given == "foreign-minister" and mapped == "deputy-foreign-minister" or given == "foreign-minister" and re.search(r"delegate|trade and foreign economic|foreign economic", low):
        return "deputy-foreign-minister"
    if given != "other":
        return given
    return mapped or ("minister" if re.match(r"(?:federal |state |first |union )?minister\b|secretary of state for|secretary for", low) else "other")


def _dates(row: Row) -> tuple[str, str, str]:
    """Return start, end and how the end is known; see ``Office.closing``."""
    start, end, note = row["start"], row["end"], row["note"]
    start = start if len(start) >= 4 else ""
    end = end if len(end) >= 4 and end >= start[: len(end)] else ""
    if found := re.search(r"overall range (\S*?)\.\.(\S*)", note):
        bounds = [_DATE.match(part) for part in found.groups()]
        return (bounds[0][0] if bounds[0] else "", bounds[1][0] if bounds[1] else "", "within")
    if found := re.search(r"attested in office on US visit\(s\) (\S+?)\.\.(\S+)", note):
        return found[1], found[2], "attested"
    if end:
        inferred = "successor start" in note or "inferred" in note or "scheduled end" in note or row["source_as_of"] < end
        return start, end, "by" if inferred else "stated"
    if found := re.search(r"ended by (\S+) at the latest", note):
        return start, found[1], "by"
    if found := re.search(r"(?:not listed|no longer current|no longer listed) after (\S+?)(?:;|$)", note):
        last = max(re.findall(r"(?:not listed|no longer current|no longer listed) after (\d{4}-\d\d-\d\d)", note))
        return (start, last, "last-seen") if start <= last else ("", last, "last-seen")
    return start, "", "unrecorded" if "unrecorded" in note else "open"


def offices(holdings: list[Row], merged: dict[str, str], countries: list[Row], bodies: list[Row]) -> dict[str, list[Row]]:
    """Return the offices by the source's key of the person; rows that are plainly wrong are left out (see the own table drops.csv)."""
    titles = Titles({(row["title"], row["country"]): row["kind"] for row in own("titles.csv")})
    by_code = {row["code"]: row for row in countries}
    known = {row["key"] for row in bodies}
    dropped = {(row["source_key"], row["label"]) for row in own("drops.csv")}
    subject = {name: row["code"] for row in countries for name in (row["name"], row["official"], *row["aliases"].split("|")) if name}
    result: dict[str, list[Row]] = defaultdict(list)
    for row in holdings:
        code, label = row["of"], row["office_label"]
        if (row["person_key"], label) in dropped or (row["person_key"], "*") in dropped:
            continue
        if label in {"emir", "prime minister", "president"} and "world-leaders-2021" in row["source"]:
            continue
        if row["start"] and row["start"] < "1900" or len(row["start"]) == 3:
            continue
        body = _BODIES.get(code, "")
        if body and body not in known:
            raise ValueError(f"no organisation {body} for the office {label}")
        country = by_code.get(code)
        title = title_of(label, country)
        kind = _kind(row, title, code, titles)
        # "President of Artsakh" under AM: the source files a part of a country, or an unrecognised state, under the country.
        if kind in {"head-of-state", "head-of-government"}:
            rest = re.search(r"\bof (?:the )?([A-Z][\w'-]+(?: [A-Z][\w'-]+)*)$", title)
            if rest and rest[1] not in subject and re.match(r"(?:Acting |Interim )?(?:President|Prime Minister|Chief Minister|Premier|Head|Governor|Yang di)", title) and not re.search(r"Government|Council|State|Republic|Confed|Ministers", rest[1]):
                kind = "regional-leader"
            if re.match(r"(?:Chief Minister|Yang di-Pertua Negeri|President of the (?:Generalitat|Territorial|Pontifical))", title):
                kind = "regional-leader"
        if not code or code in _REGIONS or len(code) != 2 and not body:
            kind, country = ("regional-leader" if kind in {"head-of-state", "head-of-government", "foreign-minister"} else kind), None
        start, end, closing = _dates(row)
        if end and end < "1989":
            continue
        result[merged.get(row["person_key"], row["person_key"])].append(
            {
                "person": merged.get(row["person_key"], row["person_key"]),
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
    return result
