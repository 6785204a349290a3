"""Trouble on demand: which call meets which fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENDPOINTS: Final = (
    "capture",
    "controlling",
    "sendvoice",
    "liveurl",
    "onlinestatus",
    "talkurl",
    "token",
    "picture",
    "playlist",
    "flv",
)

KINDS: Final = {
    "code": "answer an error code",
    "html": "a gateway's HTML page (502)",
    "empty": "an empty body",
    "cut": "half a JSON body",
    "json_list": "a JSON list",
    "json_other": "JSON in another shape",
    "not_success": "no success, no error",
    "hang": "no answer for a long time",
    "slow": "act after some seconds",
    "reset_before": "break off before acting",
    "reset_after": "act, then break off",
    "late": "answer wrongly at once, act later",
    "redirect_loop": "redirect to itself",
    "big_picture": "30 MB of picture",
    "not_image": "HTML instead of a picture",
    "rival": "a rival fetches a token",
}

# These let the call act and be answered as usual, so it keeps its own code in the records.
HARMLESS: Final = frozenset({"slow", "rival"})


@dataclass(slots=True)
class Fault:
    """One kind of trouble, for the calls it matches.

    What is carried out `late` is answered with the `code` if there is one, else with a gateway's
    page if there is a `status`, else by breaking off.
    """

    kind: str
    endpoint: str = "*"
    serial: str = "*"
    times: int | None = None  # how many more calls; None: until cleared
    status: int | None = None  # HTTP status; None: what suits the kind
    code: str | None = None
    as_number: bool = False  # the code as a JSON number
    seconds: float = 30.0  # of `hang`, `slow` and `late`
    description: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could never happen."""
        if self.kind not in KINDS:
            raise ValueError(f"no such kind of fault: {self.kind}")
        if self.endpoint not in {"*", *ENDPOINTS}:
            raise ValueError(f"no such endpoint: {self.endpoint}")
        if self.kind == "code" and not self.code:
            raise ValueError("a fault of kind code needs a code")
        if self.as_number and not (self.code or "").isdecimal():
            raise ValueError("only a code of digits can be a number")
        if self.times is not None and self.times < 1:
            raise ValueError("a fault happens at least once")

    @property
    def label(self) -> str:
        """What a call that met this fault has in the place of its code."""
        return self.code if self.kind in {"code", "late"} and self.code else self.kind

    def matches(self, endpoint: str, serial: str) -> bool:
        """Return whether a call is concerned."""
        return self.endpoint in {"*", endpoint} and self.serial in {"*", serial}


class Faults:
    """The faults in force, in the order in which they were added."""

    def __init__(self) -> None:
        """Start without trouble."""
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault into force."""
        self.active.append(fault)

    def clear(self) -> None:
        """End all trouble."""
        self.active.clear()

    def take(self, endpoint: str, serial: str = "") -> Fault | None:
        """Return the fault that this call meets, and count it."""
        for fault in self.active:
            if fault.matches(endpoint, serial):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.active.remove(fault)
                return fault
        return None

    def loops(self, endpoint: str) -> bool:
        """Return whether an endpoint redirects to itself."""
        return any(
            fault.kind == "redirect_loop" and fault.endpoint in {"*", endpoint}
            for fault in self.active
        )
