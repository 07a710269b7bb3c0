"""The example queries that come with the ontology: ``ontology/queries/*.rq``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

AUDIENCES = {
    "researchers": "For researchers of international relations",
    "journalists": "For journalists and fact-checkers",
    "engineers": "For engineers of knowledge graphs",
}
"""What the pages call the kinds of users that examples are for, in the order in which they stand there."""


@dataclass(frozen=True)
class Example:
    """A query to start from; ``name`` is the file's without ending, ``question`` what it answers, in plain words.

    ``show`` is how the editor shows its answer: ``table``, ``map``, ``timeline`` or ``chart``. ``audience`` is for whom
    the question is, a word such as ``journalists``, or empty.
    """

    name: str
    title: str
    question: str
    query: str
    show: str = "table"
    audience: str = ""


@dataclass(frozen=True)
class Group:
    """Examples for one kind of user; ``title`` is what the pages call it."""

    title: str
    examples: tuple[Example, ...]


def packaged() -> tuple[Example, ...]:
    """Return the examples of this installation, sorted by file name."""
    return read(files("ontology").joinpath("queries"))


def read(folder: Traversable) -> tuple[Example, ...]:
    """Return the examples in a folder, none if there is no such folder.

    A file may have the comments ``# title: …``, ``# question: …``, ``# for: …`` and ``# show: …``, which are left out
    of the query; without a title, the file's name is one: ``who-met-whom.rq`` is "Who met whom".
    """
    if not folder.is_dir():
        return ()
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".rq")), key=lambda file: file.name)
    return tuple(_parse(file.name.removesuffix(".rq"), file.read_text(encoding="utf-8")) for file in found)


def grouped(examples: Iterable[Example]) -> tuple[Group, ...]:
    """Return the examples by audience: those of :data:`AUDIENCES` in that order, then others as they come.

    The order within a group is that of ``examples``. Those without an audience are the last group.
    """
    found: dict[str, list[Example]] = {audience: [] for audience in AUDIENCES}
    for example in examples:
        found.setdefault(example.audience, []).append(example)
    unmarked = found.pop("", [])
    titles = {audience: AUDIENCES.get(audience, f"For {audience}") for audience in found}
    groups = [Group(titles[audience], tuple(members)) for audience, members in found.items() if members]
    if unmarked:
        groups.append(Group("For everybody" if not groups else "Others", tuple(unmarked)))
    return tuple(groups)


def _parse(name: str, text: str) -> Example:
    said = {"title": name.replace("-", " ").replace("_", " ").capitalize(), "question": "", "show": "table", "for": ""}
    lines = []
    for line in text.splitlines():
        key, colon, value = line.removeprefix("#").partition(":")
        if line.startswith("#") and colon and key.strip() in said:
            said[key.strip()] = value.strip()
        else:
            lines.append(line)
    return Example(name, said["title"], said["question"], "\n".join(lines).strip() + "\n", said["show"], said["for"])
