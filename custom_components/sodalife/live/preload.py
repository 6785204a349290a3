"""Preloading a camera's stream when Home Assistant has started, if the user wants that.

Home Assistant asks one camera after the other, other integrations' too, and ends at the first that
raises. So it gets its answer at once, and the stream is started when the camera can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from homeassistant.components.camera.const import DATA_CAMERA_PREFS
from homeassistant.components.stream import HLS_PROVIDER, Stream
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..api import Endpoint
from ..api.backoff import Backoff
from ..api.clock import timeout
from ..api.device import Device
from ..const import DOMAIN, LOGGER

FIRST_PAUSE = (
    300.0  # seconds after a failure, if nothing tells that its reason is gone; doubles ...
)
MAX_PAUSE = 3600.0  # ... up to this


def wanted_for_preload() -> bool:
    """Tell whether it is Home Assistant's preloading that runs us."""
    task = asyncio.current_task()
    return task is not None and getattr(task.get_coro(), "__name__", "") == "preload_stream"


class Preload:
    """Starts the stream of one camera, and tries again when the reason of a failure is gone."""

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str,
        device: Device,
        create: Callable[[], Awaitable[Stream | None]],
    ) -> None:
        """Take the camera, and how to get its stream on an address that is good."""
        self._hass = hass
        self._entity_id = entity_id
        self._device = device
        self._create = create
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @callback
    def begin(self) -> None:
        """Have the stream started."""
        self.close()
        self._task = self._hass.async_create_background_task(
            self._run(), f"{DOMAIN} preload of {self._entity_id}"
        )

    @callback
    def close(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        backoff = Backoff(FIRST_PAUSE, MAX_PAUSE)
        stop_listening = self._device.changed.subscribe(self._changed.set)
        try:
            while await self._wanted() and (why := await self._start()):
                if not backoff.pause:
                    LOGGER.warning(
                        "The stream of %s cannot be preloaded yet: %s", self._entity_id, why
                    )
                await self._pause(backoff.grow())
        finally:
            stop_listening()

    async def _wanted(self) -> bool:
        """Tell whether that is still the user's wish."""
        prefs = self._hass.data[DATA_CAMERA_PREFS]
        settings = await prefs.get_dynamic_stream_settings(self._entity_id)
        return settings.preload_stream

    async def _start(self) -> str:
        """Start the stream, and return why that is not possible."""
        try:
            if (stream := await self._create()) is not None:
                stream.add_provider(HLS_PROVIDER)
                await stream.start()
        except (HomeAssistantError, TimeoutError) as err:
            return str(err) or "timeout"
        return ""

    async def _pause(self, seconds: float) -> None:
        """Wait until what went wrong is over, as far as the camera's other calls tell."""
        device = self._device
        was_offline, failed = device.online is False, Endpoint.LIVE in device.failures
        try:
            async with timeout(device.clock, seconds):
                while not (
                    (was_offline and device.online)
                    or (failed and Endpoint.LIVE not in device.failures)
                ):
                    was_offline = was_offline or device.online is False
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return
