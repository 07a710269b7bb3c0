"""Scores as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from kg.evaluate.score import Scores, Tally

ROW = "{:<22}{:>7}{:>7}{:>7}{:>8}{:>8}{:>8}"


def render(scores: Scores, *, details: bool = False) -> str:
    """Return the scores as a table; with ``details`` also every miss, extra, trap taken and wrong detail.

    Details quote the articles: leave them out for articles that must stay unread.
    """
    lines = [ROW.format("", "P", "R", "F1", "found", "extra", "missed")]
    lines += [_row(f"{kind}s", tally) for kind, tally in scores.kinds.items()]
    lines += [_row("all", scores.overall), ""]
    lines += [f"{name:<22}{a.share:>7.3f}   {a.right} of {a.total}" for name, a in scores.details.items()]
    lines += [
        f"{'traps taken':<22}{scores.traps.share:>7.3f}   {scores.traps.right} of {scores.traps.total}",
        f"extras that retell an annotated event: {scores.retold}; "
        f"missed statements inside a longer one: {scores.covered}",
        f"articles: {scores.articles}, not in the release: {len(scores.absent)}",
    ]
    if len(scores.styles) > 1:
        lines += ["", ROW.format("by style (all kinds)", "P", "R", "F1", "found", "extra", "missed")]
        lines += [_row(style, sum(kinds.values(), Tally())) for style, kinds in scores.styles.items()]
    if details:
        lines += ["", *_findings(scores)]
    return "\n".join(lines)


def _row(name: str, tally: Tally) -> str:
    figures = [f"{x:.3f}" for x in (tally.precision, tally.recall, tally.f1)]
    return ROW.format(name, *figures, tally.found, tally.extra, tally.missed)


def _findings(scores: Scores) -> Iterable[str]:
    if scores.absent:
        yield f"not in the release: {', '.join(scores.absent)}"
    for finding in sorted(scores.findings, key=lambda f: (f.article, f.kind, f.sort)):
        yield f"{finding.article}  {finding.sort:<12} {finding.kind:<10} {finding.what}"
        yield f"    | {finding.evidence}"


def to_json(scores: Scores, *, details: bool = False) -> str:
    """Return the scores as JSON, with shares in 0–1; with ``details`` also the findings."""
    data = {
        "articles": scores.articles,
        "kinds": {kind: _tally(tally) for kind, tally in {**scores.kinds, "all": scores.overall}.items()},
        "details": {name: {"share": a.share, "right": a.right, "of": a.total} for name, a in scores.details.items()},
        "styles": {style: {kind: _tally(t) for kind, t in kinds.items()} for style, kinds in scores.styles.items()},
        "traps": {"taken": scores.traps.right, "of": scores.traps.total},
        "retold": scores.retold,
        "covered": scores.covered,
        "absent": list(scores.absent) if details else len(scores.absent),
    }
    if details:
        data["findings"] = [vars(finding) for finding in scores.findings]
    return json.dumps(data, ensure_ascii=False, indent=1)


def _tally(tally: Tally) -> dict[str, float]:
    shares = {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
    return shares | {"found": tally.found, "extra": tally.extra, "missed": tally.missed}
