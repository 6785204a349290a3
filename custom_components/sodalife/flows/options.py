"""The options of an application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfInformation, UnitOfTime
from homeassistant.exceptions import HomeAssistantError
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

from ..api.errors import SodaError
from ..audio.gong import BUNDLED, NO_GONG, async_require_gong
from ..const import (
    DEFAULT_OPTIONS,
    KEEP,
    LIVE_PROTOCOLS,
    OPT_CALL_INTERVAL,
    OPT_GONG,
    OPT_KEEP_DAYS,
    OPT_KEEP_MEGABYTES,
    OPT_KEEP_PHOTOS,
    OPT_LIVE_PROTOCOL,
    OPT_PHOTOS_PER_DAY,
    OPT_PHRASES,
    OPT_POLL_INTERVAL,
    OPT_PTZ_PULSE,
    OPT_SNAPSHOT_INTERVAL,
    OPT_TTS_ENGINE,
)
from ..phrases import error_in

SHORTEST_POLL = 10  # seconds, unless nothing is asked at all


def _number(least: float, most: float, step: float = 1, unit: str | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=least, max=most, step=step, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


def _seconds(least: float, most: float, step: float = 1) -> NumberSelector:
    return _number(least, most, step, UnitOfTime.SECONDS)


def _choice(options: Sequence[str], key: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), mode=SelectSelectorMode.DROPDOWN, translation_key=key
        )
    )


OPTIONS = vol.Schema(
    {
        vol.Required(OPT_SNAPSHOT_INTERVAL): _seconds(1, 3600),
        vol.Required(OPT_CALL_INTERVAL): _seconds(0, 60, 0.5),
        vol.Required(OPT_POLL_INTERVAL): _seconds(0, 86400),
        vol.Required(OPT_LIVE_PROTOCOL): _choice(LIVE_PROTOCOLS, OPT_LIVE_PROTOCOL),
        vol.Required(OPT_PTZ_PULSE): _seconds(0.1, 10, 0.1),
        vol.Optional(OPT_TTS_ENGINE): EntitySelector(EntitySelectorConfig(domain="tts")),
        vol.Optional(OPT_PHOTOS_PER_DAY): _number(0, 10_000),
        vol.Optional(OPT_KEEP_PHOTOS): _choice(KEEP, OPT_KEEP_PHOTOS),
        vol.Optional(OPT_KEEP_DAYS): _number(1, 3650, unit=UnitOfTime.DAYS),
        vol.Optional(OPT_KEEP_MEGABYTES): _number(10, 10_000_000, unit=UnitOfInformation.MEGABYTES),
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
        errors: dict[str, str] = {}
        if user_input is not None:
            if 0 < user_input[OPT_POLL_INTERVAL] < SHORTEST_POLL:
                errors[OPT_POLL_INTERVAL] = "poll_too_often"
            if (error := error_in(user_input.get(OPT_PHRASES, ()))) is not None:
                errors[OPT_PHRASES] = error
            if not await self._can_be_the_gong(user_input):
                errors[OPT_GONG] = "gong_unusable"
            if not errors:
                return self.async_create_entry(data=user_input)
        values = {**DEFAULT_OPTIONS, **(user_input or self.config_entry.options)}
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(OPTIONS, values),
            errors=errors,
        )

    async def _can_be_the_gong(self, user_input: dict[str, Any]) -> bool:
        """Try another gong; the one that there is keeps nobody from changing other options."""
        if OPT_GONG not in user_input:
            return True
        wish = user_input[OPT_GONG] = user_input[OPT_GONG].strip()
        if wish == self.config_entry.options.get(OPT_GONG):
            return True
        try:
            await async_require_gong(self.hass, wish)
        except (SodaError, HomeAssistantError):
            return False
        return True
