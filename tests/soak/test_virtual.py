"""The simulation in virtual time: the same seed is the same run, and no rule is broken."""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys

import pytest

from soak.virtual import simulate

ROOT = Path(__file__).parents[2]
DIGEST = """
from soak.virtual import simulate
outcome = simulate(7, 400, 3)
print(outcome.digest, outcome.calls, outcome.violation)
"""


def test_the_same_seed_is_the_same_run_to_the_last_call() -> None:
    """Also where sets and dictionaries of texts come in another order."""
    told = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": order},
        ).stdout
        for order in ("1", "2")
    }
    outcome = simulate(7, 400, 3)
    assert told == {f"{outcome.digest} {outcome.calls} None\n"}


def test_another_seed_is_another_run() -> None:
    assert simulate(7, 100, 2).digest != simulate(8, 100, 2).digest


@pytest.mark.parametrize(("seed", "cameras"), [(1, 1), (2, 3), (3, 6)])
def test_a_short_run_breaks_no_rule(seed: int, cameras: int) -> None:
    outcome = simulate(seed, 700, cameras)
    assert outcome.violation is None, "\n".join(outcome.story)
    assert outcome.operations >= 700
    assert outcome.calls > 100
