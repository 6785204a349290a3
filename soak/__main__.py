"""`script/soak`: runs it, reports, and fails if a rule was broken."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
import gc
import os
from pathlib import Path
import random
import sys
import time
from typing import Any

import aiohttp

from custom_components.sodalife.api import Camera, HttpTransport, SodaClient, Timeouts
from custom_components.sodalife.api.pace import DEFAULT_INTERVAL

from .platform import serials
from .run import FACTOR, Control, FastClock, Trouble, use
from .seeds import run_seeds

# A hanging call must not outlast the whole soak.
TIMEOUTS = Timeouts(**{name: seconds / FACTOR for name, seconds in asdict(Timeouts()).items()})
MAX_GROWTH = 30.0  # MB that the client's process may grow after its first third


@dataclass
class Verdict:
    """What was counted, and what must not be."""

    state: dict[str, Any]
    counts: Counter[str]
    trouble: Counter[str]
    seconds: float
    tasks: int
    sockets: int
    growth: float

    def broken(self) -> list[str]:
        """Return a sentence for every broken rule."""
        moving = [cam["serial"] for cam in self.state["cameras"] if cam["moving"] is not None]
        rules = (
            (self.state["violation_count"], "calls too close, or during a move"),
            (len(moving), f"moves left running: {moving}"),
            (self.tasks, "tasks left running"),
            (max(0, self.sockets), "sockets or files left open"),
            (self.growth > MAX_GROWTH, f"memory grew by {self.growth:.1f} MB"),
        )
        return [f"{int(number)} {what}" for number, what in rules if number]

    def print(self) -> None:
        """Show the figures."""
        moves = sum(self.counts[f"did {name}"] for name in ("move", "start", "home"))
        lines = {
            "seconds": f"{self.seconds:.0f} (client's clock {FACTOR:.0f} times as fast)",
            "operations": sum(n for name, n in self.counts.items() if name.startswith("did ")),
            "of them moves": moves,
            "callers that left early": self.counts["left early"],
            "errors told": sum(n for name, n in self.counts.items() if name.startswith("told ")),
            "trouble made": ", ".join(f"{name} {n}" for name, n in self.trouble.most_common()),
            "tokens fetched": self.state["token_fetches"],
            "violations": self.state["violation_count"],
            "tasks left": self.tasks,
            "sockets left": self.sockets,
            "memory growth": f"{self.growth:.1f} MB",
        }
        for name, value in lines.items():
            sys.stdout.write(f"{name:24} {value}\n")
        for line in self.state["violations"][:10]:
            sys.stdout.write(f"  violation: {line}\n")
        for line in self.broken():
            sys.stdout.write(f"BROKEN: {line}\n")


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def _megabytes() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _life(
    client: SodaClient, trouble: Trouble, cameras: int, operations: int, chance: random.Random
) -> Counter[str]:
    """Use a fleet of cameras in trouble, then let them go when the trouble is over."""
    fleet = [Camera(client, serial) for serial in serials(cameras)]
    for camera in fleet:
        camera.configure(call_interval=DEFAULT_INTERVAL, snapshot_interval=30)
    making = asyncio.create_task(trouble.run())
    counts = await use(fleet, operations, chance)
    making.cancel()
    await asyncio.wait({making})
    await trouble.end()
    await asyncio.gather(*(camera.close() for camera in fleet))
    await client.clock.sleep(DEFAULT_INTERVAL)  # the next fleet does not know of these calls
    return counts


async def _soak(host: str, cameras: int, operations: int, seed: int) -> Verdict:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    began, files, tasks = time.monotonic(), _open_files(), len(asyncio.all_tasks())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit_per_host=100)) as session:
        client = SodaClient(
            HttpTransport(session, host),
            "demo-client",
            "demo-secret",
            clock=FastClock(),
            timeouts=TIMEOUTS,
        )
        control = Control(session, host)
        trouble = Trouble(control, chance, serials(cameras))
        counts: Counter[str] = Counter()
        growth = 0.0
        for share in (1 / 3, 2 / 3):  # two lives of the cameras, as after a reload
            before = _megabytes()
            counts += await _life(client, trouble, cameras, round(operations * share), chance)
            growth = _megabytes() - before
        await client.close()
        state = await control.state()
    for _ in range(100):  # connections take a moment to close
        await asyncio.sleep(0.1)
        if _open_files() <= files:
            break
    return Verdict(
        state=state,
        counts=counts,
        trouble=trouble.made,
        seconds=time.monotonic() - began,
        tasks=len(asyncio.all_tasks()) - tasks,
        sockets=_open_files() - files,
        growth=growth,
    )


async def _over_http(arguments: argparse.Namespace) -> int:
    platform = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "soak.platform", str(DEFAULT_INTERVAL / FACTOR), str(arguments.cameras)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert platform.stdout is not None  # noqa: S101 - it was asked for
        port = int(await platform.stdout.readline())
        verdict = await _soak(
            f"http://127.0.0.1:{port}", arguments.cameras, arguments.operations, arguments.seed
        )
    finally:
        platform.terminate()
        await platform.wait()
    verdict.print()
    return 1 if verdict.broken() else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--cameras", type=int, help="100, or 5 in virtual time")
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, help="1, or a new one in virtual time")
    parser.add_argument(
        "--virtual", action="store_true", help="without sockets and without sleeping, repeatable"
    )
    parser.add_argument(
        "--seeds", type=int, default=1, help="in virtual time: so many seeds, --operations in all"
    )
    arguments = parser.parse_args()
    if arguments.virtual:
        seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311
        return run_seeds(seed, arguments.seeds, arguments.operations, arguments.cameras or 5)
    arguments.cameras = arguments.cameras or 100
    arguments.seed = 1 if arguments.seed is None else arguments.seed
    return asyncio.run(_over_http(arguments))


if __name__ == "__main__":
    sys.exit(main())
