"""One SodaLife application: its client, its cameras, and whether they can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .api import Camera, HttpTransport, SodaClient, SodaError, SystemClock, Timeouts
from .api.dialect import Dialect
from .api.errors import InvalidClient
from .const import (
    CONF_DEVICE_SERIAL,
    CONF_REVISION,
    DEFAULT_OPTIONS,
    DOMAIN,
    LOGGER,
    OPT_CALL_INTERVAL,
    OPT_LIVE_PROTOCOL,
    OPT_PHOTOS_PER_DAY,
    OPT_POLL_INTERVAL,
    OPT_SNAPSHOT_INTERVAL,
    SUBENTRY_CAMERA,
)
from .devices import Devices
from .errors import translation_of
from .issues import Issues
from .memory import HomeMemory
from .move_record import HomeMoveRecord
from .outcomes import Outcomes
from .photos import Photos
from .poller import Poller
from .reachability import Reachability
from .recheck import Rechecker
from .store import token_store

type SodaConfigEntry = ConfigEntry[SodaCoordinator]
type AddCamera = Callable[[Camera, ConfigSubentry], None]


def make_client(
    hass: HomeAssistant, data: Mapping[str, Any], *, keep_token: bool = True
) -> SodaClient:
    """Return a client for an application that shares Home Assistant's session."""
    return SodaClient(
        HttpTransport(async_get_clientsession(hass), data[CONF_HOST]),
        data[CONF_CLIENT_ID],
        data[CONF_CLIENT_SECRET],
        revision=data.get(CONF_REVISION),
        store=token_store(hass, data) if keep_token else None,
        clock=SystemClock(),
        timeouts=Timeouts(),
    )


