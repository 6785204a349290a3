"""The flows: an application, its cameras, new credentials, options."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
import socket
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
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
    count_arrived,
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


def suggested(form: Result) -> object:
    """Return what the form for the cameras shows in its field."""
    (field,) = form["data_schema"].schema
    return field.description["suggested_value"]


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
    form = await user()
    assert suggested(form) == [""], "a field to type into, and not only a button that adds some"
    result = await cameras(hass, form, "")

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


# As Chinese keyboards write it, and as it comes out of a document, a chat or a web page.
FULL_WIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in SERIAL)
SPELLINGS = {
    "full width": FULL_WIDTH,
    "full width, small": FULL_WIDTH.lower(),
    "zero-width space": f"{SERIAL[:4]}\u200b{SERIAL[4:]}\u200b",
    "byte order mark": f"\ufeff{SERIAL}",
    "no-break space": f"\u00a0{SERIAL}\u00a0",
    "ideographic space": f"\u3000{SERIAL}\u3000",
    "soft hyphen": f"TEST\u00ad{SERIAL[4:]}",
    "direction mark": f"\u202a{SERIAL}\u202c",
    "line's end": f"{SERIAL}\r\n",
}


@both_revisions
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
async def test_serials_as_keyboards_and_documents_write_them(
    hass: HomeAssistant, user: Flow, cloud: Cloud, spelling: str
) -> None:
    result = await cameras(hass, await user(), spelling)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [sub.unique_id for sub in result["result"].subentries.values()] == [SERIAL]


async def test_an_application_as_keyboards_and_documents_write_it(
    hass: HomeAssistant, user: Flow, host: str
) -> None:
    wide = host.translate({ord(":"): "\uff1a", ord("/"): "\uff0f", ord("."): "\u3002"})
    result = await user(
        host=f"\ufeff{wide}\uff0f",
        client_id="\u200bdemo\uff0dclient",
        client_secret="demo-secret\u200b",
    )
    result = await cameras(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == "demo-client"
    assert result["result"].data == {"host": host, **CREDENTIALS}


async def test_one_camera_in_several_spellings_is_asked_once(
    hass: HomeAssistant, user: Flow, sim: SimCamera
) -> None:
    typed = [SERIAL, f"{SERIAL.lower()} ", FULL_WIDTH]
    result = await cameras(hass, await user(), *typed, STRANGER)
    assert result["errors"] == {"device_serials": "device_not_found"}  # or polls would be counted
    assert [call.endpoint for call in sim.calls] == ["liveurl"]


def asked(cloud: Cloud, endpoint: str) -> int:
    return sum(count_arrived(sim, endpoint) for sim in cloud.cameras.values())


@pytest.mark.parametrize("has_status", [True, False])
async def test_a_hundred_cameras_cost_one_live_address(
    hass: HomeAssistant, user: Flow, cloud: Cloud, has_status: bool
) -> None:
    serials = [f"TEST1{number:03}" for number in range(100)]
    for serial in serials:
        cloud.add_camera(serial)
    if not has_status:  # as platforms were before 2021-01-08
        cloud.faults.add(Fault("code", "onlinestatus", code="NOT_FOUND", status=404))
    result = await cameras(hass, await user(), *serials, STRANGER)
    assert result["errors"] == {"device_serials": "device_not_found"}  # or polls would be counted
    if has_status:
        assert asked(cloud, "liveurl") == 1
        assert asked(cloud, "onlinestatus") == 99
    else:
        assert asked(cloud, "onlinestatus") == 1, "that there is none is learned once"
        assert asked(cloud, "liveurl") == 100


async def test_a_platform_that_is_down_is_asked_about_one_camera(
    hass: HomeAssistant, user: Flow, cloud: Cloud
) -> None:
    result = await user()
    cloud.faults.add(Fault("html"))
    result = await cameras(hass, result, SERIAL, OTHER)
    assert result["errors"] == {"device_serials": "cannot_connect"}
    assert result["description_placeholders"]["serial"] == f"{SERIAL}, {OTHER}"
    assert asked(cloud, "liveurl") + asked(cloud, "onlinestatus") == 1


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
    assert suggested(result) == ["TEST0404", SERIAL, " x y ", OTHER], "as they were typed"


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


async def test_a_closed_page_stops_no_other(hass: HomeAssistant, user: Flow, cloud: Cloud) -> None:
    left = await user()  # and then the browser's tab is closed
    result = await cameras(hass, await user(), SERIAL)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []
    with pytest.raises(UnknownFlow):  # it was open in another tab after all
        await cameras(hass, left, OTHER)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


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
