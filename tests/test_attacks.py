"""The attacks of ``tests/attacks/`` in small, on a real server: the whole table is ``python -m tests.attacks``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from server.guard import MAX_BYTES
from tests.attacks import generated, heavy, nesting, slow
from tests.attacks.__main__ import attacks, main
from tests.attacks.table import Attack, Seen, carry_out, show
from tests.attacks.target import NEIGHBOUR, Target, resident, serving
from tests.attacks.wire import get
from tests.server_fixture import write_release

TIMEOUT_S = 2.0
SHARED_S = 5.0
"""What a small query may take here, where other tests run beside; the table of the attacks allows one second."""
CHAINS = frozenset({"plus", "not", "or", "path in sequence", "union", "groups of patterns", "list", "bind", "triples"})


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacked")
    write_release(folder)
    with serving(folder, timeout_s=TIMEOUT_S, within_s=SHARED_S, memory_bytes=300 * 1024**2) as started:
        yield started


def holds(attack: Attack, target: Target) -> None:
    result = carry_out(attack, target)
    assert result.statuses.total() > 0
    assert not result.faults, show([result])


SMALL = {attack.name: attack for attack in attacks(requests=1500, slow_clients=60, seconds=4, allowed_s=0.7, every=5)}


@pytest.mark.parametrize("name", ["doors", "files", "nesting", "2 MB", "malformed"])
def test_what_is_refused_harms_nobody(target: Target, name: str) -> None:
    holds(SMALL[name], target)


@pytest.mark.slow
def test_past_the_guard_the_process_is_sealed(target: Target) -> None:
    holds(SMALL["past the guard"], target)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["endless", "regular expressions", "everything", "deadlines"])
def test_what_takes_all_the_time_or_memory_is_ended(target: Target, name: str) -> None:
    holds(SMALL[name], target)


@pytest.mark.slow
def test_long_chains_end_no_process_unasked(target: Target) -> None:
    holds(Attack("chains", partial(nesting.chain, names=CHAINS)), target)


@pytest.mark.slow
@pytest.mark.parametrize("name", slow.ATTACKS)
def test_slow_clients_hold_up_nobody(target: Target, name: str) -> None:
    holds(SMALL[name], target)


def test_generated_requests_find_no_fault(target: Target) -> None:
    holds(SMALL["generated"], target)


@pytest.mark.slow
def test_runaways_are_killed_and_leave_the_others_alone(tmp_path: Path) -> None:
    write_release(tmp_path)
    with serving(tmp_path, timeout_s=6, within_s=SHARED_S) as target:  # with room in memory until the deadline
        holds(SMALL["killing"], target)


def test_a_query_that_wants_too_much_memory_is_told_so(target: Target) -> None:
    answer = target.send(get(heavy.ENDLESS["doubling by CONCAT"]))
    assert answer.status == "503", answer
    assert b'"limit": "memory"' in answer.body
    assert target.next_query(NEIGHBOUR).seconds < SHARED_S


def test_generated_requests_are_the_same_for_the_same_seed_and_of_all_kinds() -> None:
    def made(seed: int) -> list[object]:
        rng = random.Random(seed)
        return [generated.make(rng) for _ in range(500)]

    assert made(1) == made(1) != made(2)
    calls = [generated.make(random.Random(seed)) for seed in range(500)]
    assert {call.method for call in calls} >= {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}
    assert {call.path.partition("?")[0] for call in calls} >= {"/sparql", "/", "/reconcile"}


def test_long_queries_have_just_the_permitted_length() -> None:
    lengths = {name: len(query.encode()) for name, query in nesting.long_queries()}
    assert len(lengths) > 40
    assert all(MAX_BYTES - 40 < length <= MAX_BYTES for length in lengths.values()), lengths


def test_the_table_tells_of_faults(target: Target) -> None:
    def attack(_: Target) -> Iterator[Seen]:
        yield Seen("200", times=3)
        yield Seen("500")
        yield Seen("403", "the canary was reached")

    result = carry_out(Attack("an attack", attack), target)
    table = show([result])
    assert "an attack" in table
    assert "200 × 3, 403 × 1, 500 × 1" in table
    assert "2 FAULTS" in table
    assert "status 500" in table
    assert "the canary was reached" in table


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert resident(2**22 + 1) == 0


def test_the_command_carries_out_what_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_release(tmp_path)
    assert main(["--release", str(tmp_path), "--only", "2 MB"]) == 0
    told = capsys.readouterr().out
    assert "2 MB" in told
    assert "held" in told
