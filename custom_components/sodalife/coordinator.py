"""One SodaLife application: its client, its cameras, and whether they can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers import device_registry as dr
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
    OPT_POLL_INTERVAL,
    OPT_SNAPSHOT_INTERVAL,
    SUBENTRY_CAMERA,
)
from .errors import translation_of
from .issues import Issues
from .move_record import HomeMoveRecord
from .outcomes import Outcomes
from .poller import Poller
from .reachability import Reachability
from .recheck import Rechecker
from .store import HomeTokenStore

type SodaConfigEntry = ConfigEntry[SodaCoordinator]
type AddCamera = Callable[[Camera, ConfigSubentry], None]


def token_store(hass: HomeAssistant, data: Mapping[str, Any]) -> HomeTokenStore:
    """Return where the token of an application is kept."""
    return HomeTokenStore(hass, data[CONF_HOST], data[CONF_CLIENT_ID])


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
        self.reachability = Reachability()
        self.poller = Poller(
            lambda: tuple(self.cameras.values()),
            self.check_online,
            lambda: float(self.options[OPT_POLL_INTERVAL]),
            self.reachability,
            self.clock,
        )
        self.issues = Issues(hass, entry, self.name_of, self.clock)
        self.rechecker = Rechecker(
            self.issues, lambda: str(self.options[OPT_LIVE_PROTOCOL]), self._spawn, self.clock
        )
        self.outcomes = Outcomes(
            self.reachability,
            self.issues,
            self._spawn,
            on_wrong_credentials=lambda: entry.async_start_reauth(hass),
        )
        self._credentials = self._credentials_of(entry)
        self._entity_adders: list[AddCamera] = []
        tokens = self.client.tokens
        self.client.probe.found.subscribe(self._dialect_found)
        tokens.fetched.subscribe(self.outcomes.note_token)
        tokens.contested.subscribe(lambda: self.issues.note_token(shared=True))
        self.poller.visited.subscribe(self._visited)

    async def async_start(self) -> None:
        """Make sure that there is a token, then take up the cameras.

        Raises:
            ConfigEntryAuthFailed: if the credentials are wrong.
            ConfigEntryNotReady: if there is no token for another reason.

        """
        await self.client.tokens.load()
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
                if camera.serial in left:
                    camera.recover(left.pop(camera.serial))
        for serial in left:  # of cameras that are gone
            await self.record.erase(serial)
        pause = float(self.options[OPT_CALL_INTERVAL])
        self._spawn(self.poller.run(pause), f"{DOMAIN} online checks")

    def name_of(self, serial: str) -> str:
        """Return the name that a camera was given, or its serial."""
        subentries = self.entry.subentries.values()
        return next((sub.title for sub in subentries if sub.unique_id == serial), serial)

    async def async_close(self) -> None:
        """Stop every move and let everything go."""
        if self.cameras:
            await asyncio.gather(*(camera.close() for camera in self.cameras.values()))
        await self.client.close()
        self.issues.close()

    async def async_stop_moves(self) -> None:
        """Stop every move: Home Assistant is about to end."""
        if self.cameras:
            await asyncio.gather(*(camera.ptz.close() for camera in self.cameras.values()))

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
        self.options = {**DEFAULT_OPTIONS, **self.entry.options}
        for camera in self.cameras.values():
            self._configure(camera)
        subentries = self.entry.subentries
        gone = [self.cameras.pop(key) for key in tuple(self.cameras) if key not in subentries]
        self._rename_devices()
        for subentry_id, subentry in subentries.items():
            if subentry_id not in self.cameras and (new := self._add_camera(subentry)) is not None:
                new.queue.start_cooldown()  # the flow has called it just now
                for add in self._entity_adders:
                    add(new, subentry)
                self.poller.ask(new)
        for camera in gone:
            await self._remove_camera(camera)

    @callback
    def check_online(self, camera: Camera) -> None:
        """Ask a camera soon, in the background, whether it is online."""

        async def check() -> None:
            try:
                await camera.check_online()
            except SodaError as err:
                LOGGER.debug("Online check of %s: %s", camera.serial, err)

        device = self._devices().get(camera.serial)
        if device is None or not device.disabled:  # nobody can see what is asked for those
            self._spawn(check(), f"{DOMAIN} online check {camera.serial}")

    def _add_camera(self, subentry: ConfigSubentry) -> Camera | None:
        if subentry.subentry_type != SUBENTRY_CAMERA:
            return None
        camera = Camera(self.client, subentry.data[CONF_DEVICE_SERIAL], self.record)
        self.outcomes.follow(camera)
        self.issues.follow(camera, subentry.subentry_id)
        self._configure(camera)
        self.cameras[subentry.subentry_id] = camera
        return camera

    async def _remove_camera(self, camera: Camera) -> None:
        self.issues.forget(camera)
        self.outcomes.forget(camera)
        self.poller.forget(camera.serial)
        await camera.close()
        await self.record.erase(camera.serial)

    def _configure(self, camera: Camera) -> None:
        camera.configure(
            call_interval=self.options[OPT_CALL_INTERVAL],
            snapshot_interval=self.options[OPT_SNAPSHOT_INTERVAL],
        )

    def _devices(self) -> dict[str, dr.DeviceEntry]:
        """Return the devices of this entry by serial."""
        registry = dr.async_get(self.hass)
        return {
            serial: device
            for device in dr.async_entries_for_config_entry(registry, self.entry.entry_id)
            for domain, serial in device.identifiers
            if domain == DOMAIN
        }

    def _rename_devices(self) -> None:
        registry, devices = dr.async_get(self.hass), self._devices()
        for subentry_id, camera in self.cameras.items():
            title = self.entry.subentries[subentry_id].title
            device = devices.get(camera.serial)
            if device is not None and device.name != title:
                registry.async_update_device(device.id, name=title)
                self.issues.renamed(camera)

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
    def _visited(self, camera: Camera) -> None:
        """Look after what ends by itself, or may have been mended."""
        self.rechecker.visit(camera)
        self.issues.note_token(shared=self.client.tokens.shared_with_others)
