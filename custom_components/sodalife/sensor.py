"""What a camera is in trouble with, and how often it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.codes import KEYS
from .coordinator import SodaConfigEntry
from .entity import SodaEntity, async_add_for_cameras

PARALLEL_UPDATES = 0  # reads what is known
SCAN_INTERVAL = timedelta(minutes=1)  # of a counter in memory


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of every camera."""
    await async_add_for_cameras(
        entry, async_add_entities, LastErrorSensor, CallsTodaySensor, PhotosTodaySensor
    )


class DiagnosticSensor(SodaEntity, SensorEntity):
    """A sensor that has something to say whether or not the camera can be reached."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def available(self) -> bool:
        """Always: it tells what is known here."""
        return True


class LastErrorSensor(DiagnosticSensor):
    """The last error of a camera; unknown until there was one.

    An error that is repeated within minutes is told once, with the time when it began.
    """

    key = "last_error"
    _unrecorded_attributes = frozenset({"at", "description"})
    _attr_device_class = SensorDeviceClass.ENUM

    @property
    @override
    def options(self) -> list[str]:
        """All that can go wrong."""
        return list(KEYS)

    @property
    @override
    def native_value(self) -> str | None:
        """What went wrong last."""
        news = self.soda.device.news.latest
        return news.error.key if news is not None else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """When, at which endpoint, and the platform's own words."""
        if (news := self.soda.device.news.latest) is None:
            return None
        return {
            "code": news.error.code,
            "description": news.error.description,
            "endpoint": str(news.endpoint),
            "at": datetime.fromtimestamp(news.at, UTC),
        }


class CallsTodaySensor(DiagnosticSensor):
    """How often the platform was called for a camera since midnight in Shanghai."""

    key = "calls_today"
    _attr_entity_registry_enabled_default = False
    _attr_should_poll = True
    _attr_state_class = SensorStateClass.TOTAL_INCREASING

    @property
    @override
    def native_value(self) -> int:
        """The number of calls."""
        return self.soda.device.calls_today


class PhotosTodaySensor(DiagnosticSensor):
    """How many photos a camera has taken since midnight in Shanghai."""

    key = "photos_today"
    _unrecorded_attributes = frozenset({"left"})
    _attr_entity_registry_enabled_default = False
    _attr_should_poll = True
    _attr_state_class = SensorStateClass.TOTAL_INCREASING

    @property
    @override
    def native_value(self) -> int:
        """The number of photos."""
        return self.soda.snapshots.budget.taken

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """How many there may be until midnight; None: there is no limit."""
        return {"left": self.soda.snapshots.budget.left}
