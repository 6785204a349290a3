"""What is known of a device that is to outlive this run, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .errors import CaptureQuotaUsed
from .foreign import clean
from .models import Command, Fallback, Reason, Watched

MAX_CALLS = 10**6  # a day has 86,400 seconds
LATEST = 1e11  # seconds since the epoch; a later time is a mistake


@dataclass(frozen=True, slots=True)
class QuotaUsed:
    """That there are no more photos on a day, and the platform's words for it."""

    at: float
    error: CaptureQuotaUsed


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one device; times in seconds since the epoch.

    Attributes:
        calls: how many there were on the day that ...
        counted_from: ... was counted from then on.
        quota: that there are no more photos on some day.
        refused: the moves that it said it cannot make, and when it said so.
        fallback: why live pictures do not travel by FLV, and since when.
        watched: when somebody watched live, and how long addresses live.
        photos: how many there were on the day that ...
        photos_from: ... was counted from then on.

    """

    calls: int = 0
    counted_from: float = 0.0
    quota: QuotaUsed | None = None
    refused: Mapping[Command, float] = field(default_factory=dict)
    fallback: Fallback | None = None
    watched: Watched | None = None
    photos: int = 0
    photos_from: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as something that can be written down."""
        quota = self.quota
        return {
            "calls": self.calls,
            "counted_from": self.counted_from,
            "photos": self.photos,
            "photos_from": self.photos_from,
            "quota": quota
            and {
                "at": quota.at,
                "code": quota.error.code,
                "description": quota.error.description,
            },
            "refused": {command.name.lower(): at for command, at in self.refused.items()},
            "fallback": self.fallback and asdict(self.fallback),
            "watched": self.watched and asdict(self.watched),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Memory:
        """Return what was written down.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: if it is something else.

        """
        quota = stored["quota"]
        fallback, watched = stored.get("fallback"), stored.get("watched")  # 0.1.0 has neither
        return cls(
            calls=int(_within(stored["calls"], MAX_CALLS)),
            counted_from=_within(stored["counted_from"], LATEST),
            photos=int(_within(stored.get("photos", 0), MAX_CALLS)),  # 0.1.0 counts none
            photos_from=_within(stored.get("photos_from", 0.0), LATEST),
            quota=quota
            and QuotaUsed(
                _within(quota["at"], LATEST),
                CaptureQuotaUsed(clean(quota["code"]), clean(quota["description"])),
            ),
            refused={
                Command[name.upper()]: _within(at, LATEST) for name, at in stored["refused"].items()
            },
            fallback=fallback
            and Fallback(Reason(fallback["reason"]), _within(fallback["at"], LATEST)),
            watched=watched
            and Watched(_within(watched["at"], LATEST), _within(watched["life"], LATEST)),
        )


def _within(value: object, limit: float) -> float:
    if not isinstance(value, int | float) or not 0 <= value < limit:
        raise ValueError("no such number")
    return value
