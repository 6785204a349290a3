"""The platform for a soak, as a process of its own: `python -m soak.platform INTERVAL CAMERAS`."""

from __future__ import annotations

import asyncio
import signal
import sys

from aiohttp import web

from simulator import Cloud, create_app

SMALL = (64, 36)  # pixels: what is drawn does not matter here


def serials(cameras: int) -> list[str]:
    """Return the serials of a soak's cameras."""
    return [f"SOAK{number:04}" for number in range(cameras)]


async def serve(interval: float, cameras: int) -> None:
    """Run until told to stop; print the port when ready."""
    cloud = Cloud(interval=interval, token_fetch_interval=0.05, picture_size=SMALL)
    for serial in serials(cameras):
        cloud.add_camera(serial, encrypted=serial.endswith("9"))
    runner = web.AppRunner(create_app(cloud), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), int(sys.argv[2])))
