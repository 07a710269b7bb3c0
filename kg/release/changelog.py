"""The changes from one release to the next in words, for people, and as JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pyoxigraph import Store

from kg.iri import DEFAULT_BASE, Names
from kg.release.changes import (
    ADDED,
    CHANGED,
    CORRECTED,
    MERGED,
    REMOVED,
    RENAMED,
    RETRACTED,
    Changes,
    Entry,
    Gatherer,
    Listed,
)
from kg.release.opened import read_manifest

WORDS, RECORD = "changes.md", "changes.json"
"""Names of the two files beside the quads that were added and removed."""

KINDS = (
    *("articles", "visits", "meetings", "statements", "actors", "places", "offices", "terms in office"),
    *("links", "official records", "reports"),
)
"""In this order they are told of."""

WAYS = {
    ADDED: "new",
    CORRECTED: "corrected",
    CHANGED: "told otherwise",
    RENAMED: "renamed",
    MERGED: "part of another one now",
    RETRACTED: "retracted",
    REMOVED: "gone",
}
_OF_ARTICLES = {ADDED: "added"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")


def gatherer(release: Path) -> Gatherer:
    """Return what judges the changes to or from the release in a folder."""
    return Gatherer(Names(read_manifest(release).get("base", DEFAULT_BASE)))


def gathered(gatherer: Gatherer, a: Path, b: Path, *, version: str = "") -> Changes:
    """Return the changes that have passed, between the releases in two folders; ``b`` may not have its name yet.

    Raises:
        OSError: The store of ``b`` cannot be read.
    """
    return gatherer.gathered(a.name, version or b.name, Store.read_only(str(b / "store")))


def write_changes(folder: Path, changes: Changes) -> None:
    """Write both files; equal releases give equal bytes."""
    (folder / WORDS).write_text(in_words(changes), encoding="utf-8")
    (folder / RECORD).write_text(as_json(changes), encoding="utf-8")


def in_words(changes: Changes) -> str:
    """Return the changes as Markdown, whose marks in titles and labels are escaped."""
    return "\n".join(_lines(changes)) + "\n"


def as_json(changes: Changes) -> str:
    """Return the same as JSON: by kind and way how many, and the first of them."""
    kinds = {
        kind: {way: {"number": found.number, "first": [_plain(entry) for entry in found.first]} for way, found in ways}
        for kind, ways in _ordered(changes)
    }
    about = {"from": changes.a, "to": changes.b, "quads": {"added": changes.added, "removed": changes.removed}}
    return json.dumps({**about, "changes": kinds}, ensure_ascii=False, indent=1) + "\n"


def _lines(changes: Changes) -> Iterator[str]:
    yield f"# Changes from {changes.a} to {changes.b}"
    yield ""
    counted = [changes.number("articles", way) for way in (ADDED, CORRECTED, RETRACTED)]
    yield (
        f"Articles: {counted[0]:,} added, {counted[1]:,} corrected, {counted[2]:,} retracted. Quads, beside what "
        f"the releases say of themselves: {changes.added:,} added, {changes.removed:,} removed."
    )
    for kind, ways in _ordered(changes):
        yield ""
        yield f"## {kind.capitalize()}"
        for way, found in ways:
            word = _OF_ARTICLES.get(way, WAYS[way]) if kind == "articles" else WAYS[way]
            yield ""
            yield f"{found.number:,} {word}" + (":" if kind != "reports" else ".")
            if kind != "reports":  # their events are told of already
                yield ""
                yield from (f"- {_item(kind, entry)}" for entry in found.first)
                if (rest := found.number - len(found.first)) > 0:
                    yield f"- and {rest:,} more"


def _item(kind: str, entry: Entry) -> str:
    """Return what an entry says: ``Ada Example visits Norland: status changed from planned to occurred``."""
    label = _escaped(entry.label) or f"<{entry.iri}>"
    if kind == "links":
        relation, target = entry.details
        return f"{label}: {re.split('[#/]', relation)[-1]} <{target}>"
    details = [_escaped(detail) for detail in entry.details]
    if entry.successor:
        details.append(f"now {_escaped(entry.successor)}")
    about = f" (<{entry.iri}>)" if entry.label else ""
    return label + (f": {'; '.join(details)}" if details else "") + about


def _ordered(changes: Changes) -> Iterator[tuple[str, list[tuple[str, Listed]]]]:
    for kind in KINDS:
        ways = changes.kinds.get(kind, {})
        if found := [(way, ways[way]) for way in WAYS if way in ways]:
            yield kind, found


def _plain(entry: Entry) -> dict[str, object]:
    return {name: value for name, value in asdict(entry).items() if value}


def _escaped(text: str) -> str:
    """Return text in one line in which nothing is a mark of Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
