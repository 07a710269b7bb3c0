"""Queries in processes of their own: whose turn it is, what ends them, and how their answers get to the client."""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
import zstandard

from server.app import create_app
from server.limits import Limits
from server.problem import Problem
from server.query.delivery import Delivery, Disk
from server.query.frames import DATA, END, HEAD
from server.query.pool import Pool
from server.query.turns import Turn, Turns
from server.query.worker import HELD_BYTES, Answer
from tests.server_fixture import BASE, by_body, by_get, serving, write_release

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?i"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
LARGE = "SELECT * { ?s ?p ?o }"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("query")
    write_release(folder)
    with serving(folder, timeout_s=60, memory_bytes=200 * 1024**2, rows=500_000, workers=1, slow=3) as address:
        yield address


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=90) as client:
        yield client


def connected(address: str, query: str, *, version: str = "1.1", size: int | None = None) -> socket.socket:
    """Send a query and return the connection, of which nothing has been read."""
    where = urlsplit(address)
    connection = socket.socket()
    if size:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    connection.connect((where.hostname, where.port))
    connection.sendall(f"GET /sparql?query={quote(query)} HTTP/{version}\r\nHost: here\r\n\r\n".encode())
    return connection


def read_all(connection: socket.socket) -> None:
    while connection.recv(1024 * 1024):
        pass


# Turns


def turns(**limits: float) -> Turns:
    return Turns(Limits(**limits))  # type: ignore[arg-type]  # whole numbers, as the test gives them


def ask(turns: Turns, client: str, order: list[str]) -> threading.Thread:
    def wait() -> None:
        turn = turns.take(client, is_gone=lambda: False)
        order.append(client)
        turns.give_back(turn)

    thread = threading.Thread(target=wait)
    waiting = turns.waiting
    thread.start()
    while turns.waiting == waiting:
        time.sleep(0.001)
    return thread


def test_clients_take_turns_however_many_queries_one_of_them_sends() -> None:
    order: list[str] = []
    one_at_a_time = turns(workers=1)
    first = one_at_a_time.take("x", is_gone=lambda: False)
    threads = [ask(one_at_a_time, client, order) for client in "aaaaabbc"]
    one_at_a_time.give_back(first)
    for thread in threads:
        thread.join()
    assert "".join(order) == "cabbaaaa"  # in rotation, but who has one query in the queue comes first
    assert (one_at_a_time.fast, one_at_a_time.waiting) == (0, 0)


def test_a_query_that_gives_way_makes_room_for_one_and_one_client_cannot_have_all() -> None:
    bounded = turns(workers=2, slow=2, wait_s=0.1)
    mine: list[Turn] = []
    for _ in range(2):
        mine.append(bounded.take("greedy", is_gone=lambda: False))
        assert bounded.slow_down(mine[-1])
    with pytest.raises(Problem) as refusal:
        bounded.take("greedy", is_gone=lambda: False)
    assert (refusal.value.status, refusal.value.members["limit"]) == (503, "queue")
    other = bounded.take("other", is_gone=lambda: False)
    assert not bounded.slow_down(other)  # there is room for two of them
    assert (bounded.fast, bounded.slow) == (1, 2)
    for turn in (*mine, other):
        bounded.give_back(turn)
    assert (bounded.fast, bounded.slow) == (0, 0)


def test_the_queue_has_an_end_and_one_client_only_half_of_it() -> None:
    order: list[str] = []
    short = turns(workers=1, waiting=4)
    first = short.take("x", is_gone=lambda: False)
    threads = [ask(short, client, order) for client in "aab"]
    with pytest.raises(Problem, match="Too many"):
        short.take("a", is_gone=lambda: False)
    threads.append(ask(short, "b", order))
    for newcomer in "cdef":  # a queue full of others' queries turns nobody away who has none in it, up to its double
        threads.append(ask(short, newcomer, order))
        with pytest.raises(Problem, match="Too many"):
            short.take(newcomer, is_gone=lambda: False)
    with pytest.raises(Problem, match="Too many") as refusal:
        short.take("g", is_gone=lambda: False)
    assert refusal.value.headers["Retry-After"]
    short.give_back(first)
    for thread in threads:
        thread.join()
    assert sorted(order) == list("aabbcdef")


