"""The word lists of ``kg/data`` as sets and tables, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Roles:
    """Words that name what a person does; see ``kg/data/roles.toml``."""

    offices: frozenset[str]
    persons: frozenset[str]
    honorifics: frozenset[str]
    groups: frozenset[str]
    modifiers: frozenset[str]
    gender: Mapping[str, str]


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("kg.data") / name).read_text("utf-8"))


@lru_cache(maxsize=1)
def roles() -> Roles:
    """Return the role lexicon."""
    table = _table("roles.toml")
    return Roles(
        offices=frozenset(table["offices"]),
        persons=frozenset(table["persons"]),
        honorifics=frozenset(table["honorifics"]),
        groups=frozenset(table["groups"]),
        modifiers=frozenset(table["modifiers"]),
        gender={word: gender[0] for gender, words in table["gender"].items() for word in words},
    )


@lru_cache(maxsize=1)
def frames() -> dict[str, Any]:
    """Return the frames of visits, meetings and statements; see ``kg/data/frames.toml``."""
    return _table("frames.toml")
