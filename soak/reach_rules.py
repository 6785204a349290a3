"""The rules for availability: one camera's trouble is nobody else's."""

from __future__ import annotations

from custom_components.sodalife.api import SodaError
from custom_components.sodalife.reachability import Reachability

from .rules import Rules

OWN_FAILURES = 3  # in a row that make a camera unavailable
TOKENS = ""


class ReachRules:
    """Feeds `Reachability` with what happens, and checks what it makes of it.

    A camera whose last word was an answer may be unavailable only if since then at least two
    others (or the token's counter) failed three times in a row, and nobody has answered.
    """

    def __init__(self, reachability: Reachability, rules: Rules) -> None:
        """Watch one account."""
        self._reachability = reachability
        self._rules = rules
        self._failures: dict[str, int] = {}  # in a row, since the last answer of anybody
        self._own: dict[str, int] = {}  # in a row, by serial

    def add(self, serial: str) -> None:
        """Take a camera into account."""
        self._reachability.add(serial)
        self._own[serial] = 0

    def remove(self, serial: str) -> None:
        """Take it out."""
        self._reachability.remove(serial)
        self._own.pop(serial, None)
        self._failures.pop(serial, None)

    def note(self, serial: str, err: SodaError | None) -> None:
        """Pass on what came of a call, and look at everybody."""
        self._reachability.note(serial, err)
        if serial in self._own:
            self._count(serial, err)
        self._check()

    def note_token(self, err: SodaError | None) -> None:
        """Pass on what came of a token's fetching."""
        self._reachability.note_token(err)
        self._count(TOKENS, err)
        self._check()

    def _count(self, serial: str, err: SodaError | None) -> None:
        if err is not None and err.platform_trouble:
            self._failures[serial] = self._failures.get(serial, 0) + 1
            self._own[serial] = self._own.get(serial, 0) + 1
        elif err is None or err.key != "token_paused":
            self._failures.clear()
            self._own[serial] = 0

    def _check(self) -> None:
        failing = [who for who, count in self._failures.items() if count >= OWN_FAILURES]
        may_be_down = TOKENS in failing or len(failing) >= min(
            2, len(self._own) - (TOKENS in self._own)
        )
        for serial, own in self._own.items():
            if serial == TOKENS or own >= OWN_FAILURES or may_be_down:
                continue
            if not self._reachability.available(serial):
                self._rules.broken(serial, f"unavailable after {own} failures of its own")
