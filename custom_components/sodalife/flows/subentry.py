"""Adding and renaming one camera."""

from __future__ import annotations

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..api import SodaClient
from ..api.foreign import clean
from ..const import CONF_DEVICE_SERIAL
from ..coordinator import SodaCoordinator, make_client
from .checks import camera_errors, is_known, normal_serial


class CameraSubentryFlow(ConfigSubentryFlow):
    """Adds or renames a camera."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a serial and a name, and check the serial with the platform."""
        errors: dict[str, str] = {}
        if user_input is not None:
            serial = normal_serial(user_input[CONF_DEVICE_SERIAL])
            if is_known(self.hass, serial):
                return self.async_abort(reason="already_configured")
            failed = await camera_errors(self.hass, await self._client(), [serial])
            if not failed:
                return self.async_create_entry(
                    title=clean(user_input.get(CONF_NAME)) or serial,
                    data={CONF_DEVICE_SERIAL: serial},
                    unique_id=serial,
                )
            errors[CONF_DEVICE_SERIAL] = failed[serial]
        schema = vol.Schema(
            {
                vol.Required(CONF_DEVICE_SERIAL): TextSelector(),
                vol.Optional(CONF_NAME): TextSelector(),
            }
        )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"serial": (user_input or {}).get(CONF_DEVICE_SERIAL, "")},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another name."""
        subentry = self._get_reconfigure_subentry()
        if user_input is not None:
            name = clean(user_input[CONF_NAME]) or subentry.title
            return self.async_update_and_abort(self._get_entry(), subentry, title=name)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=vol.Schema(
                {vol.Required(CONF_NAME, default=subentry.title): TextSelector()}
            ),
        )

    async def _client(self) -> SodaClient:
        """Return the running client; a second one would fight it for the token."""
        entry = self._get_entry()
        if entry.state is ConfigEntryState.LOADED:
            coordinator: SodaCoordinator = entry.runtime_data
            return coordinator.client
        client = make_client(self.hass, entry.data)
        await client.tokens.load()
        return client
