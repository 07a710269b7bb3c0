"""What a diagram is made of, and which class stands in which column: geometry only, in units of a pixel.

A family is a class with all its subclasses, stacked as an indented tree. Families stand in columns so that properties
point to the right wherever they can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

HEAD, LINE, PAD = 24, 16, 5
GAP, LANE, INDENT = 26, 14, 20
STACK = 8
TRACK, MARGIN = 11, 18
CHARACTER = 6.7
"""Widest mean width of a character at the size of text in the boxes; heads are a little larger."""


@dataclass(frozen=True)
class Line:
    """One line of a box: a property or what else there is to say; ``target`` is the box that an arrow goes to."""

    text: str
    value: str = ""
    name: str = ""
    target: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Box:
    """A class; ``depth`` is how far below the root of its family."""

    name: str
    title: str
    lines: tuple[Line, ...] = ()
    depth: int = 0
    foreign: bool = False
    tip: str = ""

    @property
    def height(self) -> float:
        """The height of the box."""
        return HEAD + (len(self.lines) * LINE + 2 * PAD if self.lines else 0)

    @property
    def width(self) -> float:
        """The width that the texts need, with the indentation."""
        texts = [len(self.title) * 1.15, *(len(line.text) + len(line.value) + 3 for line in self.lines)]
        return max(texts) * CHARACTER + 20 + self.depth * INDENT


@dataclass(frozen=True)
class Placed:
    """A box in its place."""

    box: Box
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """The height at which arrows arrive."""
        return self.y + HEAD / 2

    def line(self, index: int) -> float:
        """Return the height at which the arrow of a line starts."""
        return self.y + HEAD + PAD + (index + 0.5) * LINE


@dataclass(frozen=True)
class Arrow:
    """All lines to one class from one side: ``paths`` end at it, ``joins`` are where they come together."""

    target: str
    paths: tuple[tuple[tuple[float, float], ...], ...]
    tip: tuple[float, float]
    leftward: bool
    joins: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Drawing:
    """A whole diagram; ``trees`` are the lines from subclasses to their classes."""

    placed: tuple[Placed, ...]
    arrows: tuple[Arrow, ...]
    trees: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    height: float


Family = Sequence[Box]


def columns(families: Mapping[str, Family], home: Mapping[str, str]) -> dict[str, int]:
    """Return the column of each family: the longest way to it from one that no property points at."""
    before: dict[str, set[str]] = {root: set() for root in families}
    for root, family in families.items():
        for target in sorted({home[line.target] for box in family for line in box.lines if line.target} - {root}):
            before[target].add(root)
    order = _acyclic(before)
    column: dict[str, int] = {}
    for root in order:
        column[root] = max((column[other] + 1 for other in before[root] if other in column), default=0)
    lonely = [root for root in order if not before[root] and not any(root in others for others in before.values())]
    heights: dict[int, float] = defaultdict(float)
    for root in sorted(families):
        if root not in lonely:
            heights[column[root]] += height(families[root]) + GAP
    for root in lonely:
        column[root] = min(heights or {0: 0.0}, key=lambda each: (heights[each], each))
        heights[column[root]] += height(families[root]) + GAP
    return column


def _acyclic(before: Mapping[str, set[str]]) -> list[str]:
    """Return the families in an order that follows their arrows, after leaving out one arrow of each circle."""
    kept = {root: set(others) for root, others in before.items()}
    while True:
        try:
            return list(TopologicalSorter({root: sorted(kept[root]) for root in sorted(kept)}).static_order())
        except CycleError as error:
            circle: list[str] = error.args[1]
            first, second = min(pairwise(circle))  # in each pair, the first comes before the second
            kept[second].discard(first)


def height(family: Family) -> float:
    """Return the height of a family from top to bottom."""
    return sum(box.height + STACK for box in family) - STACK
