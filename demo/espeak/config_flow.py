"""Adding the voice: there is nothing to ask."""

from __future__ import annotations

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult


class EspeakConfigFlow(ConfigFlow, domain="espeak"):
    """Adds the voice once."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Add it."""
        await self.async_set_unique_id("espeak")
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title="eSpeak", data={})
