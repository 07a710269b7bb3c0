"""What may be given on the command line, as values; a ValueError makes argparse say that it is wrong."""

from __future__ import annotations

import argparse
from datetime import date


def positive(value: str) -> int:
    """Return a whole number of at least one."""
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def count(value: str) -> int:
    """Return a whole number, which may be none."""
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


def seconds(value: str) -> float:
    """Return a time of at most an hour."""
    number = float(value)
    if not 0 < number <= 3600:
        raise ValueError(value)
    return number


def pause(value: str) -> float:
    """Return seconds between one look and the next, at least one and at most a week."""
    number = float(value)
    if not 1 <= number <= 604_800:
        raise ValueError(value)
    return number


def share(value: str) -> float:
    """Return a number from 0 to 1."""
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(value)
    return number


def rate(value: str) -> float:
    """Return how often a second, at most a thousand times."""
    number = float(value)
    if not 0 < number <= 1000:
        raise ValueError(value)
    return number


def kinds(value: str) -> tuple[str, ...]:
    """Return kinds of things, given with commas between them."""
    from kg.lookup import KINDS

    kinds = tuple(value.split(","))
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no kind; there are {', '.join(KINDS)}")
    return kinds


def address(value: str) -> str:
    """Return an address on the web."""
    if not value.startswith(("http://", "https://")) or any(c.isspace() for c in value):
        raise argparse.ArgumentTypeError(f"{value!r} is no http(s) address")
    return value


def day(value: str) -> date:
    """Return a day written as ISO 8601 has it."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is not a date; write it as 2022-05-18") from error


def base(value: str) -> str:
    """Return what IRIs can begin with."""
    if not value.startswith(("http://", "https://")) or not value.endswith("/"):
        raise argparse.ArgumentTypeError(f"{value!r} is not an http(s) IRI that ends in /")
    return value


def add_min_confidence(command: argparse._ActionsContainer) -> None:
    """Add the option that replaces the usual thresholds."""
    words = "all reports that are this sure, 0 to 1, in place of those above the usual thresholds: fewer, or more"
    command.add_argument("--min-confidence", type=share, metavar="C", help=words)
