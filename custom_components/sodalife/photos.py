"""The one place where Home Assistant is told of photos, for whoever wants to know of each."""

from __future__ import annotations

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from .api import Camera, PhotoReason, Snapshot
from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """A photo that was taken just now: by which camera, and why.

    Attributes:
        entry_id: of the config entry that the camera belongs to.
        serial: of the camera; the unique ids of its entities begin with it.
        snapshot: the photo.
        reason: the best reason of those who wanted it.

    """

    entry_id: str
    serial: str
    snapshot: Snapshot
    reason: PhotoReason


# Sent for every photo of every camera, at once: `async_dispatcher_connect(hass, PHOTO_TAKEN, …)`.
PHOTO_TAKEN: SignalType[PhotoTaken] = SignalType(f"{DOMAIN}_photo_taken")


@callback
def announce_photos(hass: HomeAssistant, entry: ConfigEntry, camera: Camera) -> None:
    """Have every photo of a camera announced."""

    @callback
    def announce(snapshot: Snapshot, reason: PhotoReason) -> None:
        photo = PhotoTaken(entry.entry_id, camera.serial, snapshot, reason)
        async_dispatcher_send(hass, PHOTO_TAKEN, photo)

    camera.snapshots.photographed.subscribe(announce)
