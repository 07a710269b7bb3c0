"""The word lists are sorted, without repetitions, in lower case, and every act of saying has its words.

    python -m tests.test_lexicon --write

puts the lists in order.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from kg.lexicon import frames, roles
from kg.records import Act

DATA = Path(__file__).parents[1] / "kg" / "data"
FILES = (DATA / "frames.toml", DATA / "roles.toml")
LIST = re.compile(r"^(\w+) = \[([^\]]*)\]", re.MULTILINE)
WIDTH = 118
HINT = "put the lists in order with: python -m tests.test_lexicon --write"


def word_lists() -> Iterator[tuple[str, list[str]]]:
    """Yield every list with its path in its file: ``frames.visit.go``."""

    def walk(path: str, value: Any) -> Iterator[tuple[str, list[str]]]:
        if isinstance(value, Mapping):
            for key, below in value.items():
                yield from walk(f"{path}.{key}", below)
        else:
            yield path, value

    for file in FILES:
        yield from walk(file.stem, tomllib.loads(file.read_text("utf-8")))


def ordered(text: str) -> str:
    """Return a file's text with every list sorted, without repetitions, in lower case, wrapped."""
    return LIST.sub(
        lambda match: _list(match[1], sorted({w.lower() for w in re.findall(r'"([^"]*)"', match[2])})), text
    )


def _list(name: str, words: list[str]) -> str:
    short = f"{name} = [" + ", ".join(f'"{word}"' for word in words) + "]"
    if len(short) <= WIDTH:
        return short
    lines = [" "]
    for word in words:
        if len(lines[-1]) + len(word) + 4 > WIDTH:
            lines.append(" ")
        lines[-1] += f' "{word}",'
    return "\n".join([f"{name} = [", *lines, "]"])


@pytest.mark.parametrize(
    ("name", "words"), list(word_lists()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_lists_are_sorted_unique_and_lower_case(name: str, words: list[str]) -> None:
    assert words == sorted({word.lower() for word in words}), f"{name}: {HINT}"


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_files_are_laid_out_alike(file: Path) -> None:
    assert file.read_text("utf-8") == ordered(file.read_text("utf-8")), f"{file.name}: {HINT}"


def test_putting_in_order_mends_a_disordered_list() -> None:
    assert ordered('go = ["walk", "Fly", "walk"]\n') == 'go = ["fly", "walk"]\n'
    long = ordered("go = [" + ", ".join(f'"word{n:02}"' for n in range(40)) + "]")
    assert max(map(len, long.splitlines())) <= WIDTH
    assert len(tomllib.loads(long)["go"]) == 40


def test_every_act_has_verbs_and_no_other_is_listed() -> None:
    assert set(frames()["statement"]["verbs"]) == set(get_args(Act))
    assert set(frames()["statement"]["nouns"]) <= set(get_args(Act))


def test_no_noun_of_saying_names_two_acts() -> None:
    """The reader keeps one act a noun: a second one would be lost without a word."""
    nouns = frames()["statement"]["nouns"]
    all_nouns = [noun for words in nouns.values() for noun in words]
    assert [noun for noun in sorted(set(all_nouns)) if all_nouns.count(noun) > 1] == []


def test_gendered_words_are_role_words_or_honorifics() -> None:
    known = roles()
    assert known.gender["spokeswoman"] == "f"
    assert known.gender["mr"] == "m"
    unheard = set(known.gender) - known.offices - known.persons - known.honorifics - known.groups
    assert unheard <= {"madam"}


def main() -> None:
    """Put the lists in order."""
    for file in FILES:
        file.write_text(ordered(file.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.test_lexicon --write")
    main()
