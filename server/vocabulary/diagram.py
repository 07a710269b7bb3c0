"""The diagram of an ontology in SVG, drawn from its terms: nothing here knows a class by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape, quoteattr

from server.vocabulary.grid import lay_out
from server.vocabulary.layout import HEAD, Arrow, Box, Drawing, Line, Placed
from server.vocabulary.terms import Ref, Term, Vocabulary

Where = Callable[[str], str]

ANYTHING = frozenset({"owl:Thing", "rdfs:Resource", "rdfs:Literal"})
"""Ranges that tell nothing, to which no arrow goes."""

COLOURS = (
    "#1f5fa8", "#a8451f", "#2f6f3e", "#7a3e9d", "#8a6100", "#00707a", "#a02c5d", "#4b5563", "#5a6b00", "#3b3fb0",
)  # fmt: skip
"""Of arrows, in turn by the class that they go to; each has a contrast of 4.5 or more with white."""

EDGE = 12

STYLE = """
.diagram text { fill: #1c2430; font-size: 12px; }
.diagram text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
.diagram .head { font-size: 13px; font-weight: 600; }
.diagram .value { fill: #5b6675; }
.diagram .box { fill: #fff; stroke: #8592a6; }
.diagram .top { fill: #e8eef6; stroke: #8592a6; }
.diagram .foreign { fill: #fff; stroke-dasharray: 4 3; }
.diagram .tree { fill: none; stroke: #8592a6; }
.diagram .isa { fill: #fff; stroke: #8592a6; }
.diagram .arrow { fill: none; stroke-width: 1.4; stroke-linejoin: round; }
.diagram a:hover text, .diagram a:focus text { text-decoration: underline; fill: #0b5cad; }
"""


def draw(drawing: Drawing, *, title: str, where: Where) -> str:
    """Return a diagram as an SVG element; ``where`` gives the address of a term by its local name."""
    return _svg(drawing, title, where)


def plan(vocabulary: Vocabulary) -> Drawing:
    """Return where everything in the diagram of an ontology stands, which takes most of the time (0.2 s)."""
    return lay_out(families(vocabulary))


def families(vocabulary: Vocabulary) -> dict[str, tuple[Box, ...]]:
    """Return all classes of ours as families by root, each class once, and the classes elsewhere that properties reach.

    A class below several of ours stands below the first of them and names the others.
    """
    classes = {each.name: each for each in vocabulary.terms.values() if each.kind == "owl:Class"}
    above = {
        name: [ref.name for ref in each.values("Subclass of") if ref.name in classes] for name, each in classes.items()
    }
    below: dict[str, list[str]] = defaultdict(list)
    for name, parents in above.items():
        if parents:
            below[parents[0]].append(name)
    reached: dict[str, Ref] = {}
    lines = {name: tuple(_lines(vocabulary, classes, name, above[name][1:], reached)) for name in classes}
    told: set[str] = set()

    def tree(name: str, depth: int) -> Iterator[Box]:
        if name not in told:
            told.add(name)
            each = classes[name]
            yield Box(name, name, lines[name], depth, tip=" ".join(each.definitions[:1]))
            for child in sorted(below[name]):
                yield from tree(child, depth + 1)

    found = {name: tuple(tree(name, 0)) for name in classes if not above[name]}
    found |= {name: tuple(tree(name, 0)) for name in classes if name not in told}  # those that lie in a circle
    return found | {text: (Box(text, text, foreign=True, tip=ref.iri),) for text, ref in sorted(reached.items())}


def _lines(
    vocabulary: Vocabulary, classes: dict[str, Term], name: str, also: list[str], reached: dict[str, Ref]
) -> Iterator[Line]:
    """Yield what stands in the box of a class: properties of things first, then of data, then its members."""
    for parent in also:
        yield Line("also a", parent, target=parent)
    for kind in ("owl:ObjectProperty", "owl:DatatypeProperty"):
        for each in vocabulary.terms.values():
            if each.kind == kind and any(ref.name == name for ref in (*each.values("Domain"), *each.values("Used on"))):
                yield from _property(each, classes, reached)
    members = [ref for ref in classes[name].values("Members") if ref.name]
    if members:
        yield Line(f"{len(members)} individuals" if len(members) > 1 else "1 individual")


def _property(each: Term, classes: dict[str, Term], reached: dict[str, Ref]) -> Iterator[Line]:
    """Yield the lines of a property: one for each class that its values may be of."""
    tip = " ".join(each.definitions[:1])
    ranges = [*each.values("Range"), *each.values("Values")]
    if each.kind == "owl:DatatypeProperty":
        told = [ref.text.partition(":")[2] for ref in ranges if ref.text not in ANYTHING]
        yield Line(each.name, f": {' | '.join(dict.fromkeys(told)) or 'Literal'}", each.name, tip=tip)
        return
    for ref in ranges or [Ref("owl:Thing")]:
        target = ref.name if ref.name in classes else "" if ref.text in ANYTHING else ref.text
        if target and target not in classes:
            reached[target] = ref
        yield Line(each.name, f"→ {ref.name or ref.text}", each.name, target, tip)


def _svg(drawing: Drawing, title: str, where: Where) -> str:
    width, height = drawing.width + 2 * EDGE, drawing.height + 2 * EDGE
    classes = sum(not each.box.foreign for each in drawing.placed)
    about = (
        f"{classes} classes as boxes, subclasses indented below their class. Object properties lead by arrows from"
        " their line to the class of their values; datatype properties have the datatype after a colon."
    )
    colours = {each.box.name: COLOURS[0] for each in drawing.placed}
    for number, target in enumerate(dict.fromkeys(arrow.target for arrow in drawing.arrows)):
        colours[target] = COLOURS[number % len(COLOURS)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram"'
            f' viewBox="{-EDGE} {-EDGE} {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
            ' aria-labelledby="diagram-title diagram-text">',
            f'<title id="diagram-title">Diagram: {escape(title)}</title>',
            f'<desc id="diagram-text">{escape(about)}</desc>',
            f"<style>{STYLE}</style>",
            *(f'<polyline class="tree" points="{_points(path)}"/>' for path in drawing.trees),
            *(_triangle(*path[-1]) for path in drawing.trees),
            *(_arrow(arrow, colours[arrow.target]) for arrow in drawing.arrows),
            *(_box(each, where) for each in drawing.placed),
            "</svg>",
        ]
    )


def _arrow(arrow: Arrow, colour: str) -> str:
    x, y = arrow.tip
    back = 8 if arrow.leftward else -8
    lines = "".join(f'<polyline points="{_points(path)}"/>' for path in arrow.paths)
    dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.4" fill="{colour}"/>' for a, b in arrow.joins)
    head = f'<polygon points="{x:.1f},{y:.1f} {x + back:.1f},{y - 4:.1f} {x + back:.1f},{y + 4:.1f}" fill="{colour}"/>'
    return f'<g class="arrow" stroke="{colour}">{lines}{dots}{head}</g>'


def _triangle(x: float, y: float) -> str:
    return f'<polygon class="isa" points="{x:.1f},{y:.1f} {x - 5:.1f},{y + 7:.1f} {x + 5:.1f},{y + 7:.1f}"/>'


def _box(placed: Placed, where: Where) -> str:
    box, x, y, width = placed.box, placed.x, placed.y, placed.width
    head = f'<text class="head" x="{x + 8:.1f}" y="{y + HEAD / 2 + 4.5:.1f}">{escape(box.title)}</text>'
    shapes = [f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{box.height:.1f}" rx="3"/>']
    kind = "top foreign" if box.foreign else "top"
    shapes.append(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEAD}" rx="3"/>')
    shapes.append(_linked(head, box.tip if box.foreign else where(box.name), box.title if box.foreign else box.tip))
    for index, line in enumerate(box.lines):
        value = f' <tspan class="value">{escape(line.value)}</tspan>' if line.value else ""
        kind = "" if line.name else ' class="value"'
        text = f'<text{kind} x="{x + 8:.1f}" y="{placed.line(index) + 4:.1f}">{escape(line.text)}{value}</text>'
        shapes.append(_linked(text, where(line.name), line.tip) if line.name else text)
    return f"<g>{''.join(shapes)}</g>"


def _linked(text: str, target: str, tip: str) -> str:
    return f"<a href={quoteattr(target)}><title>{escape(tip)}</title>{text}</a>"


def _points(path: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
