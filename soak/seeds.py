"""Many seeds in virtual time, one after the other on each core, and what came of them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
import os
import sys
import time

from .virtual import Outcome, simulate


def run_seeds(first: int, seeds: int, operations: int, cameras: int) -> int:
    """Run some seeds from the first one on; return 1 if a rule was broken in any."""
    began, each = time.monotonic(), -(-operations // seeds)
    counts: Counter[str] = Counter()
    done = calls = broken = 0
    virtual = 0.0
    with ProcessPoolExecutor(min(seeds, os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(simulate, first + number, each, cameras) for number in range(seeds)]
        for job in jobs:
            outcome = job.result()
            done += outcome.operations
            calls += outcome.calls
            virtual += outcome.virtual_seconds
            counts += outcome.counts
            if outcome.violation is not None:
                broken += 1
                _tell(outcome, each, cameras)
    lines = {
        "seeds": f"{seeds}, from {first} on",
        "operations": done,
        "calls": calls,
        "hours of the cameras": f"{virtual / 3600:.1f}",
        "seconds": f"{time.monotonic() - began:.0f}",
        "what happened": ", ".join(f"{what} {n}" for what, n in counts.most_common()),
        "seeds that broke a rule": broken,
    }
    if seeds == 1:
        lines["digest of the run"] = jobs[0].result().digest
    for name, value in lines.items():
        sys.stdout.write(f"{name:24} {value}\n")
    return 1 if broken else 0


def _tell(outcome: Outcome, operations: int, cameras: int) -> None:
    """Say what was broken, what led to it, and how to see it again."""
    sys.stdout.write(f"BROKEN with seed {outcome.seed}: {outcome.violation}\n")
    for line in outcome.story:
        sys.stdout.write(f"  {line}\n")
    again = f"--seed {outcome.seed} --operations {operations} --cameras {cameras}"
    sys.stdout.write(f"again: script/soak --virtual {again}\n")
