"""The options of an application."""

from __future__ import annotations

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    DEFAULT_OPTIONS,
    LIVE_PROTOCOLS,
    OPT_CALL_INTERVAL,
    OPT_LIVE_PROTOCOL,
    OPT_POLL_INTERVAL,
    OPT_PTZ_PULSE,
    OPT_SNAPSHOT_INTERVAL,
    OPT_TTS_ENGINE,
)


def _seconds(least: float, most: float, step: float = 1) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=least,
            max=most,
            step=step,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfTime.SECONDS,
        )
    )


OPTIONS = vol.Schema(
    {
        vol.Required(OPT_SNAPSHOT_INTERVAL): _seconds(1, 3600),
        vol.Required(OPT_CALL_INTERVAL): _seconds(0, 60, 0.5),
        vol.Required(OPT_POLL_INTERVAL): _seconds(10, 3600),
        vol.Required(OPT_LIVE_PROTOCOL): SelectSelector(
            SelectSelectorConfig(
                options=list(LIVE_PROTOCOLS),
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=OPT_LIVE_PROTOCOL,
            )
        ),
        vol.Required(OPT_PTZ_PULSE): _seconds(0.1, 10, 0.1),
        vol.Optional(OPT_TTS_ENGINE): EntitySelector(EntitySelectorConfig(domain="tts")),
    }
)


class SodaOptionsFlow(OptionsFlow):
    """Asks for the options."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options and keep what is chosen."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        values = {**DEFAULT_OPTIONS, **self.config_entry.options}
        return self.async_show_form(
            step_id="init", data_schema=self.add_suggested_values_to_schema(OPTIONS, values)
        )
