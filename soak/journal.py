"""What has happened: the last of it for a person, all of it as one number."""

from __future__ import annotations

from collections import deque
import hashlib
import itertools

from .virtual_loop import VirtualLoop

SHOWN = 30  # events of one camera that a failure is shown with
EVERYBODY = "*"


class Journal:
    """Keeps the last events of every camera, and a digest of everything."""

    def __init__(self, loop: VirtualLoop) -> None:
        """Start empty."""
        self._loop = loop
        self._numbers = itertools.count()
        self._events: dict[str, deque[tuple[int, float, str, tuple[object, ...]]]] = {}
        self._digest = hashlib.blake2b(digest_size=8)

    def note(self, serial: str, what: str, *about: object) -> None:
        """Write down that something happened to a camera, or to everybody."""
        events = self._events.get(serial)
        if events is None:
            events = self._events[serial] = deque(maxlen=SHOWN)
        events.append((next(self._numbers), self._loop.time(), what, about))

    def seal(self, line: str) -> None:
        """Let the digest depend on something."""
        self._digest.update(f"{self._loop.time():.6f} {line}\n".encode())

    @property
    def digest(self) -> str:
        """What two runs have in common only if all calls were the same."""
        return self._digest.hexdigest()

    def last(self, serial: str) -> list[str]:
        """Return the last events that concern a camera, as lines."""
        own = self._events.get(serial, ())
        events = own if serial == EVERYBODY else (*own, *self._events.get(EVERYBODY, ()))
        return [
            f"{at:12.3f}  {what} {' '.join(map(str, about))}".rstrip()
            for _, at, what, about in sorted(events, key=lambda event: event[0])[-SHOWN:]
        ]
