"""Telling others that something has happened."""

from __future__ import annotations

from collections.abc import Callable


class Signal[**P]:
    """Something that happens now and then, and those who want to know."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._listeners: list[Callable[P, object]] = []

    def subscribe(self, listener: Callable[P, object]) -> Callable[[], None]:
        """Have `listener` called each time; the function returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call everybody who listens, in the order in which they came."""
        for listener in tuple(self._listeners):
            listener(*args, **kwargs)
