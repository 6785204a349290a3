"""Runs the platform: `python -m simulator`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys

from aiohttp import web

from .app import create_app
from .cloud import Cloud
from .revision import REVISIONS

DEMO_CAMERAS = ("DEMO0001:Shop", "DEMO0002:Corridor", "DEMO0003:Yard:offline", "DEMO0004:Laundry")
SHUTDOWN_SECONDS = 1.0


def main() -> int:
    """Run until told to stop."""
    arguments = _parser().parse_args()
    handler = logging.StreamHandler(sys.stdout)
    logging.getLogger("simulator.calls").addHandler(handler)
    logging.getLogger("simulator.calls").setLevel(logging.INFO)
    try:
        cloud = _cloud(arguments)
        asyncio.run(_serve(cloud, arguments.host, arguments.port))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"The simulator cannot start: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="A stand-in for SodaLife.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8124, help="0: any free one")
    parser.add_argument("--revision", choices=sorted(REVISIONS), default="query")
    parser.add_argument(
        "--camera",
        action="append",
        metavar="SERIAL[:NAME][:offline]",
        help=f"may be repeated; default: {' '.join(DEMO_CAMERAS)}",
    )
    parser.add_argument("--client-id", default="demo-client")
    parser.add_argument("--client-secret", default="demo-secret")
    seconds = {
        "interval": (4.0, "between calls to one camera; 0: not enforced"),
        "live-life": (300.0, "a live address is valid"),
        "capture-seconds": (1.0, "a photo takes"),
    }
    for name, (default, help_text) in seconds.items():
        parser.add_argument(f"--{name}", type=float, default=default, help=f"seconds {help_text}")
    parser.add_argument(
        "--only-served", action="store_true", help="refuse live addresses that nobody serves here"
    )
    parser.add_argument("--token-life", type=int, default=7200, help="seconds a token is valid")
    return parser


def _cloud(arguments: argparse.Namespace) -> Cloud:
    cloud = Cloud(
        revision=arguments.revision,
        client_id=arguments.client_id,
        client_secret=arguments.client_secret,
        interval=arguments.interval,
        token_life=arguments.token_life,
        live_life=arguments.live_life,
        capture_seconds=arguments.capture_seconds,
        only_served=arguments.only_served,
    )
    for camera in arguments.camera or DEMO_CAMERAS:
        serial, *rest = camera.split(":")
        online = "offline" not in rest
        cloud.add_camera(serial, name="".join(p for p in rest if p != "offline"), online=online)
    return cloud


async def _serve(cloud: Cloud, host: str, port: int) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    runner = web.AppRunner(create_app(cloud), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        port = runner.addresses[0][1]
        sys.stdout.write(f"SodaLife simulator at http://{host}:{port} ({cloud.revision})\n")
        sys.stdout.flush()
        await stopping.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
