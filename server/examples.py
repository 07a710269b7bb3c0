"""The example queries that come with the ontology: ``ontology/queries/*.rq``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable


@dataclass(frozen=True)
class Example:
    """A query to start from; ``name`` is the file's without ending, ``question`` what it answers, in plain words.

    ``show`` is how the editor shows its answer: ``table``, ``map``, ``timeline`` or ``chart``.
    """

    name: str
    title: str
    question: str
    query: str
    show: str = "table"


def packaged() -> tuple[Example, ...]:
    """Return the examples of this installation, sorted by file name."""
    return read(files("ontology").joinpath("queries"))


def read(folder: Traversable) -> tuple[Example, ...]:
    """Return the examples in a folder, none if there is no such folder.

    A file may have the comments ``# title: …``, ``# question: …`` and ``# show: …``, which are left out of the
    query; without a title, the file's name is one: ``who-met-whom.rq`` is "Who met whom".
    """
    if not folder.is_dir():
        return ()
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".rq")), key=lambda file: file.name)
    return tuple(_parse(file.name.removesuffix(".rq"), file.read_text(encoding="utf-8")) for file in found)


def _parse(name: str, text: str) -> Example:
    said = {"title": name.replace("-", " ").replace("_", " ").capitalize(), "question": "", "show": "table"}
    lines = []
    for line in text.splitlines():
        key, colon, value = line.removeprefix("#").partition(":")
        if line.startswith("#") and colon and key.strip() in said:
            said[key.strip()] = value.strip()
        else:
            lines.append(line)
    return Example(name, said["title"], said["question"], "\n".join(lines).strip() + "\n", said["show"])