class SodaCoordinator:
    """Owns the client and the cameras of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: SodaConfigEntry) -> None:
        """Prepare; nothing is asked of the platform yet."""
        self.hass = hass
        self.entry = entry
        self.client = make_client(hass, entry.data)
        self.clock = self.client.clock
        self.cameras: dict[str, Camera] = {}  # by subentry id
        self.options = {**DEFAULT_OPTIONS, **entry.options}
        self.record = HomeMoveRecord(hass, entry.entry_id, self.clock)
        self.memory = HomeMemory(hass, entry.entry_id, self.clock)
        self.photos = Photos(hass, entry, self.clock, lambda: self.options)
        self.devices = Devices(hass, entry)
        self.reachability = Reachability()
        self.poller = Poller(
            lambda: [c for c in self.cameras.values() if c.serial not in self.devices.disabled],
            lambda: float(self.options[OPT_POLL_INTERVAL]),
            self.reachability,
            self._spawn,
            self.clock,
        )
        self.issues = Issues(hass, entry, self.name_of, self.clock)
        self.rechecker = Rechecker(self.issues, self._spawn, self.clock)
        self.outcomes = Outcomes(
            self.reachability,
            self.issues,
            self._spawn,
            on_wrong_credentials=lambda: entry.async_start_reauth(hass),
        )
        self._credentials = self._credentials_of(entry)
        self._entity_adders: list[AddCamera] = []
        self._listen()

    def _listen(self) -> None:
        """Follow what the parts have to tell."""
        tokens = self.client.tokens
        self.client.probe.found.subscribe(self._dialect_found)
        tokens.fetched.subscribe(self.outcomes.note_token)
        tokens.contested.subscribe(lambda: self.issues.note_token(shared=True))
        self.poller.visited.subscribe(self.rechecker.visit)
        self.poller.visited.subscribe(
            lambda _: self.issues.note_token(shared=tokens.shared_with_others)  # it ends by itself
        )
        self.devices.changed.subscribe(self._enabled_or_disabled)
        self.devices.renamed.subscribe(self.issues.renamed)

    async def async_start(self) -> None:
        """Make sure that there is a token, then take up the cameras.

        Raises:
            ConfigEntryAuthFailed: if the credentials are wrong.
            ConfigEntryNotReady: if there is no token for another reason.

        """
        await asyncio.gather(self.client.tokens.load(), self.memory.load(), self.photos.load())
        left = await self.record.load()
        try:
            await self.client.tokens.get()
        except InvalidClient as err:
            raise ConfigEntryAuthFailed(**translation_of(err, self.entry.title)) from err
        except SodaError as err:
            raise ConfigEntryNotReady(**translation_of(err, self.entry.title)) from err
        for subentry in self.entry.subentries.values():
            if (camera := self._add_camera(subentry)) is not None:
                # The flow, or we before a reload, may have called just now.
                camera.queue.start_cooldown()
                if (move := left.pop(camera.serial, None)) is not None:
                    camera.recover(move)
        self.record.erase(*left)  # of cameras that are gone
        pause = float(self.options[OPT_CALL_INTERVAL])
        self._spawn(self.poller.run(pause), f"{DOMAIN} online checks")
        self._spawn(self.memory.run(), f"{DOMAIN} memory")
        self._spawn(self.photos.run(), f"{DOMAIN} photos")

    def name_of(self, serial: str) -> str:
        """Return a camera's name as the user knows it, or its serial."""
        subentries = self.entry.subentries.values()
        title = next((sub.title for sub in subentries if sub.unique_id == serial), serial)
        return self.devices.name_of(serial) or title

    async def async_close(self) -> None:
        """Stop every move and let everything go."""
        await asyncio.gather(*(camera.close() for camera in self.cameras.values()))
        await asyncio.gather(self.memory.close(), self.photos.close())
        await self.client.close()
        self.issues.close()

    async def async_stop_moves(self) -> None:
        """Stop every move: Home Assistant is about to end."""
        await asyncio.gather(self.photos.write(), *(c.ptz.close() for c in self.cameras.values()))
        self.memory.write_soon()  # that is: now

    async def async_for_each_camera(self, add: AddCamera) -> None:
        """Have `add` called for every camera, those that will be added later included."""
        self._entity_adders.append(add)
        for subentry_id, camera in self.cameras.items():
            if (subentry := self.entry.subentries.get(subentry_id)) is not None:
                add(camera, subentry)
            await asyncio.sleep(0)  # hundreds of cameras take a second: others want their turn

    async def async_entry_updated(self) -> None:
        """Follow a change of the entry, touching only what has changed."""
        if self._credentials != self._credentials_of(self.entry):
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)
            return
        before, self.options = self.options, {**DEFAULT_OPTIONS, **self.entry.options}
        if self.options != before:
            self.photos.options_changed()
        for camera in self.cameras.values():
            self._configure(camera)
        subentries = self.entry.subentries
        gone = [self.cameras.pop(key) for key in tuple(self.cameras) if key not in subentries]
        for camera in gone:
            self._forget(camera)  # before it may be added again
        titles = {camera.serial: subentries[key].title for key, camera in self.cameras.items()}
        self.devices.rename(titles)
        self._add_new_cameras()
        await asyncio.gather(*map(self._let_go, gone))

    def _add_new_cameras(self) -> None:
        for subentry_id, subentry in self.entry.subentries.items():
            if subentry_id not in self.cameras and (new := self._add_camera(subentry)) is not None:
                new.queue.start_cooldown()  # the flow has called it just now
                for add in self._entity_adders:
                    add(new, subentry)
                self.poller.ask(new)

    def _add_camera(self, subentry: ConfigSubentry) -> Camera | None:
        if subentry.subentry_type != SUBENTRY_CAMERA:
            return None
        camera = Camera(self.client, subentry.data[CONF_DEVICE_SERIAL], self.record)
        if camera.serial not in self.devices.disabled:
            self.reachability.add(camera.serial)
        self.outcomes.follow(camera)
        self.issues.follow(camera, subentry.subentry_id)
        self.memory.follow(camera)
        self.photos.follow(camera, subentry.subentry_id)
        self._configure(camera)
        self.cameras[subentry.subentry_id] = camera
        return camera

    def _forget(self, camera: Camera) -> None:
        self.issues.forget(camera)
        self.memory.forget(camera)
        self.photos.forget(camera)
        self.outcomes.forget(camera)
        self.reachability.remove(camera.serial)
        self.poller.forget(camera.serial)

    async def _let_go(self, camera: Camera) -> None:
        """Let a camera go that is not wanted any more; what it was last told is no matter now."""
        await camera.close()
        if not any(other.serial == camera.serial for other in self.cameras.values()):
            self.record.erase(camera.serial)
            await self.record.written()

    def _configure(self, camera: Camera) -> None:
        camera.configure(
            call_interval=self.options[OPT_CALL_INTERVAL],
            snapshot_interval=self.options[OPT_SNAPSHOT_INTERVAL],
            live_protocol=self.options[OPT_LIVE_PROTOCOL],
            photos_per_day=int(self.options[OPT_PHOTOS_PER_DAY]),
        )

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.entry.async_create_background_task(self.hass, work, name)

    @staticmethod
    def _credentials_of(entry: SodaConfigEntry) -> tuple[str, ...]:
        return tuple(entry.data[key] for key in (CONF_HOST, CONF_CLIENT_ID, CONF_CLIENT_SECRET))

    @callback
    def _dialect_found(self, dialect: Dialect) -> None:
        LOGGER.debug("The platform speaks revision %s", dialect.revision)
        self.hass.config_entries.async_update_entry(
            self.entry, data={**self.entry.data, CONF_REVISION: dialect.revision}
        )

    @callback
    def _enabled_or_disabled(self, serial: str) -> None:
        """Have a camera count for others only while it is asked."""
        if serial in self.devices.disabled:
            self.reachability.remove(serial)
        else:
            self.reachability.add(serial)