def test_who_has_had_little_comes_before_who_has_had_much_and_finds_a_place_among_long_queries() -> None:
    order: list[str] = []
    crowded = turns(workers=1, slow=1)
    long = [crowded.take("greedy", is_gone=lambda: False)]
    time.sleep(0.3)
    assert crowded.slow_down(long[0])
    crowded.give_back(long.pop())
    long.append(crowded.take("x", is_gone=lambda: False))
    threads = [ask(crowded, client, order) for client in ("greedy", "fresh")]
    crowded.give_back(long.pop())
    for thread in threads:
        thread.join()
    assert order == ["fresh", "greedy"]

    assert crowded.slow_down(crowded.take("x", is_gone=lambda: False))
    crowded.take("y", is_gone=lambda: False)  # and goes on for long
    newcomer = crowded.take("newcomer", is_gone=lambda: False)
    assert newcomer.granted
    assert crowded.fast == 2


def test_a_client_that_hangs_up_leaves_the_queue() -> None:
    one = turns(workers=1)
    first = one.take("x", is_gone=lambda: False)
    with pytest.raises(ConnectionAbortedError):
        one.take("y", is_gone=lambda: True)
    assert one.waiting == 0
    one.give_back(first)


# Answers, as the process sends them


def sent(media_type: str, *pieces: bytes, rows: int = 10**6, size: int = 10**9, encoding: str = "") -> list[bytes]:
    frames: list[bytes] = []
    answer = Answer(frames.append, media_type, encoding, size, rows)
    for piece in pieces:
        answer.write(piece)
    answer.end()
    return frames


def test_a_short_answer_goes_out_in_one_piece_uncompressed() -> None:
    (only,) = sent("text/csv", b"a\r\n", b"1\r\n", encoding="gzip")
    assert [only.count(kind) for kind in (HEAD, DATA, END)] == [1, 1, 1]
    assert b'"encoding": ""' in only


def test_the_first_64_kib_are_held_back() -> None:
    frames: list[bytes] = []
    answer = Answer(frames.append, "text/csv", "", 10**9, 10**6)
    answer.write(b"x" * (HELD_BYTES - 1))
    assert not frames
    answer.write(b"x")
    assert len(frames) == 1


@pytest.mark.parametrize(
    ("media_type", "row"),
    [
        ("application/sparql-results+json", b'{"s":{"type":"literal","value":"}},"}},'),
        ("application/sparql-results+xml", b"<result><binding/></result>"),
        ("text/csv", b'a,"b\nc"\r\n'),
        ("text/tab-separated-values", b'"a"\t"b\\n"\n'),
    ],
)
def test_rows_are_counted_in_every_format_however_they_are_cut(media_type: str, row: bytes) -> None:
    cut = row * 50
    pieces = [cut[at : at + 7] for at in range(0, len(cut), 7)]
    sent(media_type, *pieces, rows=50)
    with pytest.raises(Problem) as refusal:
        sent(media_type, *pieces, *pieces, rows=50)
    assert (refusal.value.status, refusal.value.members["limit"]) == (413, "rows")


# Over HTTP


def test_a_query_that_wants_too_much_memory_is_told_so_and_the_next_one_is_answered(http: httpx.Client) -> None:
    refused = by_get(http, GREEDY)
    assert refused.status_code == 503
    assert refused.json()["limit"] == "memory"
    assert by_get(http, "ASK {}").json()["boolean"] is True


def test_a_request_may_set_a_shorter_deadline_but_no_longer_one(http: httpx.Client) -> None:
    started = time.monotonic()
    late = http.get("/sparql", params={"query": ENDLESS, "timeout": "0.5"})
    assert (late.status_code, late.json()["limit"], late.json()["timeout_seconds"]) == (504, "deadline", 0.5)
    assert time.monotonic() - started < 5
    assert http.get("/sparql", params={"query": "ASK {}", "timeout": "3600"}).status_code == 200


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "1e999", "soon", ""])
def test_a_deadline_is_one_number_above_zero(http: httpx.Client, timeout: str) -> None:
    refused = http.get(f"/sparql?query=ASK%7B%7D&timeout={timeout}")
    assert refused.status_code == 400
    assert "timeout=10" in refused.json()["detail"]


