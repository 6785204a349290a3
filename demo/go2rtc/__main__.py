"""Runs the stand-in on this machine alone."""

from __future__ import annotations

from argparse import ArgumentParser
import logging

from aiohttp import web
import aioice.ice

from .api import create_app

HOST = "127.0.0.1"


def own_addresses(*_: object, **__: object) -> list[str]:
    """Return where browsers may come to: aioice takes every address but this one."""
    return [HOST]


def main() -> None:
    """Serve until somebody ends it."""
    parser = ArgumentParser(prog="python -m demo.go2rtc", description="A stand-in for go2rtc.")
    parser.add_argument("--port", type=int, default=1984, help="of its API")
    port = parser.parse_args().port
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for talkative in ("libav", "aiohttp.access"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    aioice.ice.get_host_addresses = own_addresses
    logging.getLogger(__package__).info("This is not go2rtc: it is a stand-in, on port %s", port)
    web.run_app(create_app(), host=HOST, port=port, print=None, shutdown_timeout=1)


if __name__ == "__main__":
    main()
