"""The documents are true: the README's queries give the printed answers, and what it names exists.

    python -m tests.test_docs --write

prints the present answers into the README, for people to read in the diff.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import pytest

from kg.pipeline import build
from kg.query import run
from kg.release import Release, open_release

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
EXAMPLE = re.compile(r"(```sparql\n(?P<query>(?:(?!```).)*)```\n\n```text\n)(?P<answer>.*?)(```\n)", re.DOTALL)
MODULES = sorted(
    path for package in ("kg", "server") for path in (ROOT / package).rglob("*.py") if path.stem[:2] != "__"
)


def examples() -> list[tuple[str, str]]:
    """Return the README's queries with the answers printed below them."""
    return [(match["query"], match["answer"]) for match in EXAMPLE.finditer(README.read_text("utf-8"))]


def answers(release: Release) -> list[str]:
    """Return what the seeds' release answers to the README's queries."""
    base = str(release.manifest["base"])
    return [run(release.store, query, base=base).decode("utf-8") for query, _ in examples()]


@pytest.mark.slow
def test_the_queries_answer_as_printed(seeds_release: Release) -> None:
    printed = [answer for _, answer in examples()]
    assert len(printed) == 8
    assert answers(seeds_release) == printed, "read the difference; if it is right: python -m tests.test_docs --write"
    assert all(len(answer.splitlines()) > 2 for answer in printed)


@pytest.mark.parametrize("document", [README, ARCHITECTURE, ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_paths_that_documents_name_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    named = re.findall(r"`((?:kg|server|tests|ontology|shapes|seeds|\.ci)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_make_targets_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"^make (\w+)", README.read_text("utf-8"), flags=re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    assert {"setup", "demo", "check", "test", "bench"} <= targets
    assert named <= targets


def test_commands_that_the_readme_names_exist(capsys: pytest.CaptureFixture[str]) -> None:
    from kg.cli import main

    with pytest.raises(SystemExit):
        main(["--help"])
    usage = capsys.readouterr().out
    commands = "build|add|retract|link|query|serve|mcp|validate|evaluate|explain|dump|push|demo|watch"
    named = set(re.findall(rf"\blegation ({commands})\b", prose()))
    assert {"build", "link", "query", "serve", "evaluate"} <= named
    assert [command for command in sorted(named) if not re.search(rf"^\s+{command}\b", usage, re.MULTILINE)] == []


def prose() -> str:
    """Return the README and the list of changes."""
    return README.read_text("utf-8") + (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_has_its_sentence(module: Path) -> None:
    """A module at the top of a package is named with its path, one further in by its file name in the folder's row."""
    text = ARCHITECTURE.read_text("utf-8")
    path = module.relative_to(ROOT)
    rows = [line for line in text.splitlines() if line.startswith(f"| `{path.parent}/`")]
    assert f"`{path}`" in text or any(f"`{path.name}`" in row for row in rows), f"say in ARCHITECTURE.md what {path} is"


def test_decisions_are_dated() -> None:
    decisions = ARCHITECTURE.read_text("utf-8").partition("## Decisions")[2]
    paragraphs = [paragraph for paragraph in decisions.strip().split("\n\n") if paragraph]
    assert len(paragraphs) > 5
    assert [p for p in paragraphs if not re.match(r"\*\*\[\d{4}-\d\d-\d\d\] ", p)] == []


def write() -> None:
    """Print the present answers into the README."""
    with tempfile.TemporaryDirectory() as folder:
        build(sorted((ROOT / "seeds").glob("*.txt")), Path(folder))
        fresh = iter(answers(open_release(Path(folder))))
    text = EXAMPLE.sub(lambda match: match[1] + next(fresh) + match[4], README.read_text("utf-8"))
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.test_docs --write")
    write()
