"""Repair flows: the user says that it is mended, and we look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant
import voluptuous as vol

from .coordinator import SodaConfigEntry

if TYPE_CHECKING:  # Home Assistant 2025.4 has no name for it
    from homeassistant.components.repairs import RepairsFlowResult


class RecheckFlow(RepairsFlow):
    """Asks the platform again."""

    def __init__(self, about: str, entry_id: str, serial: str) -> None:
        """Take the issue's id and what it is about; no serial means any camera."""
        self._about = about
        self._entry_id = entry_id
        self._serial = serial

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Explain what to do."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Look whether it is mended."""
        entry: SodaConfigEntry | None = self.hass.config_entries.async_get_entry(self._entry_id)
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders=self._placeholders(entry),
            )
        if entry is not None and hasattr(entry, "runtime_data"):
            coordinator = entry.runtime_data
            for camera in coordinator.cameras.values():
                if self._serial in ("", camera.serial):
                    await coordinator.rechecker.async_recheck(camera)
                    break
            if coordinator.issues.is_open(self._about):
                return self.async_abort(reason="still_there")
        return self.async_create_entry(data={})

    def _placeholders(self, entry: SodaConfigEntry | None) -> dict[str, str]:
        if entry is None or not hasattr(entry, "runtime_data"):
            return {"camera": self._serial, "serial": self._serial, "client_id": ""}
        return {
            "camera": entry.runtime_data.name_of(self._serial),
            "serial": self._serial,
            "client_id": entry.data["client_id"],
        }


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    about = data or {}
    return RecheckFlow(issue_id, str(about.get("entry_id")), str(about.get("serial") or ""))
