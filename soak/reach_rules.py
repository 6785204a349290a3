"""The rules for availability: one camera's trouble is nobody else's."""

from __future__ import annotations

from custom_components.sodalife.api import SodaError
from custom_components.sodalife.reachability import Reachability

from .rules import Rules
from .virtual_loop import VirtualLoop

OWN_FAILURES = 3  # in a row that make a camera unavailable
MANY = 2  # cameras that have to fail for the platform to be down, unless there is one only
NEWS = 2  # that have begun to fail since a camera answered which becomes unavailable with them
TOKENS = ""
# The platform was not asked, or it was another host ...
_SAY_NOTHING = {"token_paused", "busy", "picture_unusable"}
# ... as with these without a code.
_MAY_SAY_NOTHING = {"invalid_auth", "not_permitted", "rate_limited", "token_rejected"}


class ReachRules:
    """Feeds `Reachability` with what happens, and checks what it makes of it.

    A camera whose last word was an answer may become unavailable only if others (two of them, or
    the token's counter) have failed three times in a row, and two have begun to fail since then:
    one that casts doubt, and one that was thought healthy.
    """

    def __init__(self, loop: VirtualLoop, rules: Rules) -> None:
        """Watch one account."""
        self._loop = loop
        self.reachability = Reachability()
        self._rules = rules
        self._cameras: dict[str, None] = {}
        self._was: dict[str, bool] = {}  # available, when that was looked at last
        self._answered_at: dict[str, float] = {}  # those whose last word was an answer
        self._failing: dict[str, tuple[int, float]] = {}  # how often in a row, and since when

    def add(self, serial: str) -> None:
        """Take a camera into account."""
        self.reachability.add(serial)
        self._cameras[serial] = None
        self._was[serial] = self.reachability.available(serial)

    def remove(self, serial: str) -> None:
        """Take it out."""
        self.reachability.remove(serial)
        for known in (self._cameras, self._was, self._answered_at, self._failing):
            known.pop(serial, None)

    def note(self, serial: str, err: SodaError | None) -> None:
        """Pass on what came of a call, and look at everybody."""
        self._rules.tokens.told(serial, err)
        was_down = self.reachability.down
        self.reachability.note(serial, err)
        if was_down and not self.reachability.down:
            self._failing.clear()  # it was the platform's trouble: each has to fail anew
        if serial in self._cameras:
            self._remember(serial, err)
        self._check()

    def note_token(self, err: SodaError | None) -> None:
        """Pass on what came of a token's fetching."""
        self.reachability.note_token(err)
        self._remember(TOKENS, err)
        self._check()

    def _remember(self, serial: str, err: SodaError | None) -> None:
        now = self._loop.time()
        if err is not None and err.platform_trouble:
            self._answered_at.pop(serial, None)
            times, since = self._failing.get(serial, (0, now))
            self._failing[serial] = times + 1, since
        elif not _says_nothing(err):
            self._failing.pop(serial, None)
            self._answered_at[serial] = now
            if serial != TOKENS:
                self._failing.pop(TOKENS, None)  # that one is served speaks for the platform

    def _check(self) -> None:
        lost = [who for who, (times, _) in self._failing.items() if times >= OWN_FAILURES]
        enough = TOKENS in lost or len(lost) >= min(MANY, len(self._cameras))
        for serial in self._cameras:
            answered_at = self._answered_at.get(serial)
            was, self._was[serial] = self._was[serial], self.reachability.available(serial)
            if answered_at is None or not was or self._was[serial]:
                continue
            news = sum(since >= answered_at for _, since in self._failing.values())
            if not enough or news < NEWS:
                self._rules.broken(serial, f"unavailable, though it answered at {answered_at:.3f}")


def _says_nothing(err: SodaError | None) -> bool:
    """Tell whether an error came about without the platform's having been asked."""
    if err is None:
        return False
    return err.key in _SAY_NOTHING or (err.key in _MAY_SAY_NOTHING and not err.code)
