"""The commands that let others ask a release: ``serve`` over HTTP, ``mcp`` for language models."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kg import arguments

if TYPE_CHECKING:
    from server.federation import Federation  # noqa: TID251 - as below
    from server.limits import Limits  # noqa: TID251 - these commands start the server; nothing else in kg knows it


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands."""
    command = commands.add_parser("serve", help="serve the current release over HTTP")
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases")
    add_address(command)
    limits = command.add_argument_group("limits")
    for option, kind, metavar, words in (
        ("--timeout", arguments.seconds, "S", "seconds that a query may take, and the most it may ask for (30)"),
        ("--memory", arguments.positive, "MIB", "memory that a query may have (1024)"),
        ("--in-memory", arguments.count, "QUADS", "largest release held in memory, 400 bytes a quad (5,000,000)"),
        ("--rows", arguments.positive, "N", "rows or triples that an answer may have (1,000,000)"),
        ("--size", arguments.positive, "MIB", "length that an answer may have (256)"),
        ("--workers", arguments.positive, "N", "queries at a time at full priority (as many as processors, 2 or more)"),
        ("--slow", arguments.positive, "N", "further queries that may take long, at low priority (14)"),
        ("--rate", arguments.rate, "N", "requests a second of one client (50, and without bound from this machine)"),
    ):
        limits.add_argument(option, type=kind, metavar=metavar, help=words)
    elsewhere = command.add_argument_group("other endpoints")
    elsewhere.add_argument(
        "--allow-service",
        action="append",
        default=[],
        metavar="URL",
        help="an endpoint that queries may call with SERVICE, written exactly so; may be repeated (none)",
    )
    elsewhere.add_argument(
        "--allow-private-service", action="store_true", help="also where such an endpoint has a private address"
    )
    command.add_argument(
        "--texts",
        nargs="+",
        type=Path,
        default=[],
        metavar="INPUT",
        help="show articles in full on their pages, from these files and folders that they were read from (none)",
    )
    command.add_argument(
        "--access-log", default="", metavar="FILE", help="a line of JSON for each request; - is standard output (none)"
    )
    command.add_argument(
        "--trust-proxy",
        action="append",
        metavar="NETWORK",
        help="proxies whose X-Forwarded-For is believed (127.0.0.0/8 and ::1); may be repeated",
    )
    command.set_defaults(run=_serve)

    command = commands.add_parser("mcp", help="let language models ask the current release (Model Context Protocol)")
    command.add_argument("dir", type=Path, metavar="DIR", help="folder of the releases")
    command.add_argument(
        "--timeout", type=arguments.seconds, default=30.0, metavar="S", help="seconds a query may take (30)"
    )
    command.add_argument("--http", action="store_true", help="serve over HTTP instead of standard input and output")
    command.add_argument("--host", default="127.0.0.1", help="with --http: address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, default=8001, help="with --http: port to listen on (8001)")
    command.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="with --http: another name that clients reach it by, such as a proxy's; may be repeated",
    )
    command.set_defaults(run=_mcp)


def add_address(command: argparse.ArgumentParser) -> None:
    """Add where to listen."""
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")


def _serve(options: argparse.Namespace) -> int:
    from server.federation import Federation  # noqa: TID251 - the command starts the server
    from server.limits import MIB, Limits  # noqa: TID251 - as above

    given = {
        "timeout_s": options.timeout,
        "memory_bytes": options.memory and options.memory * MIB,
        "in_memory": options.in_memory,
        "rows": options.rows,
        "answer_bytes": options.size and options.size * MIB,
        "workers": options.workers,
        "slow": options.slow,
        "rate": options.rate,
        "rate_local": options.rate is not None,
    }
    limits = Limits(**{name: value for name, value in given.items() if value is not None})
    federation = Federation(tuple(dict.fromkeys(options.allow_service)), private=options.allow_private_service)
    return start(options, limits, federation)


def start(
    options: argparse.Namespace, limits: Limits | None = None, federation: Federation | None = None, *, hint: str = ""
) -> int:
    """Serve until told to stop; ``hint`` is printed once it goes, with the address in it."""
    from server.client import LOOPBACK, networks  # noqa: TID251 - as below
    from server.serve import serve  # noqa: TID251 - the command line starts the server; nothing else in kg knows it
    from server.texts import Texts  # noqa: TID251 - as above

    inputs = getattr(options, "texts", [])  # nor this

    def ready(address: str) -> None:
        print(f"serving {options.dir} at {address}/ until Ctrl-C; SPARQL at {address}/sparql", flush=True)
        if hint:
            print(hint.format(address=address), flush=True)

    serve(
        options.dir,
        host=options.host,
        port=options.port,
        limits=limits,
        federation=federation,
        log_to=getattr(options, "access_log", ""),  # which the demo does not offer
        trusted=networks(getattr(options, "trust_proxy", None) or map(str, LOOPBACK)),
        texts=Texts.read(inputs) if inputs else None,
        on_ready=ready,
    )
    return 0


def _mcp(options: argparse.Namespace) -> int:
    from server.mcp.transports import over_http, over_stdio  # noqa: TID251 - started from here, like the server

    def ready(address: str) -> None:
        print(f"serving {options.dir} at {address} until Ctrl-C", flush=True)

    if options.http:
        over_http(
            options.dir,
            host=options.host,
            port=options.port,
            names=options.allow_host,
            timeout_s=options.timeout,
            on_ready=ready,
        )
    else:
        over_stdio(options.dir, timeout_s=options.timeout)
    return 0
