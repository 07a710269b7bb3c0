"""Connections go to addresses that were looked at, and to private ones only where they may."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
import requests

from kg.connections import Line, is_public
from kg.errors import AnswerError
from tests.loopback import Answer, answering

PRIVATE = (
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2620:0:862:ed1a::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[object]:
    """Let every name mean these addresses, one after the other, the last for ever; return who asked."""
    real, asked = socket.getaddrinfo, []
    left = list(answers)

    def resolve(host: object, *args: object, **options: object) -> object:
        if str(host)[:1].isdigit():
            return real(host, *args, **options)  # type: ignore[call-overload]
        asked.append(host)
        return real(left.pop(0) if len(left) > 1 else left[0], *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_a_name_that_means_another_address_the_second_time_gets_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.3)
        asked = resolving(monkeypatch, "127.0.0.2", "127.0.0.1")  # where nothing listens, then the canary
        line = Line(lambda host: True)
        with line.until(3), line.session(agent="test") as session, pytest.raises(requests.ConnectionError):
            session.get(f"http://rebound.example:{canary.getsockname()[1]}/", timeout=2)
        assert asked == ["rebound.example"]
        with pytest.raises(TimeoutError):
            canary.accept()


def test_a_private_address_is_refused_before_anybody_there_is_bothered(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.3)
        resolving(monkeypatch, "127.0.0.1")
        line = Line(lambda host: False, rule="so there")
        with (
            line.until(3),
            line.session(agent="test") as session,
            pytest.raises(AnswerError, match=r"127\.0\.0\.1, so"),
        ):
            session.get(f"http://inside.example:{canary.getsockname()[1]}/", timeout=2)
        with pytest.raises(TimeoutError):
            canary.accept()


def test_the_name_stays_the_name_for_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda request: Answer(request.headers["Host"].encode())) as service:
        port = service.address.rpartition(":")[2].partition("/")[0]
        resolving(monkeypatch, "127.0.0.1")
        line = Line(lambda host: True)
        with line.until(5), line.session(agent="test") as session:
            assert session.get(f"http://one.example:{port}/", timeout=2).text == f"one.example:{port}"
