"""Stories told in several articles: the occasions they have in common, and what each article says of them.

A folder holds ``ID.txt`` beside ``ID.json`` (title and day of publication) and ``truth.json``: the occasions with
the words that tell of them, the pairs of look-alikes that are ``apart``, and other ``names`` of the actors. A second
file of reports says of each telling what that article itself supports: whom it names or denotes, the
place, the date at its own precision, the status. ``roles`` there has those whom the article never names
and the office by which it denotes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kg.article import read_inputs
from kg.evaluate.gold import Kind
from kg.records import Article, Mode, Refusal, Status

DATA = Path(__file__).parents[1] / "data"
MERGE = DATA / "merge"
MERGE_REPORTS = DATA / "merge_reports.json"
OWN = DATA / "stories"
Half = Literal["open", "blind", "all", "none"]


@dataclass(frozen=True)
class Told:
    """What one article says of one occasion; ``who`` are canonical names, ``words`` a statement's content."""

    occasion: str
    kind: Kind
    article: str
    evidence: str
    who: tuple[str, ...]
    status: Status
    place: str | None = None
    country: str | None = None
    edtf: str | None = None
    mode: Mode = "unknown"
    words: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True)
class Stories:
    """Articles by id, what each tells, the pairs of occasions to keep apart, and the other names of actors."""

    articles: Mapping[str, Article]
    told: tuple[Told, ...]
    apart: tuple[tuple[str, str], ...]
    names: Mapping[str, tuple[str, ...]]

    def of(self, article: str) -> tuple[Told, ...]:
        """Return what an article tells, by its place in the text."""
        text = self.articles[article].text
        told = [t for t in self.told if t.article == article]
        return tuple(sorted(told, key=lambda t: (text.index(t.words or t.evidence), t.occasion)))

    def __add__(self, other: Stories) -> Stories:
        """Return both, to be merged as if they were one collection."""
        return Stories(
            {**self.articles, **other.articles},
            self.told + other.told,
            self.apart + other.apart,
            {**self.names, **other.names},
        )


def load(folder: Path, reports: Path, half: Half = "all") -> Stories:
    """Return the stories of a folder with what the file ``reports`` says each article supports.

    ``half`` is ``open`` for the stories of odd number, ``blind`` for the even ones; the number is in the occasion's id.

    Raises:
        ValueError: An article cannot be read, or the reports and the truth do not speak of the same tellings.
    """
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    occasions = {o["id"]: o for o in truth["occasions"] if _in(o["id"], half)}
    rows = [row for row in json.loads(reports.read_text("utf-8")) if row["occasion"] in occasions]
    known = {(o["id"], r["article"], r["evidence"]) for o in occasions.values() for r in o["reports"]}
    said = {(row["occasion"], row["article"], row["evidence"]) for row in rows}
    if len(said) != len(rows) or known != said:
        raise ValueError(f"{reports}: not the tellings of {folder / 'truth.json'}: {sorted(known ^ said)[:3]}")
    articles = {row["article"] for row in rows}
    return Stories(
        articles={key: _article(folder / f"{key}.txt") for key in sorted(articles)},
        told=tuple(_told(row, occasions[row["occasion"]]) for row in rows),
        apart=tuple((a, b) for a, b in truth["apart"] if a in occasions and b in occasions),
        names={name: tuple(forms) for name, forms in truth["names"].items()},
    )


def chosen(half: Half, own: Path | None = None) -> Stories:
    """Return a half of the development set, with the stories of the folder ``own`` beside it if there is one."""
    parts = [load(MERGE, MERGE_REPORTS, half)] if half != "none" else []
    parts += [load(own, own / "reports.json")] if own else []
    return sum(parts[1:], parts[0])


def _in(occasion: str, half: Half) -> bool:
    odd = int(occasion.partition("-")[0][1:]) % 2 == 1
    return half == "all" or odd == (half == "open")


def _article(path: Path) -> Article:
    (article,) = read_inputs([path])
    if isinstance(article, Refusal):
        raise ValueError(f"{path}: {article.reason}; {article.remedy}")
    return article


def _told(row: Mapping[str, Any], occasion: Mapping[str, Any]) -> Told:
    return Told(
        occasion=row["occasion"],
        kind=occasion["kind"],
        article=row["article"],
        evidence=row["evidence"],
        who=tuple(row["who"]),
        status=row["status"],
        place=row["place"],
        country=row["country"],
        edtf=row["date"],
        mode=row.get("mode", "unknown"),
        words=row.get("content"),
        roles=row.get("roles", {}),
        required=occasion["required"],
    )
