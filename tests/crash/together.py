"""Two writers at once, a writer killed while it has its turn, and readers while releases come and go."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.crash.jobs import Job
from tests.crash.kills import copied
from tests.crash.observe import Observer, Progress
from tests.crash.runs import ROOT, Run, run, start
from tests.crash.whole import current, tree, unsound

REFUSED = "another writer is at work there (process {pid})"
QUERY = """PREFIX leg: <https://w3id.org/legation/ontology#>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
SELECT ?version (COUNT(DISTINCT ?article) AS ?articles) {
  ?release a dcat:Dataset ; dcat:version ?version . ?article a leg:Article
} GROUP BY ?version"""


@dataclass(frozen=True)
class Pair:
    """What came of two writers: which had to come back, and all that should not be, in words."""

    name: str
    refused: int
    losses: tuple[str, ...]


def at_once(first: Job, second: Job, template: Path, place: Path) -> Pair:
    """Start two jobs together; whoever is turned away comes back. In the end both are done, whoever was first."""
    orders = []
    for one, other in ((first, second), (second, first)):
        with copied(template, place) as folder:
            for job in (one, other):
                if (ended := run(job.argv(folder), place)).code:
                    raise RuntimeError(f"{job.name} fails alone: {ended}")
            orders.append((current(folder), tree(folder).others))
    with copied(template, place) as folder:
        runs = [(job, start(job.argv(folder), place)) for job in (first, second)]
        refused, losses = 0, []
        endings = [running.ended() for _, running in runs]
        for (job, _), ended, (_, rival) in zip(runs, endings, runs[::-1], strict=True):
            if ended.code == 2 and REFUSED.format(pid=rival.pid) in ended.err and str(folder) in ended.err:
                refused += 1
                ended = run(job.argv(folder), place)
            if ended.code != 0:
                losses.append(f"{job.name} ends with {ended.code}: {ended.err.strip()[-300:]}")
        losses += unsound(folder)
        if current(folder) not in [version for version, _ in orders]:
            losses.append(f"{current(folder)} is neither order's release: {orders}")
        losses += [f"{name} is left over" for name in tree(folder).others if ".draft" in name]
        return Pair(f"{first.name} + {second.name}", refused, tuple(losses))


def turned_away(holder: Job, other: Job, template: Path, place: Path, *, aim: str, kill: bool) -> Pair:
    """Stop a writer in a stage, start another, which must leave all alone, then let the first go on, or kill it."""
    with copied(template, place) as folder, _held(holder, folder, place, aim) as running:
        before, losses = tree(folder), []
        second = run(other.argv(folder), place)
        if second.code != 2 or REFUSED.format(pid=running.pid) not in second.err or str(folder) not in second.err:
            losses.append(f"{other.name} is not turned away: {second}")
        if before.files != tree(folder).files:
            losses.append(f"{other.name} changed what {holder.name} was making")
        running.signal(signal.SIGKILL if kill else signal.SIGCONT)
        ended = running.ended()
        if ended.code != (-9 if kill else 0):
            losses.append(f"{holder.name} ends with {ended.code}: {ended.err.strip()[-300:]}")
        for job in (holder, other) if kill else (other,):
            if (again := run(job.argv(folder), place)).code:
                losses.append(f"{job.name} fails afterwards: {again}")
        losses += unsound(folder)
        losses += [f"{name} is left over" for name in tree(folder).others if ".draft" in name]
        return Pair(f"{holder.name} ({'killed' if kill else 'held'} in {aim}) + {other.name}", 1, tuple(losses))


@dataclass
class Read:
    """What readers got over so many switches: how many answers, of which versions, and all that should not be."""

    switches: int = 0
    answers: int = 0
    queries: int = 0
    versions: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def readers(folder: Path, jobs: Sequence[Job], place: Path, *, switches: int) -> Read:
    """Serve and query the folder while the jobs take turns, until so many switches and half as many queries are done.

    ``legation query`` takes longer to start than a small release to be made.
    """
    read, articles, number = Read(), _articles(folder), 0
    stop = threading.Event()
    with _served(folder) as address:
        threads = [
            threading.Thread(target=_ask, args=(address, articles, read, stop)),
            threading.Thread(target=_query, args=(folder, place, articles, read, stop)),
        ]
        for thread in threads:
            thread.start()
        try:
            while not read.wrong and (number < switches or read.queries < switches / 2):
                before, job = current(folder), jobs[number % len(jobs)]
                running = start(job.argv(folder), place)
                while running.running:
                    articles |= _articles(folder)
                    time.sleep(0.01)
                articles |= _articles(folder)
                if (ended := running.ended()).code:
                    read.wrong.append(f"{job.name} fails: {ended}")
                if current(folder) == before:
                    read.wrong.append(f"{job.name} switches to no other release")
                number += 1
                read.switches = number
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
    return read


@contextmanager
def _held(job: Job, folder: Path, place: Path, aim: str) -> Iterator[Run]:
    """Start a job and stop it in a stage; however this ends, nothing of it stays."""
    observer, progress = Observer(folder), Progress()
    running = start(job.argv(folder), place)
    try:
        while progress.stage != aim and running.running:
            if aim in progress.through(observer.read(0.01)):
                running.signal(signal.SIGSTOP)
                break
        if not running.running:
            raise RuntimeError(f"{job.name} ended before it was stopped in {aim}: {running.ended()}")
        yield running
    finally:
        observer.close()
        running.kill(group=True)


def _articles(folder: Path) -> dict[str, int]:
    """Return how many articles each release in the folder has, by its manifest."""
    found = {}
    for path in folder.glob("releases/*/manifest.json"):
        about = json.loads(path.read_text(encoding="utf-8"))
        found[about["version"]] = about["counts"]["articles"]
    return found


def _check(rows: Sequence[tuple[str, int]], articles: dict[str, int], read: Read) -> None:
    if len(rows) != 1:
        read.wrong.append(f"an answer tells of {len(rows)} releases: {rows}")
        return
    ((version, number),) = rows
    read.versions.add(version)
    for _ in range(100):
        if version in articles:
            break
        time.sleep(0.01)
    if articles.get(version) != number:
        read.wrong.append(f"a mixed answer: {version} with {number} articles of {articles.get(version)}")


def _rows(text: str) -> list[tuple[str, int]]:
    lines = [line.split(",") for line in text.splitlines()[1:]]
    return [(version, int(number)) for version, number in lines]


def _ask(address: str, articles: dict[str, int], read: Read, stop: threading.Event) -> None:
    """Ask the server, again and again: queries, the latest dump and whether it is ready."""
    with httpx.Client(base_url=address, timeout=30, follow_redirects=True) as http:
        while not stop.is_set():
            try:
                got = http.get("/sparql", params={"query": QUERY}, headers={"Accept": "text/csv"})
                others = [http.get(path) for path in ("/dumps/latest", "/dumps/", "/readyz")]
            except httpx.HTTPError as error:
                read.wrong.append(f"the server fails: {error!r}")
                return
            for answer in (got, *others):
                read.answers += 1
                if answer.status_code != 200:
                    read.wrong.append(f"{answer.url}: {answer.status_code} {answer.text[:200]}")
            if got.status_code == 200:
                _check(_rows(got.text), articles, read)


def _query(folder: Path, place: Path, articles: dict[str, int], read: Read, stop: threading.Event) -> None:
    """Run ``legation query``, again and again."""
    file = place / "query.rq"
    file.write_text(QUERY, encoding="utf-8")
    while not stop.is_set():
        command = [sys.executable, "-m", "kg", "query", str(folder), str(file), "--format", "csv"]
        got = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
        read.queries += 1
        if got.returncode:
            read.wrong.append(f"legation query ends with {got.returncode}: {got.stderr}")
            continue
        _check(_rows(got.stdout), articles, read)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        if " at http" not in line:
            raise RuntimeError("the server does not start; see its messages above")
        yield line.split(" at ")[1].split("/ ")[0]
    finally:
        server.terminate()
        server.wait(60)
        server.stdout.close()
