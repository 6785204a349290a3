"""What a benchmark has found: samples, and how they compare with what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
import math
import statistics
from typing import Any


def p50(samples: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(samples)


def p99(samples: Sequence[float]) -> float:
    """Return the sample that 99 % do not exceed."""
    return sorted(samples)[math.ceil(len(samples) * 0.99) - 1]


@dataclass(frozen=True)
class Goal:
    """A figure that must not exceed a limit."""

    what: str
    found: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it does not."""
        return self.found <= self.limit

    def __str__(self) -> str:
        """Show it as a line of the report."""
        unit = f" {self.unit}" if self.unit else ""
        verdict = "met" if self.met else "MISSED"
        return f"{self.what:58} {self.found:9.3f} of {self.limit:g}{unit:4} {verdict}"


@dataclass
class Report:
    """Everything that was measured."""

    samples: dict[str, list[float]] = field(default_factory=dict)  # milliseconds
    numbers: dict[str, float] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    slow: dict[str, str] = field(default_factory=dict)  # what held the event loop longest

    def promise(self, what: str, found: float, limit: float, unit: str = "") -> None:
        """Compare a figure with its limit."""
        self.goals.append(Goal(what, found, limit, unit))

    def print(self) -> None:
        """Show all of it."""
        print(f"{'milliseconds':58} {'n':>6} {'p50':>9} {'p99':>9} {'max':>9}")
        for what, samples in self.samples.items():
            figures = f"{p50(samples):9.3f} {p99(samples):9.3f} {max(samples):9.3f}"
            print(f"{what:58} {len(samples):6} {figures}")
        print()
        for what, number in self.numbers.items():
            print(f"{what:58} {number:9.2f}")
        for what, who in self.slow.items():
            print(f"longest hold of the event loop, {what}: {who}")
        print()
        for goal in self.goals:
            print(goal)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for a file; samples as their quantiles."""
        return {
            "milliseconds": {
                what: {
                    "n": len(samples),
                    "p50": p50(samples),
                    "p99": p99(samples),
                    "max": max(samples),
                }
                for what, samples in self.samples.items()
            },
            "numbers": self.numbers,
            "longest_holds": self.slow,
            "goals": [
                {
                    "what": goal.what,
                    "found": goal.found,
                    "limit": goal.limit,
                    "unit": goal.unit,
                    "met": goal.met,
                }
                for goal in self.goals
            ],
        }
