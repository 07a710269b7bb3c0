"""How the arrows of a diagram run, and the order of the classes in each column that keeps them short.

Each property starts at its own line of its class's box, and all arrows to one class share a line, so that there is one
arrowhead for each class and side. Arrows run across, then along a channel between two columns, then across; they pass a
column in between through a gap kept for that. This is Sugiyama's layered method, with ports and shared lines, for
graphs of some dozens of classes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from server.vocabulary.layout import (
    GAP,
    HEAD,
    INDENT,
    LANE,
    LINE,
    MARGIN,
    PAD,
    STACK,
    TRACK,
    Arrow,
    Box,
    Drawing,
    Family,
    Placed,
    columns,
    height,
)  # fmt: skip

Key = tuple[int, str, int]
"""A channel, the class that its line leads to, and the direction: 1 to the right, -1 to the left."""


def lay_out(families: Mapping[str, Family]) -> Drawing:
    """Return the diagram of some families by the names of their roots; the same input gives the same diagram."""
    home = {box.name: root for root, family in families.items() for box in family}
    return _ordered(_Grid(families, home, columns(families, home))).drawing()


@dataclass(frozen=True)
class _Lane:
    """A gap in a column through which the lines to one class pass."""

    target: str
    column: int


@dataclass(frozen=True)
class _Grid:
    """Families and lanes in columns, from top to bottom."""

    families: Mapping[str, Family]
    home: Mapping[str, str]
    column: Mapping[str, int]
    items: tuple[tuple[str | _Lane, ...], ...] = ()

    def __post_init__(self) -> None:
        if not self.items:
            found: list[list[str | _Lane]] = [[] for _ in range(max(self.column.values(), default=0) + 1)]
            for root in self.families:
                found[self.column[root]].append(root)
            for lane in sorted({lane for way in self._ways() for lane in way}, key=lambda each: each.target):
                found[lane.column].append(lane)
            object.__setattr__(self, "items", tuple(tuple(each) for each in found))

    def _ports(self) -> Iterator[tuple[Box, int, str, int, int]]:
        """Yield each line with an arrow: box, index, target, and the columns of both."""
        for root, family in self.families.items():
            for box in family:
                for index, line in enumerate(box.lines):
                    if line.target:
                        yield box, index, line.target, self.column[root], self.column[self.home[line.target]]

    def _ways(self) -> Iterator[tuple[_Lane, ...]]:
        for _, _, target, start, end in self._ports():
            between = range(start + 1, end) if start < end else range(end + 1, start)
            yield tuple(_Lane(target, column) for column in between)

    def heights(self) -> dict[str | _Lane, float]:
        """Return the top of each box and the height of each lane; columns are centred on the tallest."""
        tops: dict[str | _Lane, float] = {}
        sizes = [
            sum(LANE if isinstance(each, _Lane) else height(self.families[each]) + GAP for each in column) - GAP
            for column in self.items
        ]
        for column, size in zip(self.items, sizes, strict=True):
            y = (max(sizes) - size) / 2
            for each in column:
                if isinstance(each, _Lane):
                    tops[each] = y - GAP / 2 + LANE / 2
                    y += LANE
                else:
                    for box in self.families[each]:
                        tops[box.name] = y
                        y += box.height + STACK
                    y += GAP - STACK
        return tops

    def hops(self, tops: Mapping[str | _Lane, float]) -> dict[Key, list[tuple[float, float, int]]]:
        """Return for each channel, target and direction the heights between which lines run along the channel.

        Each is where a line comes in, where it goes out, and on which side it comes in (-1 left, 1 right).
        Channel ``c`` lies to the right of column ``c``.
        """
        found: dict[Key, list[tuple[float, float, int]]] = defaultdict(list)
        for box, index, target, start, end in self._ports():
            y = tops[box.name] + HEAD + PAD + (index + 0.5) * LINE
            goal = tops[target] + HEAD / 2
            if start < end:
                for channel in range(start, end):
                    out = goal if channel == end - 1 else tops[_Lane(target, channel + 1)]
                    found[channel, target, 1].append((y, out, -1))
                    y = out
            elif start == end:
                found[start, target, -1].append((y, goal, -1))
            else:
                for channel in range(start - 1, end - 1, -1):
                    out = goal if channel == end else tops[_Lane(target, channel)]
                    found[channel, target, -1].append((y, out, 1))
                    y = out
        return found

    def cost(self) -> float:
        """Return how far lines run along channels, and how often they are in each other's way there."""
        spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for (channel, _, _), found in self.hops(self.heights()).items():
            heights = [y for hop in found for y in hop[:2]]
            spans[channel].append((min(heights), max(heights)))
        return sum(
            sum(high - low for low, high in each)
            + 12 * sum(a[0] < b[1] and b[0] < a[1] for i, a in enumerate(each) for b in each[:i])
            for each in spans.values()
        )

    def drawing(self) -> Drawing:
        """Return the diagram."""
        tops = self.heights()
        hops = self.hops(tops)
        tracks = {channel: _tracks(hops, channel) for channel in range(len(self.items))}
        placed, channels, x = list[Placed](), list[float](), 0.0
        for number, column in enumerate(self.items):
            width = max(
                (box.width for each in column if isinstance(each, str) for box in self.families[each]), default=0.0
            )
            for each in column:
                for box in self.families[each] if isinstance(each, str) else ():
                    indent = box.depth * INDENT
                    placed.append(Placed(box, x + indent, tops[box.name], width - indent))
            x += width
            channels.append(x + MARGIN)
            count = max(tracks[number].values(), default=-1) + 1
            x += 2 * MARGIN + max(count - 1, 0) * TRACK if count or number + 1 < len(self.items) else 0.0
        at = {each.box.name: each for each in placed}
        lanes = {key: channels[key[0]] + number * TRACK for each in tracks.values() for key, number in each.items()}
        arrows = tuple(self._arrows(at, tops, lanes))
        bottom = max((each.y + each.box.height for each in placed), default=0.0)
        return Drawing(tuple(placed), arrows, tuple(self._trees(at)), x, bottom)

    def _arrows(
        self, at: Mapping[str, Placed], tops: Mapping[str | _Lane, float], lanes: Mapping[Key, float]
    ) -> Iterator[Arrow]:
        paths: dict[tuple[str, int], list[tuple[tuple[float, float], ...]]] = defaultdict(list)
        for box, index, target, start, end in self._ports():
            here, there = at[box.name], at[target]
            y = here.line(index)
            direction = 1 if start < end else -1
            path = [(here.x if start > end else here.x + here.width, y)]
            channels = range(start, end) if start < end else range(start - 1, end - 1, -1) if start > end else (start,)
            for channel in channels:
                last = channel == channels[-1]
                out = there.middle if last else tops[_Lane(target, channel + 1 if direction > 0 else channel)]
                x = lanes[channel, target, direction]
                path += [(x, y), (x, out)]
                y = out
            path.append((there.x if direction > 0 else there.x + there.width, there.middle))
            paths[target, direction].append(tuple(path))
        for (target, direction), found in sorted(paths.items()):
            tip = found[0][-1]
            yield Arrow(target, tuple(found), tip, direction < 0, tuple(sorted(_joins(found))))

    def _trees(self, at: Mapping[str, Placed]) -> Iterator[tuple[tuple[float, float], ...]]:
        for family in self.families.values():
            above: list[Placed] = []
            for box in family:
                here = at[box.name]
                del above[box.depth :]
                if above:
                    x = above[-1].x + INDENT / 2
                    yield (here.x, here.middle), (x, here.middle), (x, above[-1].y + above[-1].box.height)
                above.append(here)


