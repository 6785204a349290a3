"""Work in a thread that Home Assistant waits for when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from homeassistant.core import HomeAssistant


def in_thread[*P, T](hass: HomeAssistant, work: Callable[[*P], T], *args: *P) -> asyncio.Future[T]:
    """Begin work in a thread.

    Without Home Assistant's helper: what that has begun for a task which Home Assistant does not
    know, as the keeping of a photo is, it cancels when it stops, and what should have
    been written is lost.
    """
    return hass.loop.run_in_executor(None, work, *args)
