"""What is known of the cameras, kept over reloads and restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import current_request
from homeassistant.helpers.storage import Store

from .api import Camera, Clock
from .api.memory import Memory
from .const import DOMAIN, LOGGER
from .store import UNREADABLE

STORAGE_VERSION = 1
DEBOUNCE = 10.0  # seconds that something new waits for more of it
COUNTS = 300.0  # seconds between looks at what changes with every call


class HomeMemory:
    """Keeps what the cameras of one config entry know in Home Assistant's storage, mode 0600."""

    def __init__(self, hass: HomeAssistant, entry_id: str, clock: Clock) -> None:
        """Bind to an entry."""
        self._clock = clock
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.memory.{entry_id}", private=True, atomic_writes=True
        )
        self._cameras: dict[str, Camera] = {}  # by serial
        self._known: dict[str, Memory] = {}
        self._written: dict[str, Memory] = {}

    async def load(self) -> None:
        """Read what an earlier run has known; nothing of it is worth failing for."""
        try:
            stored = await self._store.async_load() or {"cameras": {}}
            self._known = {
                str(serial): Memory.from_json(known) for serial, known in stored["cameras"].items()
            }
        except UNREADABLE as err:
            LOGGER.warning("What was known of the cameras cannot be read (%s)", type(err))
        self._written = self._known

    @callback
    def follow(self, camera: Camera) -> None:
        """Tell a camera what was known of it, and remember what it finds out."""
        if (memory := self._known.get(camera.serial)) is not None:
            reloaded = replace(memory, refused={}, fallback=None)
            camera.recall(reloaded if _user_reloads() else memory)
        self._cameras[camera.serial] = camera
        camera.device.changed.subscribe(lambda: self._note(camera))

    @callback
    def forget(self, camera: Camera) -> None:
        """Follow a camera no more."""
        if self._cameras.get(camera.serial) is camera:
            del self._cameras[camera.serial]
            self.write_soon()

    async def run(self) -> None:
        """Write the counts down now and then, for ever."""
        while True:
            await self._clock.sleep(COUNTS)
            self.write_soon()

    @callback
    def write_soon(self) -> None:
        """Write down what is new, if anything; at the latest when Home Assistant ends."""
        if self._collect() != self._written:
            self._store.async_delay_save(self._write_down, DEBOUNCE)

    async def close(self) -> None:
        """Write down what is new, at once."""
        if self._collect() != self._written:
            await self._store.async_save(self._write_down())

    async def remove(self) -> None:
        """Forget everything: the entry is gone."""
        await self._store.async_remove()

    def _note(self, camera: Camera) -> None:
        """See whether there is something new that no call brings back."""
        memory, known = camera.memory(), self._known.get(camera.serial, Memory())
        if _lasting(memory) != _lasting(known):
            self._known = {**self._known, camera.serial: memory}
            self.write_soon()

    def _collect(self) -> dict[str, Memory]:
        memories = {serial: camera.memory() for serial, camera in self._cameras.items()}
        return {serial: memory for serial, memory in memories.items() if memory != Memory()}

    def _write_down(self) -> dict[str, Any]:
        self._known = self._written = self._collect()
        return {"cameras": {serial: known.to_json() for serial, known in self._known.items()}}


def _lasting(memory: Memory) -> tuple[object, ...]:
    return memory.quota, memory.refused, memory.fallback


def _user_reloads() -> bool:
    """Tell whether this happens since somebody has chosen *Reload* of an entry's menu."""
    request = current_request.get()
    return request is not None and request.path.endswith("/reload")
