"""The command that judges data by the shapes: validate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """Add the command to the parsers of ``legation``."""
    command = commands.add_parser("validate", help="check RDF files and releases against the shapes")
    command.add_argument(
        "file",
        nargs="+",
        type=Path,
        metavar="FILE|DIR",
        help=".ttl, .nt, .nq, .trig, .jsonld or .rdf, also with .gz or .zst; or the folder of a release",
    )
    command.add_argument(
        "--severity",
        choices=("violation", "warning", "info"),
        default="warning",
        help="the least grave that is looked for and shown (warning)",
    )
    command.add_argument("--all", action="store_true", help="list every node, not the first of each kind")
    command.add_argument("--together", action="store_true", help="judge all files as one graph: the parts of a release")
    command.add_argument(
        "--format", choices=("text", "json", "turtle"), default="text", help="turtle is the standard's own report"
    )
    command.set_defaults(run=_validate)


def _validate(options: argparse.Namespace) -> int:
    from kg.validate import at_least, judge, packaged_shapes, sources
    from kg.validate.render import as_json, as_text, as_turtle

    shapes = at_least(packaged_shapes(), options.severity)
    judged = []
    for source in sources(options.file, together=options.together):
        report = judge(source.graph, shapes)
        judged.append((source, report))
        if options.format == "text":
            print(as_text(source, report, severity=options.severity, every=options.all))
    if options.format == "json":
        print(as_json(judged, severity=options.severity))
    elif options.format == "turtle":
        print(as_turtle(judged), end="")
    return 0 if all(report.conforms for _, report in judged) else 1
