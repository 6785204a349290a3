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
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..audio.gong import BUNDLED, NO_GONG
from ..const import (
    DEFAULT_OPTIONS,
    LIVE_PROTOCOLS,
    OPT_CALL_INTERVAL,
    OPT_GONG,
    OPT_LIVE_PROTOCOL,
    OPT_PHRASES,
    OPT_POLL_INTERVAL,
    OPT_PTZ_PULSE,
    OPT_SNAPSHOT_INTERVAL,
    OPT_TTS_ENGINE,
)
from ..phrases import error_in


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
        vol.Optional(OPT_GONG): SelectSelector(
            SelectSelectorConfig(
                options=[NO_GONG, *BUNDLED],
                mode=SelectSelectorMode.DROPDOWN,
                custom_value=True,  # any media id
                translation_key=OPT_GONG,
            )
        ),
        vol.Optional(OPT_PHRASES): TextSelector(TextSelectorConfig(multiple=True)),
    }
)


class SodaOptionsFlow(OptionsFlow):
    """Asks for the options."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options and keep what is chosen."""
        wrong: dict[str, str] = {}
        if user_input is not None:
            if (error := error_in(user_input.get(OPT_PHRASES, ()))) is None:
                return self.async_create_entry(data=user_input)
            wrong[OPT_PHRASES] = error
        values = {**DEFAULT_OPTIONS, **(user_input or self.config_entry.options)}
        schema = self.add_suggested_values_to_schema(OPTIONS, values)
        return self.async_show_form(step_id="init", data_schema=schema, errors=wrong)