def _tracks(hops: Mapping[Key, list[tuple[float, float, int]]], channel: int) -> dict[Key, int]:
    """Return which track of a channel each target's line has: none lies on another, and the short ones lie outside.

    Lines that go back to the left come first, next to the boxes that they go to.
    """
    spans = {}
    for key, found in hops.items():
        if key[0] == channel:
            heights = [y for hop in found for y in hop[:2]]
            spans[key] = (min(heights), max(heights))
    used: list[list[tuple[float, float]]] = []
    tracks = {}
    for key in sorted(spans, key=lambda each: (each[2], -(spans[each][1] - spans[each][0]) * each[2], each)):
        low, high = spans[key]
        free = (
            number
            for number, taken in enumerate(used)
            if all(high + LINE / 2 < other[0] or other[1] + LINE / 2 < low for other in taken)
        )
        number = next(free, len(used))
        if number == len(used):
            used.append([])
        used[number].append((low, high))
        tracks[key] = number
    return tracks


def _joins(paths: Iterable[tuple[tuple[float, float], ...]]) -> set[tuple[float, float]]:
    """Return the corners of lines that lie on another line to the same class, within it."""
    corners: set[tuple[float, float]] = set()
    every = list(paths)
    pieces = {piece for path in every for piece in pairwise(path)}
    for path in every:
        for x, y in path[1:-1]:
            for (x1, y1), (x2, y2) in pieces:
                along = x1 == x2 == x and min(y1, y2) < y < max(y1, y2)
                across = y1 == y2 == y and min(x1, x2) < x < max(x1, x2)
                if along or across:
                    corners.add((x, y))
    return corners


def _ordered(grid: _Grid) -> _Grid:
    """Return the grid with its columns arranged so that lines are short, by moving one item at a time."""
    best, least = grid, grid.cost()
    moved = True
    while moved:
        moved = False
        for number, column in enumerate(best.items):
            for each in column:
                rest = [other for other in best.items[number] if other != each]
                for place in range(len(rest) + 1):
                    arranged = (*rest[:place], each, *rest[place:])
                    tried = replace(best, items=(*best.items[:number], arranged, *best.items[number + 1 :]))
                    if (cost := tried.cost()) < least - 1e-6:
                        best, least, moved = tried, cost, True
    return best
