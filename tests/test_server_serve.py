"""How the server starts, moves to a new release, gets rid of a runaway query, and stops."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient

from kg.errors import LegationError, ReleaseError
from server.app import create_app
from server.engine import run_deep
from server.serve import serve
from tests.server_fixture import BASE, LEG, ROOT, point, serving, write_release

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
EXTRA = f"<{BASE}person/new> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{LEG}Person> <{BASE}graph/actors> .\n"
IS_NEW = f"ASK {{ <{BASE}person/new> ?p ?o }}"


def asks(address: str, query: str) -> bool:
    return bool(httpx.get(f"{address}/sparql", params={"query": query}, timeout=30).json()["boolean"])


def test_a_runaway_query_gets_504_and_its_worker_is_replaced(tmp_path: Path) -> None:
    write_release(tmp_path)
    with serving(tmp_path, timeout_s=1.0, workers=1) as address:
        for _ in range(2):
            started = time.monotonic()
            late = httpx.get(f"{address}/sparql", params={"query": RUNAWAY}, timeout=30)
            took = time.monotonic() - started
            assert late.status_code == 504
            assert late.headers["Content-Type"] == "application/problem+json"
            assert late.json()["timeout_seconds"] == 1.0
            assert 0.9 < took < 10
            assert asks(address, "ASK { ?s ?p ?o }")  # the only worker is there again


def test_a_runaway_query_does_not_hold_up_the_other_worker(tmp_path: Path) -> None:
    write_release(tmp_path)
    with serving(tmp_path, timeout_s=6.0, workers=2) as address, ThreadPoolExecutor() as pool:
        asks(address, "ASK {}")
        runaway = pool.submit(httpx.get, f"{address}/sparql", params={"query": RUNAWAY}, timeout=30)
        time.sleep(0.5)
        started = time.monotonic()
        assert asks(address, "ASK { ?s ?p ?o }")
        assert time.monotonic() - started < 4
        assert not runaway.done()
        assert runaway.result().status_code == 504


def test_the_server_moves_to_a_new_release_and_back(tmp_path: Path) -> None:
    write_release(tmp_path, "one")
    write_release(tmp_path, "two", extra=EXTRA)
    point(tmp_path, "one")
    with serving(tmp_path, workers=2) as address, httpx.Client(base_url=address) as client:
        for version, is_new in (("one", False), ("two", True), ("one", False)):
            point(tmp_path, version)
            for _ in range(10):  # whichever worker answers
                assert client.get("/readyz").json()["release"] == version
                assert client.get("/sparql", params={"query": IS_NEW}).json()["boolean"] is is_new
                assert client.get("/dumps/latest").headers["Location"].startswith(f"/dumps/{version}/")
                assert ("<b>3</b> persons" in client.get("/").text) is is_new


def test_no_request_fails_while_releases_change(tmp_path: Path) -> None:
    write_release(tmp_path, "one")
    write_release(tmp_path, "two", extra=EXTRA)
    with serving(tmp_path, workers=2) as address, ThreadPoolExecutor(2) as pool:
        client = httpx.Client(base_url=address)

        def ask_often() -> list[int]:
            return [client.get("/sparql", params={"query": IS_NEW}).status_code for _ in range(200)]

        running = [pool.submit(ask_often) for _ in range(2)]
        while not all(done.done() for done in running):
            point(tmp_path, "one")
            time.sleep(0.02)
            point(tmp_path, "two")
            time.sleep(0.02)
        assert [status for done in running for status in done.result()] == [200] * 400
        assert asks(address, IS_NEW) is True


def test_a_release_that_cannot_be_opened_is_503_until_it_can(tmp_path: Path) -> None:
    write_release(tmp_path, "one")
    app = create_app(tmp_path).test_client()
    assert _status(app, "/readyz") == 200
    point(tmp_path, "missing")
    for _ in range(2):
        assert _status(app, "/readyz") == 503
        response = app.get("/sparql?query=ASK%7B%7D")
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "10"
    point(tmp_path, "one")
    assert _status(app, "/readyz") == 200


def _status(app: FlaskClient, path: str) -> int:
    return app.get(path).status_code


def test_a_release_folder_itself_can_be_served(tmp_path: Path) -> None:
    path = write_release(tmp_path, "one")
    app = create_app(path).test_client()
    assert app.get("/healthz").json == {"status": "ok", "release": "one"}
    assert [release["version"] for release in app.get("/dumps/").get_json()["releases"]] == ["one"]
    assert app.get("/dumps/latest", follow_redirects=True).status_code == 200


def test_without_a_release_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="legation build"):
        serve(tmp_path)
    with pytest.raises(ReleaseError, match="legation build"):
        create_app(tmp_path)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    write_release(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LegationError, match=rf"port {port} .*--port"):
            serve(tmp_path, port=port)


def test_a_damaged_store_stops_the_start_with_a_message(tmp_path: Path) -> None:
    path = write_release(tmp_path)
    for file in (path / "store").iterdir():
        file.unlink()
    program = (
        "import sys; from pathlib import Path; from kg.errors import ReleaseError; from server.serve import serve\n"
        "try: serve(Path(sys.argv[1]), port=0)\n"
        "except ReleaseError as error: print(error); sys.exit(2)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.returncode == 2
    assert str(tmp_path) in done.stdout
    assert "damaged release" in done.stderr
    assert "build again" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_printed_and_only_the_caller_goes_on(tmp_path: Path) -> None:
    write_release(tmp_path)
    program = (
        "import sys; from pathlib import Path; from server.serve import serve\n"
        "serve(Path(sys.argv[1]), port=0, on_ready=Path(sys.argv[2]).write_text); print('done')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), str(tmp_path / "address")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    while not (tmp_path / "address").exists():
        assert process.poll() is None
        time.sleep(0.1)
    time.sleep(1)
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "done\n", "")  # once: workers do not go on with what follows


def test_the_engine_carries_results_and_errors_over() -> None:
    assert run_deep(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        run_deep(lambda: 1 // 0)


def test_a_client_that_does_not_close_its_side_holds_up_nobody(tmp_path: Path) -> None:
    write_release(tmp_path)
    with serving(tmp_path, workers=1) as address:
        asks(address, "ASK {}")
        host, port = address.removeprefix("http://").split(":")
        lingering = []
        for _ in range(5):
            connection = socket.create_connection((host, int(port)), timeout=30)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
            lingering.append(connection)
        started = time.monotonic()
        assert asks(address, "ASK { ?s ?p ?o }")
        assert time.monotonic() - started < 1.5
        for connection in lingering:
            connection.close()
