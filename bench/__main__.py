"""`script/bench`: measures, prints a table, writes JSON, and fails if a goal is missed."""

from __future__ import annotations

import argparse
import asyncio
from importlib.metadata import version
import json
import logging
import os
from pathlib import Path
import platform
import sys
import time

from . import client_call, setup, snapshots, stop, voice
from .figures import Report
from .home import running_control, running_platform


async def measure(*, quick: bool) -> Report:
    """Measure everything, one after the other."""
    report = Report()
    async with running_platform(stop.CAMERAS + 1) as host, running_control(host) as control:
        print("Measuring ...", file=sys.stderr)
        await client_call.measure(report, host, 300 if quick else 3000)
        await snapshots.measure(report, host, control, 300 if quick else 3000)
        await stop.measure(report, host, control, 40 if quick else 400)
        await voice.measure(report, host)
    await setup.measure(report, 1 if quick else 5)
    return report


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where to write")
    parser.add_argument("--quick", action="store_true", help="fewer samples, wider errors")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    about = {
        "homeassistant": version("homeassistant"),
        "aiohttp": version("aiohttp"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    report = asyncio.run(measure(quick=arguments.quick))
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print()
    report.print()
    arguments.json.write_text(json.dumps({**about, **report.as_dict()}, indent=2) + "\n")
    return 0 if all(goal.met for goal in report.goals) else 1


if __name__ == "__main__":
    sys.exit(main())
