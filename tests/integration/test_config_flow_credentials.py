"""The flow for new credentials of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest

from simulator import Cloud, Fault, create_app
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    SERIAL,
    Act,
    SetUp,
    stored_token,
)
from tests.integration.flows import (
    fill_in,
)

# --- new credentials


async def test_reauth_is_asked_for_and_helps(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, press: Act, act: Act
) -> None:
    entry = await set_up()
    await act("capture")
    cloud.desk.client_secret = "new-secret"
    cloud.revoke()
    with pytest.raises(HomeAssistantError) as failure:
        await press("capture")
    assert failure.value.translation_key == "invalid_auth"

    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert (flow["step_id"], flow["context"]["source"]) == ("reauth_confirm", "reauth")
    result = await fill_in(hass, flow, {"client_secret": "wrong"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_auth"})
    fetched = cloud.token_fetches
    result = await fill_in(hass, result, {"client_secret": " new-secret "})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data["client_secret"] == "new-secret"
    assert entry.state is ConfigEntryState.LOADED
    await press("capture")
    assert cloud.token_fetches == fetched + 1, "the entry goes on with the flow's token"


async def test_reauth_of_an_entry_that_failed_to_start(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, press: Act, expected_log: list[str]
) -> None:
    cloud.desk.client_secret = "new-secret"
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    expected_log.append("homeassistant.config_entries: .* could not authenticate")
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)

    cloud.faults.add(Fault("html", "token", times=1))
    result = await fill_in(hass, flow, {"client_secret": "new-secret"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "cannot_connect"})
    result = await fill_in(hass, result, {"client_secret": "new-secret"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.state is ConfigEntryState.LOADED
    await press("capture")
    assert cloud.token_fetches == 1


@pytest.fixture
async def new_host(socket_enabled: None) -> AsyncIterator[tuple[Cloud, str]]:
    """Have a second platform, of the old contract."""
    cloud = Cloud(revision="body", interval=0, token_fetch_interval=0, picture_size=(160, 90))
    cloud.add_camera(SERIAL)
    server = TestServer(create_app(cloud), host="127.0.0.1")
    await server.start_server()
    yield cloud, str(server.make_url("")).rstrip("/")
    await server.close()


async def test_reconfigure_the_host(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    press: Act,
    new_host: tuple[Cloud, str],
    hass_storage: dict[str, Any],
) -> None:
    entry = await set_up()
    await press("capture")
    assert entry.data["revision"] == "query"
    new_cloud, address = new_host
    asked = cloud.token_requests, len(cloud.cameras[SERIAL].calls)

    form = await entry.start_reconfigure_flow(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
    result = await fill_in(
        hass, form, {"host": f"{address}/", "client_secret": CREDENTIALS["client_secret"]}
    )

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {"host": address, **CREDENTIALS}, "the revision is to be found anew"
    await press("capture")
    assert entry.data["revision"] == "body"
    assert new_cloud.token_fetches == 1
    assert (stored_token(hass_storage) or {})["host"] == address
    assert (cloud.token_requests, len(cloud.cameras[SERIAL].calls)) == asked


async def test_reconfigure_the_secret(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, host: str, press: Act
) -> None:
    entry = await set_up()
    await press("capture")
    cloud.desk.client_secret = "new-secret"
    form = await entry.start_reconfigure_flow(hass)
    result = await fill_in(hass, form, {"host": host, "client_secret": "wrong"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_auth"})
    result = await fill_in(hass, result, {"host": "no host", "client_secret": "new-secret"})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"host": "invalid_host"})
    result = await fill_in(hass, result, {"host": host, "client_secret": "new-secret"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data == {
        **CREDENTIALS,
        "host": host,
        "client_secret": "new-secret",
        "revision": "query",
    }
    await press("capture")
    assert cloud.token_fetches == 2


async def test_forms_that_were_left_stop_no_other(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, host: str
) -> None:
    """Their pages were closed: they are in progress for ever."""
    entry = await set_up()
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    await entry.start_reconfigure_flow(hass)
    form = await entry.start_reconfigure_flow(hass)
    (flow,) = (
        flow
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == "reauth"
    )
    result = await fill_in(hass, flow, {"client_secret": "\ufeffdemo-secret\u200b"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    result = await fill_in(hass, form, {"host": host, "client_secret": "demo\uff0dsecret"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data["client_secret"] == "demo-secret"


async def test_reconfigure_an_entry_that_waits_to_try_again(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, host: str, press: Act
) -> None:
    cloud.faults.add(Fault("html", "token"))
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    cloud.faults.clear()

    form = await entry.start_reconfigure_flow(hass)
    result = await fill_in(
        hass, form, {"host": host, "client_secret": CREDENTIALS["client_secret"]}
    )

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.state is ConfigEntryState.LOADED
    await press("capture")
    assert cloud.token_fetches == 1
