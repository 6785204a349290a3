"""The flows: an application, its cameras, new credentials, options."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
import socket
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    OTHER,
    SERIAL,
    STRANGER,
    Act,
    SetUp,
    both_revisions,
    stored_token,
)
from tests.integration.flows import (
    CAMERA_TROUBLE,
    Flow,
    Result,
    fill_in,
    thaw,
)


async def cameras(hass: HomeAssistant, result: Result, *serials: str) -> dict[str, Any]:
    """Fill in the form for the cameras."""
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "cameras")
    return await fill_in(hass, result, {"device_serials": list(serials)})


# --- an application and its cameras


@both_revisions
async def test_everything_right(
    hass: HomeAssistant, user: Flow, cloud: Cloud, hass_storage: dict[str, Any], host: str
) -> None:
    result = await cameras(hass, await user(host=f" {host}/ "), SERIAL, OTHER)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.unique_id == "demo-client"
    assert entry.data == {"host": host, **CREDENTIALS, "revision": cloud.revision}
    assert [
        (sub.subentry_type, sub.unique_id, sub.data["device_serial"])
        for sub in entry.subentries.values()
    ] == [("camera", SERIAL, SERIAL), ("camera", OTHER, OTHER)]
    assert entry.state is ConfigEntryState.LOADED
    assert (stored_token(hass_storage) or {})["host"] == host
    assert cloud.token_fetches == 1, "the entry starts with the flow's token"
    assert cloud.violations == []


async def test_no_cameras_yet(hass: HomeAssistant, user: Flow, cloud: Cloud) -> None:
    result = await cameras(hass, await user())

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED
    assert dict(result["result"].subentries) == {}
    assert "revision" not in result["result"].data, "nothing was asked that could tell"
    assert cloud.token_fetches == 1


async def test_a_form_left_open_for_hours(
    hass: HomeAssistant, user: Flow, cloud: Cloud, clock: ManualClock
) -> None:
    result = await user()
    await clock.advance(7200)
    result = await cameras(hass, result)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED
    assert cloud.token_fetches == 2, "the first one has ended"


@both_revisions
async def test_serials_as_people_type_them(
    hass: HomeAssistant, user: Flow, entity_registry: er.EntityRegistry
) -> None:
    typed = [f" {SERIAL.lower()} ", SERIAL, "  ", OTHER, OTHER]
    result = await cameras(hass, await user(), *typed)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [sub.unique_id for sub in result["result"].subentries.values()] == [SERIAL, OTHER]
    assert entity_registry.async_get_entity_id("camera", DOMAIN, f"{SERIAL}_camera")


@both_revisions
@pytest.mark.parametrize("trouble", [{"online": False}, {"encrypted": True}, {"ptz": False}])
async def test_a_camera_in_trouble_can_be_added(
    hass: HomeAssistant, user: Flow, sim: SimCamera, trouble: dict[str, bool]
) -> None:
    for what, value in trouble.items():
        setattr(sim, what, value)
    result = await cameras(hass, await user(), SERIAL)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


# --- what can go wrong with the platform


@pytest.fixture
async def elsewhere(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[str]:
    """Say where something listens that is not the platform, or nothing at all."""
    if request.param == "closed port":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        return

    async def answer(request_: web.Request) -> web.Response:
        if request.param == "page":
            return web.Response(text="<h1>It works!</h1>", content_type="text/html")
        return web.json_response({"detail": "Not Found"}, status=404)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.mark.parametrize(
    ("elsewhere", "errors"),
    [
        ("closed port", {"base": "cannot_connect"}),
        ("page", {"host": "invalid_host"}),
        ("JSON", {"host": "invalid_host"}),
    ],
    indirect=["elsewhere"],
)
async def test_wrong_place(
    hass: HomeAssistant, user: Flow, host: str, elsewhere: str, errors: dict[str, str]
) -> None:
    result = await user(host=elsewhere)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)

    await assert_recovers(hass, result, host)


async def test_a_certificate_that_nobody_has_signed(
    hass: HomeAssistant, user: Flow, host: str, self_signed: str, cloud: Cloud
) -> None:
    result = await user(host=self_signed)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "cannot_connect"})
    assert cloud.token_requests == 0

    await assert_recovers(hass, result, host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ftp://127.0.0.1",
        "http://",
        "http://:80",
        "http://user:password@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1:99999",
        "http://a b",
        "http://[::1",
    ],
)
async def test_not_an_address(
    hass: HomeAssistant, user: Flow, host: str, cloud: Cloud, text: str
) -> None:
    result = await user(host=text)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"host": "invalid_host"})
    assert cloud.token_requests == 0

    await assert_recovers(hass, result, host)


TOKEN_TROUBLE = [
    (Fault("code", code="INVALID_CLIENT"), "invalid_auth"),
    (Fault("code", code="UNAUTHORIZED_CLIENT"), "not_permitted"),
    (Fault("code", code="10005"), "not_permitted"),
    (Fault("code", code="TOO_MANY_REQUESTS"), "rate_limited"),
    (Fault("code", code="TOO_MANY_REQUESTS", status=429), "rate_limited"),
    (Fault("code", code="TEMPORARILY_UNAVAILABLE", status=503), "cannot_connect"),
    (Fault("code", code="99999", as_number=True), "unknown"),
    (Fault("html"), "cannot_connect"),
    (Fault("reset_before"), "cannot_connect"),
    (Fault("reset_after"), "cannot_connect"),
]


@pytest.mark.parametrize(("fault", "error"), TOKEN_TROUBLE, ids=lambda v: getattr(v, "label", v))
async def test_no_token(
    hass: HomeAssistant, user: Flow, cloud: Cloud, host: str, fault: Fault, error: str
) -> None:
    cloud.faults.add(fault)
    result = await user()
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": error})

    cloud.faults.clear()
    await assert_recovers(hass, result, host)


@pytest.mark.parametrize("wrong", [{"client_secret": "wrong"}, {"client_id": "wrong"}])
async def test_wrong_credentials(
    hass: HomeAssistant, user: Flow, host: str, wrong: dict[str, str]
) -> None:
    result = await user(**wrong)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "invalid_auth"})

    await assert_recovers(hass, result, host)


async def assert_recovers(hass: HomeAssistant, result: Result, host: str) -> None:
    """Show that the same form, filled in rightly, leads on to the end."""
    result = await fill_in(hass, result, {"host": host, **CREDENTIALS})
    result = await cameras(hass, result, SERIAL)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


@both_revisions
@pytest.mark.parametrize(
    ("begin", "serial", "error"), CAMERA_TROUBLE.values(), ids=CAMERA_TROUBLE.keys()
)
async def test_wrong_camera(
    hass: HomeAssistant,
    user: Flow,
    cloud: Cloud,
    begin: Callable[[Cloud], None],
    serial: str,
    error: str,
) -> None:
    result = await user()
    begin(cloud)
    result = await cameras(hass, result, SERIAL, serial)

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"device_serials": error}
    assert serial in result["description_placeholders"]["serial"]
    assert hass.config_entries.async_entries(DOMAIN) == []

    thaw(cloud)
    result = await cameras(hass, result, SERIAL, OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(result["result"].subentries) == 2


async def test_the_form_says_which_serials_are_wrong(hass: HomeAssistant, user: Flow) -> None:
    result = await cameras(hass, await user(), "TEST0404", SERIAL, " x y ", OTHER)

    assert result["errors"] == {"device_serials": "device_not_found"}
    assert result["description_placeholders"]["serial"].split(", ") == ["TEST0404", " x y "]


# --- nothing half-made


async def test_the_same_application_twice(
    hass: HomeAssistant, user: Flow, set_up: SetUp, cloud: Cloud, act: Act
) -> None:
    await set_up()
    fetched = cloud.token_requests
    result = await user(client_secret="another")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert cloud.token_requests == fetched, "a fetch would kill the token in use"
    await act("capture")


@pytest.mark.parametrize("trouble", [[], [STRANGER]])
async def test_an_abandoned_flow_leaves_nothing(
    hass: HomeAssistant,
    user: Flow,
    hass_storage: dict[str, Any],
    device_registry: dr.DeviceRegistry,
    trouble: list[str],
) -> None:
    result = await user()
    if trouble:
        result = await cameras(hass, result, *trouble)
    hass.config_entries.flow.async_abort(result["flow_id"])
    await hass.async_block_till_done()

    assert hass.config_entries.async_entries(DOMAIN) == []
    assert stored_token(hass_storage) is None
    assert list(device_registry.devices) == []
    assert hass.states.async_all() == []
