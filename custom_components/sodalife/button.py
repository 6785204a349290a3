"""Buttons: a snapshot, and moves of a moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import ATTR_COMMAND, Activity, note_activity
from .api import Camera, Command
from .const import LENS_COMMANDS, OPT_PTZ_PULSE, PTZ_COMMANDS
from .coordinator import SodaConfigEntry, SodaCoordinator
from .entity import SodaEntity, async_add_for_cameras
from .errors import translated

PARALLEL_UPDATES = 0  # a stop waits for nobody; the call queue keeps the order


@dataclass(frozen=True, kw_only=True)
class SodaButtonDescription(ButtonEntityDescription):
    """A button and what it does; `pulse` is the option's seconds."""

    press_fn: Callable[[Camera, float], Awaitable[Any]]
    activity: Activity | None = None


def _move(name: str) -> SodaButtonDescription:
    command = Command[name.upper()]
    return SodaButtonDescription(
        key=name,
        entity_registry_enabled_default=name in LENS_COMMANDS,
        press_fn=lambda camera, pulse: camera.ptz.move(command, pulse),
        activity=Activity.MOVED,
    )


BUTTONS = (
    SodaButtonDescription(
        key="capture",
        press_fn=lambda camera, _: camera.snapshots.capture(),
        activity=Activity.PHOTO_TAKEN,
    ),
    SodaButtonDescription(key="ptz_stop", press_fn=lambda camera, _: camera.ptz.stop()),
    *(_move(name) for name in PTZ_COMMANDS),
    SodaButtonDescription(
        key="home",
        entity_registry_enabled_default=False,
        press_fn=lambda camera, _: camera.ptz.home(),
        activity=Activity.MOVED,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of every camera."""
    buttons = [partial(SodaButton, description=about) for about in BUTTONS]
    await async_add_for_cameras(entry, async_add_entities, *buttons)


class SodaButton(SodaEntity, ButtonEntity):
    """A button of a camera."""

    entity_description: SodaButtonDescription

    def __init__(
        self,
        coordinator: SodaCoordinator,
        camera: Camera,
        subentry: ConfigSubentry,
        description: SodaButtonDescription,
    ) -> None:
        """Take what the button does."""
        self.key = description.key
        self.entity_description = description
        super().__init__(coordinator, camera, subentry)

    @override
    async def async_press(self) -> None:
        """Do it, and return when it is done."""
        pulse = self.coordinator.options[OPT_PTZ_PULSE]
        press = self.entity_description.press_fn(self.soda, pulse)
        by = self._context  # Home Assistant forgets it after some seconds
        with translated(self.camera_name):
            await press
        if (activity := self.entity_description.activity) is not None:
            details = {ATTR_COMMAND: self.key} if activity is Activity.MOVED else {}
            note_activity(self.hass, self.soda, activity, by, **details)
