"""What is printed: one table of times, one line for each aim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.endpoint.race import ENGINE, Race, Rows, Time

TIMES_RDFLIB = 50.0
TIMES_OXIGRAPH = 1.3
NOTICED_MS = 5.0
SHARE_PING = 0.5
SHARE_ROWS = 0.85


@dataclass(frozen=True)
class Aim:
    """What was to be reached and what was."""

    what: str
    reached: str
    missed: bool


def table(race: Race, servers: Sequence[str]) -> Iterator[str]:
    """Yield the medians by question, and how they stand to those of Legation, which is the first server."""
    ours, *others = servers
    yield (
        f"{'milliseconds, median':20}{'rows':>8}{'KiB':>8} |"
        + "".join(f"{name:>16}" for name in (ENGINE, *servers))
        + " | "
        + "".join(f"{name + ' / ' + ours:>26}" for name in others)
    )
    for question, row in race.times.items():
        count, size = race.sizes.get(question, (0, 0))
        times = "".join(f"{_cell(row.get(name)):>16}" for name in (ENGINE, *servers))
        ratios = "".join(f"{_ratio(row.get(name), row.get(ours)):>26}" for name in others)
        yield f"{question:20}{count:>8}{size / 1024:>8.0f} |{times} | {ratios}"
    means = "".join(f"{_bound(race, name)}{race.mean(name, ours):.2f}".rjust(26) for name in others)
    yield f"{'geometric mean':36} |" + " " * (16 * (len(servers) + 1)) + f" | {means}"


def aims(race: Race, servers: Sequence[str]) -> Iterator[Aim]:
    """Yield what the times are to be, for those servers that were there."""
    ours, *others = servers
    if "rdflib-endpoint" in others:
        mean = race.mean("rdflib-endpoint", ours)
        told = f"{_bound(race, 'rdflib-endpoint')}{mean:.0f}×"
        yield Aim(f"rdflib-endpoint takes {TIMES_RDFLIB:g}× as long, geometric mean", told, mean < TIMES_RDFLIB)
    if "oxigraph" in others:
        ratios = race.ratios(ours, "oxigraph", least_ms=NOTICED_MS)
        worst = max(ratios, key=lambda name: ratios[name], default=None)
        beyond = sum(ratio > TIMES_OXIGRAPH for ratio in ratios.values())
        told = (
            f"at most {ratios[worst]:.2f}× ({worst}), {beyond} of {len(ratios)} beyond" if worst else "none is so slow"
        )
        what = f"within {TIMES_OXIGRAPH:g}× of oxigraph serve, over {NOTICED_MS:g} ms there"
        yield Aim(what, told, bool(beyond))


def requests_aim(ours: Sequence[float], ping: Sequence[float], share: float) -> Aim:
    """Return what the smallest query reaches of a bare ping, given the rates of each turn."""
    told = f"{share:.0%} ({_middle(ours):,.0f} a second beside {_middle(ping):,.0f})"
    return Aim(f"requests a second, {SHARE_PING:.0%} of a bare ping", told, share < SHARE_PING)


def rows_aim(rows: Rows) -> Aim:
    """Return what the rows over HTTP reach of those in a loop."""
    share = rows.http / rows.loop
    told = (
        f"{share:.0%} ({rows.http:,.0f} rows a second over HTTP, {rows.loop:,.0f} in a loop, "
        f"{rows.written:,.0f} written as bytes)"
    )
    return Aim(f"many rows, {SHARE_ROWS:.0%} of bare iteration", told, share < SHARE_ROWS)


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _cell(time: Time | None) -> str:
    if time is None:
        return "error"
    return f"{'>' if time.over else ''}{time.ms:.2f}" + ("" if time.runs > 3 else f" ({time.runs})")


def _ratio(time: Time | None, ours: Time | None) -> str:
    return f"{'>' if time.over else ''}{time.ms / ours.ms:.2f}" if time and ours else "–"


def _bound(race: Race, server: str) -> str:
    return ">" if any(row[server].over for row in race.times.values() if server in row) else ""