def test_an_answer_with_too_many_rows_breaks_off_where_it_had_begun(http: httpx.Client) -> None:
    with pytest.raises(httpx.TransportError):
        by_get(http, "SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert by_get(http, "ASK {}").json()["boolean"] is True


def test_a_client_of_http_1_0_sees_the_break_as_well(address: str) -> None:
    with closing(connected(address, LONG, version="1.0")) as connection, pytest.raises(ConnectionResetError):
        read_all(connection)


def test_who_hangs_up_ends_the_query(address: str, http: httpx.Client) -> None:
    for _ in range(8):  # more than there are processes
        connection = connected(address, ENDLESS)
        time.sleep(0.1)
        connection.close()
    started = time.monotonic()
    assert by_get(http, "ASK {}").json()["boolean"] is True
    assert time.monotonic() - started < 5


def test_who_reads_slowly_holds_no_process(address: str, http: httpx.Client) -> None:
    expected = by_get(http, f"{LONG} LIMIT 30000").content
    readers = [connected(address, f"{LONG} LIMIT 30000", size=4096) for _ in range(8)]
    time.sleep(5)  # in which one process has made all of these answers
    started = time.monotonic()
    assert by_get(http, "ASK {}").json()["boolean"] is True
    assert time.monotonic() - started < 3
    last = readers[-1]  # and gets all of it in the end
    received = bytearray()
    while not received.endswith(b"0\r\n\r\n"):
        received += last.recv(1024 * 1024)
    assert unchunked(bytes(received).partition(b"\r\n\r\n")[2]) == expected
    for reader in readers:
        reader.close()


def unchunked(body: bytes) -> bytes:
    whole, at = b"", 0
    while size := int(body[at : (end := body.index(b"\r\n", at))], 16):
        whole += body[end + 2 : end + 2 + size]
        at = end + 4 + size
    return whole


@pytest.mark.parametrize("query", ["SELECT * { ?s ?p ?o } LIMIT 100", LARGE, "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_compressed_answers_are_the_same_answers(http: httpx.Client, query: str) -> None:
    plain = http.get("/sparql", params={"query": query}, headers={"Accept-Encoding": "identity"})
    tags = {plain.headers["ETag"]}
    assert "Content-Encoding" not in plain.headers
    for name, opened in (("gzip", lambda data: zlib.decompress(data, 31)), ("zstd", unzstd)):
        with http.stream("GET", "/sparql", params={"query": query}, headers={"Accept-Encoding": name}) as response:
            assert response.headers["Content-Encoding"] == name
            assert opened(b"".join(response.iter_raw())) == plain.content
            assert {"Accept", "Accept-Encoding"} <= set(response.headers["Vary"].split(", "))
            tags.add(response.headers["ETag"])
    assert len(tags) == 3


def unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


def test_an_answer_that_the_client_has_is_not_made_again(http: httpx.Client) -> None:
    first = by_get(http, LARGE)
    assert "no-cache" in first.headers["Cache-Control"]
    again = http.get("/sparql", params={"query": LARGE}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other = http.get("/sparql", params={"query": LARGE + " "}, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    csv = http.get("/sparql", params={"query": LARGE}, headers={"Accept": "text/csv"})
    assert csv.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?now) {}",
        "SELECT (STRUUID() AS ?id) {}",
        "SELECT (rand() AS ?x) {}",
        "CONSTRUCT { [] ?p ?o } { ?s ?p ?o }",
        "CONSTRUCT { _:a ?p ?o } { ?s ?p ?o }",
    ],
)
def test_an_answer_that_changes_has_no_etag(http: httpx.Client, query: str) -> None:
    response = by_get(http, query)
    assert response.status_code == 200
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_head_tells_what_get_would(http: httpx.Client) -> None:
    for query in ("ASK {}", LARGE):
        head, get = http.head("/sparql", params={"query": query}), by_get(http, query)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Type", "ETag", "Cache-Control", "Vary"):
            assert head.headers[name] == get.headers[name]
    assert http.head("/sparql", params={"query": "ASK {"}).status_code == 400
    assert by_body(http, "ASK {}").headers["Cache-Control"] == "no-store"


def test_many_small_queries_at_once_are_all_answered(address: str) -> None:
    statuses: list[int] = []

    def some(client: httpx.Client) -> None:
        statuses.extend(by_get(client, f"ASK {{ <x:{n}> ?p ?o }}").status_code for n in range(20))

    with httpx.Client(base_url=address, timeout=30, limits=httpx.Limits(max_connections=20)) as client:
        threads = [threading.Thread(target=some, args=(client,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 400


def test_json_of_a_large_answer_is_whole(http: httpx.Client) -> None:
    rows = json.loads(by_get(http, f"{LONG} LIMIT 100000").content)["results"]["bindings"]
    assert len(rows) == 100_000


# From memory, or from the files


def rows_of(pool: Pool, release: Path, query: str) -> list[bytes]:
    asked = {
        "release": str(release), "query": query, "base": BASE, "union": True, "default": None, "named": None,
        "results": "text/tab-separated-values", "graph": None, "refusal": {}, "encoding": "", "most_bytes": 10**9,
        "most_rows": 10**6, "head_only": False,
    }  # fmt: skip
    delivery = Delivery(pool.lend("a", is_gone=lambda: False), disk=Disk(10**9), timeout_s=30, client=None)
    delivery.ask(asked)
    return sorted(b"".join(delivery.body()).splitlines())


def test_a_release_is_answered_from_its_files_until_it_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.query.nursery.AT_ONCE", 0)
    release = write_release(tmp_path)
    pool = Pool(lambda: release, Limits(workers=1))
    first = rows_of(pool, release, LARGE)
    assert len(first) > 1000
    until = time.monotonic() + 60
    while not pool.in_memory:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert rows_of(pool, release, LARGE) == first
    assert pool.statistics().killed["replaced"] >= 1


def test_a_release_that_is_too_large_for_memory_stays_in_its_files(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    pool = Pool(lambda: release, Limits(workers=1, in_memory=0))
    assert len(rows_of(pool, release, LARGE)) > 1000
    assert not pool.in_memory


def test_a_release_whose_dump_is_damaged_is_answered_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.query.nursery.AT_ONCE", 0)
    release = write_release(tmp_path)
    next((release / "dumps").glob("*.nq.gz")).write_bytes(b"no dump")
    pool = Pool(lambda: release, Limits(workers=1))
    for _ in range(3):
        assert len(rows_of(pool, release, LARGE)) > 1000
        time.sleep(0.3)
    assert not pool.in_memory


def test_who_ends_what_holds_the_release_ends_no_service(tmp_path: Path) -> None:
    release = write_release(tmp_path)
    pool = Pool(lambda: release, Limits(workers=1))
    first = rows_of(pool, release, LARGE)
    assert pool.in_memory
    nursery = pool._nursery
    assert nursery is not None
    nursery._process.kill()
    nursery._process.join()
    time.sleep(0.5)
    assert rows_of(pool, release, LARGE) == first
    assert not pool.in_memory  # it may well have been too large for the machine


def test_queries_follow_the_release(tmp_path: Path) -> None:
    one = write_release(tmp_path, "one")
    new = f"<{BASE}person/new> <{BASE}p> <{BASE}o> <{BASE}graph/actors> .\n"
    two = write_release(tmp_path, "two", extra=new)
    now = [one]
    pool = Pool(lambda: now[0], Limits(workers=1))
    is_new = f"SELECT ?p {{ <{BASE}person/new> ?p ?o }}"
    for release, rows in ((one, 1), (two, 2), (one, 1)):
        now[0] = release
        for _ in range(3):  # whether the processes have followed yet or not
            assert len(rows_of(pool, release, is_new)) == rows
            time.sleep(0.2)


def test_a_small_answer_is_not_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_release(tmp_path)
    app = create_app(tmp_path, limits=Limits(workers=1))
    web = app.test_client()
    web.get("/readyz")  # by now it is known whether the release is held in memory
    small, new_each_time = "/sparql?query=ASK%20%7B%7D", "/sparql?query=SELECT%20(NOW()%20AS%20%3Fn)%20%7B%7D"
    first, packed = web.get(small), web.get(small, headers={"Accept": "text/csv"})
    web.get(new_each_time)

    def refuse(*_: object, **__: object) -> None:
        raise Problem(503, "nobody is to be asked")

    monkeypatch.setattr(app.extensions["pool"], "lend", refuse)
    again = web.get(small)
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert web.get(small, headers={"Accept": "text/csv"}).data == packed.data != first.data
    assert web.get(new_each_time).status_code == 503
    assert web.post("/sparql", data={"query": "ASK {}"}).status_code == 503
    assert web.get("/sparql?query=ASK%20%7B%20%7D").status_code == 503  # another query, as far as we know
