"""Figures for operators, as Prometheus reads them: ``/metrics``, of this process since it started.

Labels have few values: a route is a rule of the application and never a path, and nothing names a client or a query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Protocol

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.current import Current
from server.federation import Call
from server.observe import OUTCOMES, Exchange

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Upper bounds of the histograms' classes: from the smallest query to the longest deadline that is sensible."""


class Statistics(Protocol):
    """What the query processes are doing, and how many were started and killed (by reason) so far."""

    @property
    def idle(self) -> int: ...  # noqa: D102
    @property
    def busy(self) -> int: ...  # noqa: D102
    @property
    def slow(self) -> int: ...  # noqa: D102
    @property
    def waiting(self) -> int: ...  # noqa: D102
    @property
    def started(self) -> int: ...  # noqa: D102
    @property
    def killed(self) -> Mapping[str, int]: ...  # noqa: D102


class Metrics:
    """The figures of one application; several in one program, as in tests, do not meet."""

    def __init__(self, current: Current, *, statistics: Callable[[], Statistics] | None = None) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "legation_http_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "legation_http_request_duration_seconds",
            "From a request's first line to the last byte of its answer",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._bytes = Counter(
            "legation_http_response_body_bytes", "Bytes of bodies sent", ["route"], registry=self.registry
        )
        self._broken = Counter(
            "legation_http_responses_broken_off", "Answers that did not end whole", ["route"], registry=self.registry
        )
        self._queries = Counter("legation_queries", "Queries by how they ended", ["outcome"], registry=self.registry)
        self._query_seconds = Histogram(
            "legation_query_duration_seconds",
            "Requests with a query, from the first line to the last byte, waiting included",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._calls = Counter(
            "legation_service_calls",
            "Calls of SERVICE to allowed endpoints",
            ["endpoint", "status"],
            registry=self.registry,
        )
        for outcome in OUTCOMES:  # a series that is there from the start can be watched for its first count
            self._queries.labels(outcome)
        self._of = cache(self._series)  # to look them up takes longer than to count
        self.registry.register(_OfRelease(current))
        if statistics:
            self.registry.register(_OfProcesses(statistics))
        ProcessCollector(registry=self.registry)

    def called(self, call: Call) -> None:
        """Count a call to another endpoint, of which there are as many as the operator allows."""
        self._calls.labels(call.endpoint, call.status).inc()

    def finished(self, noted: Exchange) -> None:
        """Count an exchange."""
        requests, seconds, size = self._of(
            noted.route, noted.method if noted.method in METHODS else "other", noted.status
        )
        requests.inc()
        seconds.observe(noted.seconds)
        size.inc(noted.size)
        if not noted.complete:
            self._broken.labels(noted.route).inc()
        if noted.outcome:
            self._queries.labels(noted.outcome if noted.outcome in OUTCOMES else "failed").inc()
            self._query_seconds.observe(noted.seconds)

    def _series(self, route: str, method: str, status: int) -> tuple[Counter, Histogram, Counter]:
        labelled = self._requests.labels(route, method, str(status))
        return labelled, self._seconds.labels(route), self._bytes.labels(route)


def blueprint(metrics: Metrics) -> Blueprint:
    """Return the page that Prometheus polls, in its text format or, if asked for, OpenMetrics."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def exposition() -> Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(metrics.registry), content_type=content_type, headers={"Cache-Control": "no-store"})

    return routes


class _OfRelease(Collector):
    """Which release is open, and since when it is published; its age is ``time() - …`` in a rule."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def collect(self) -> Iterator[Metric]:
        release = self._current.opened
        info = GaugeMetricFamily("legation_release_info", "The release that is served", labels=["version"])
        info.add_metric([release.version], 1)
        yield info
        try:
            published = (release.path / "manifest.json").stat().st_mtime
        except FileNotFoundError:  # it has been cleared away while it is still served
            return
        yield GaugeMetricFamily(
            "legation_release_published_timestamp_seconds", "When it was written, since 1970", value=published
        )


class _OfProcesses(Collector):
    """What the query processes do at the moment of asking."""

    def __init__(self, statistics: Callable[[], Statistics]) -> None:
        self._statistics = statistics

    def collect(self) -> Iterator[Metric]:
        now = self._statistics()
        processes = GaugeMetricFamily("legation_query_processes", "Query processes by what they do", labels=["state"])
        for state, number in (("idle", now.idle), ("busy", now.busy), ("slow", now.slow)):
            processes.add_metric([state], number)
        yield processes
        yield GaugeMetricFamily("legation_queries_waiting", "Queries that wait for a process", value=now.waiting)
        yield CounterMetricFamily("legation_query_processes_started", "Query processes started", value=now.started)
        killed = CounterMetricFamily("legation_query_processes_killed", "Query processes killed", labels=["reason"])
        for reason, number in sorted(now.killed.items()):
            killed.add_metric([reason], number)
        yield killed
