"""Setting up an application and its cameras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from .api import SodaClient
from .const import (
    CONF_DEVICE_SERIAL,
    CONF_DEVICE_SERIALS,
    CONF_REVISION,
    DEFAULT_HOST,
    DOMAIN,
    ENTRY_MINOR_VERSION,
    ENTRY_VERSION,
    SUBENTRY_CAMERA,
)
from .coordinator import make_client
from .flows.checks import camera_errors, normal_host, normal_serial, token_error, typed
from .flows.options import SodaOptionsFlow
from .flows.subentry import CameraSubentryFlow
from .store import token_store

SECRET = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
SERIALS = TextSelector(TextSelectorConfig(multiple=True))


class SodaConfigFlow(ConfigFlow, domain=DOMAIN):
    """Sets up an application."""

    VERSION = ENTRY_VERSION
    MINOR_VERSION = ENTRY_MINOR_VERSION

    def __init__(self) -> None:
        """Know nothing yet."""
        self._client: SodaClient  # set with the data, once they have worked
        self._data: dict[str, Any] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SodaOptionsFlow:
        """Return the flow for the options."""
        return SodaOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flow for a camera."""
        return {SUBENTRY_CAMERA: CameraSubentryFlow}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the platform and the credentials, and try them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {key: typed(value) for key, value in user_input.items()}
            # A flow whose page was closed is in progress for ever: it shall stop no other.
            await self.async_set_unique_id(data[CONF_CLIENT_ID], raise_on_progress=False)
            # Before anything is fetched: a new token would kill the one in use.
            self._abort_if_unique_id_configured(reload_on_update=False)
            errors = await self._try(data)
            if not errors:
                return await self.async_step_cameras()
        schema = vol.Schema(
            {
                vol.Required(CONF_HOST, default=DEFAULT_HOST): ADDRESS,
                vol.Required(CONF_CLIENT_ID): TextSelector(),
                vol.Required(CONF_CLIENT_SECRET): SECRET,
            }
        )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
        )

    async def async_step_cameras(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the cameras' serials, since the platform lists none, and check each."""
        errors: dict[str, str] = {}
        refused = ""
        if user_input is not None:
            texts: dict[str, str] = {}  # as they were typed, by what was meant
            for text in user_input[CONF_DEVICE_SERIALS]:
                texts.setdefault(normal_serial(text), text)
            texts.pop("", None)
            failed = await camera_errors(self.hass, self._client, texts)
            if not failed:
                return await self._finish(texts)
            errors[CONF_DEVICE_SERIALS] = next(iter(failed.values()))
            refused = ", ".join(texts[serial] for serial in failed)
        schema = vol.Schema({vol.Optional(CONF_DEVICE_SERIALS, default=[]): SERIALS})
        # A blank one, so that there is a field to type into, and not only a button to add some.
        shown = (user_input or {}).get(CONF_DEVICE_SERIALS) or [""]
        return self.async_show_form(
            step_id="cameras",
            data_schema=self.add_suggested_values_to_schema(schema, {CONF_DEVICE_SERIALS: shown}),
            errors=errors,
            description_placeholders={"serial": refused},
            last_step=True,
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start over with the credentials: the platform has refused them."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the application's new secret."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {**entry.data, CONF_CLIENT_SECRET: typed(user_input[CONF_CLIENT_SECRET])}
            errors = await self._try(data)
            if not errors:
                return await self._update(entry, "reauth_successful")
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=vol.Schema({vol.Required(CONF_CLIENT_SECRET): SECRET}),
            errors=errors,
            description_placeholders={CONF_CLIENT_ID: entry.data[CONF_CLIENT_ID]},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or secret of the same application."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {**entry.data, **{key: typed(value) for key, value in user_input.items()}}
            errors = await self._try(data)
            if not errors:
                return await self._update(entry, "reconfigure_successful")
        schema = vol.Schema(
            {
                vol.Required(CONF_HOST, default=entry.data[CONF_HOST]): ADDRESS,
                vol.Required(CONF_CLIENT_SECRET): SECRET,
            }
        )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={CONF_CLIENT_ID: entry.data[CONF_CLIENT_ID]},
        )

    async def _try(self, data: dict[str, Any]) -> dict[str, str]:
        """Fetch a token with the data; keep both if that works, else return the errors."""
        if (host := normal_host(data[CONF_HOST])) is None:
            return {CONF_HOST: "invalid_host"}
        if data[CONF_HOST] != host:
            data = {**data, CONF_HOST: host}
        client = make_client(self.hass, data, keep_token=False)
        if (error := await token_error(client)) is not None:
            return {CONF_HOST if error == "invalid_host" else "base": error}
        self._data, self._client = data, client
        return {}

    async def _finish(self, serials: Iterable[str]) -> ConfigFlowResult:
        await self._keep_token()
        return self.async_create_entry(
            title=f"SodaLife {self._data[CONF_CLIENT_ID]}",
            data=self._data,
            subentries=[
                ConfigSubentryData(
                    subentry_type=SUBENTRY_CAMERA,
                    title=serial,
                    unique_id=serial,
                    data={CONF_DEVICE_SERIAL: serial},
                )
                for serial in serials
            ],
        )

    async def _update(self, entry: ConfigEntry, reason: str) -> ConfigFlowResult:
        await self._keep_token()
        if entry.data[CONF_HOST] != self._data[CONF_HOST]:
            self._data.pop(CONF_REVISION, None)  # another platform: to be found out again
        self.hass.config_entries.async_update_entry(entry, data=self._data)
        # The entry follows changes of its data by itself while it runs; a reload more
        # does no harm, and without it an entry that failed to start would stay down.
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_abort(reason=reason)

    async def _keep_token(self) -> None:
        """Store the token that was just fetched: the entry is to start with it."""
        if (token := self._client.tokens.current) is not None:
            await token_store(self.hass, self._data).save(token)
        if (dialect := self._client.probe.dialect) is not None:
            self._data = {**self._data, CONF_REVISION: dialect.revision}
