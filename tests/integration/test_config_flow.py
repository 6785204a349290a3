"""The flows: an application, its cameras, new credentials, options."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
import socket
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Cloud, Fault, create_app
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    OTHER,
    SERIAL,
    STRANGER,
    Act,
    FindEntity,
    SetUp,
    arrived_moves,
    both_revisions,
    stored_token,
)

type Flow = Callable[..., Awaitable[dict[str, Any]]]
type Result = Mapping[str, Any]


@pytest.fixture
def user(hass: HomeAssistant, host: str) -> Flow:
    """Start a flow and fill in its first form."""

    async def user(**changes: str) -> dict[str, Any]:
        result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "user")
        return await fill_in(hass, result, {"host": host, **CREDENTIALS, **changes})

    return user


async def fill_in(hass: HomeAssistant, result: Result, data: dict[str, Any]) -> dict[str, Any]:
    """Fill in a form of a flow and let everything that follows from it happen."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], data)
    await hass.async_block_till_done()
    return dict(result)


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


# --- what can go wrong with cameras


def a_code(code: str, **about: Any) -> Callable[[Cloud], None]:
    return lambda cloud: cloud.faults.add(Fault("code", serial=OTHER, code=code, **about))


def nothing(cloud: Cloud) -> None:
    pass


def freeze(cloud: Cloud) -> None:
    cloud.frozen = True


def give_away(cloud: Cloud) -> None:
    cloud.cameras[OTHER].foreign = True


def thaw(cloud: Cloud) -> None:
    cloud.faults.clear()
    cloud.frozen = cloud.cameras[OTHER].foreign = False


CAMERA_TROUBLE = {
    "unknown": (nothing, STRANGER, "device_not_found"),
    "20002": (a_code("20002"), OTHER, "device_not_found"),
    "foreign": (give_away, OTHER, "device_not_permitted"),
    "10051": (a_code("10051"), OTHER, "device_not_permitted"),
    "20014": (a_code("20014"), OTHER, "invalid_serial"),
    "10001": (a_code("10001"), OTHER, "invalid_serial"),
    "illegal": (nothing, "A B C D E", "invalid_serial"),
    "too short": (nothing, "abc", "invalid_serial"),
    "frozen": (freeze, OTHER, "not_permitted"),
    "no right": (a_code("UNAUTHORIZED_CLIENT"), OTHER, "not_permitted"),
    "busy": (a_code("TOO_MANY_REQUESTS"), OTHER, "rate_limited"),
    "new code": (a_code("87654"), OTHER, "unknown"),
    "new number": (a_code("87654", as_number=True, status=400), OTHER, "unknown"),
    "refused token": (a_code("10002"), OTHER, "cannot_connect"),
    "gateway": (lambda cloud: cloud.faults.add(Fault("html")), OTHER, "cannot_connect"),
    "shape": (lambda cloud: cloud.faults.add(Fault("json_other")), OTHER, "invalid_host"),
}


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


# --- one camera


async def add_camera(hass: HomeAssistant, entry: MockConfigEntry, **data: str) -> Result:
    """Fill in the form for one more camera."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "camera"), context={"source": SOURCE_USER}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    return await camera_again(hass, form, **data)


async def camera_again(hass: HomeAssistant, form: Result, **data: str) -> Result:
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], data)
    await hass.async_block_till_done()
    return result


@both_revisions
@pytest.mark.parametrize(
    ("typed", "title"),
    [({"name": " Back yard "}, "Back yard"), ({}, OTHER), ({"name": "  "}, OTHER)],
)
async def test_add_a_camera_and_leave_the_others_alone(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    act: Act,
    typed: dict[str, str],
    title: str,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await set_up(revision=cloud.revision)
    running = entry.runtime_data
    await act("ptz_start", command="zoom_in")
    result = await add_camera(hass, entry, device_serial=f" {OTHER.lower()}", **typed)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    added = list(entry.subentries.values())[1]
    assert (added.title, added.unique_id, dict(added.data)) == (
        title,
        OTHER,
        {"device_serial": OTHER},
    )
    names = {
        device.serial_number: device.name
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    }
    assert names == {SERIAL: "Camera 1", OTHER: title}
    await act("capture", OTHER)

    assert sim.moving == 8, "its move goes on"
    assert entry.runtime_data is running, "nothing was loaded again"
    await act("ptz_stop")
    assert arrived_moves(sim) == [(0, 8), (1, 8)]
    assert cloud.token_fetches == 1
    assert cloud.violations == []


async def test_the_same_camera_twice(
    hass: HomeAssistant, set_up: SetUp, sim: SimCamera, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up()
    calls = len(sim.calls)
    result = await add_camera(hass, entry, device_serial=SERIAL.lower())

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(entry.subentries) == 1
    assert len(sim.calls) == calls


# The check is the first form's: one of each kind will do.
@pytest.mark.parametrize("kind", ["unknown", "illegal", "frozen", "busy", "new code", "gateway"])
async def test_add_a_wrong_camera(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    kind: str,
    entity_registry: er.EntityRegistry,
) -> None:
    begin, serial, error = CAMERA_TROUBLE[kind]
    entry = await set_up(revision=cloud.revision)
    begin(cloud)
    result = await add_camera(hass, entry, device_serial=serial, name="Yard")

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"device_serial": error}
    assert result["description_placeholders"] == {"serial": serial}
    assert len(entry.subentries) == 1
    assert not [e for e in entity_registry.entities.values() if not e.unique_id.startswith(SERIAL)]

    thaw(cloud)
    result = await camera_again(hass, result, device_serial=OTHER, name="Yard")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_adding_a_camera_does_not_fight_for_the_token(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, act: Act
) -> None:
    entry = await set_up(revision="query")
    await act("capture")
    cloud.revoke()
    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await act("capture", SERIAL, OTHER)

    assert cloud.token_fetches == 2, "the flow and the cameras share the new one"


async def test_add_a_camera_to_an_entry_that_is_not_loaded(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud
) -> None:
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    assert len(entry.runtime_data.cameras) == 2
    assert cloud.token_fetches == 1, "the flow took the stored token"


async def test_rename_a_camera(
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    act: Act,
    entity_id: FindEntity,
    device_registry: dr.DeviceRegistry,
    press: Act,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    running = entry.runtime_data
    await act("ptz_start", command="zoom_in")
    for subentry in list(entry.subentries.values()):
        form = await hass.config_entries.subentries.async_init(
            (entry.entry_id, "camera"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
        )
        assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
        result = await camera_again(hass, form, name=f" New {subentry.title} ")
        assert (result["type"], result["reason"]) == (
            FlowResultType.ABORT,
            "reconfigure_successful",
        )

    assert [sub.title for sub in entry.subentries.values()] == ["New Camera 1", "New Camera 2"]
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {device.name for device in devices} == {"New Camera 1", "New Camera 2"}
    state = hass.states.get(entity_id("button", "zoom_in"))
    assert state is not None
    assert state.name.startswith("New Camera 1")
    assert entry.runtime_data is running
    assert sim.moving == 8

    await act("ptz_stop")
    sim.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await press("capture")
    placeholders = failure.value.translation_placeholders or {}
    assert placeholders["camera"] == "New Camera 1"


async def test_a_blank_name_changes_nothing(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    (subentry,) = entry.subentries.values()
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "camera"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    result = await camera_again(hass, form, name=" ")
    assert result["reason"] == "reconfigure_successful"
    assert [sub.title for sub in entry.subentries.values()] == ["Camera 1"]


async def test_remove_a_camera_and_leave_the_others_alone(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    act: Act,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    running = entry.runtime_data
    await act("ptz_start", SERIAL, OTHER, command="zoom_in")
    gone = next(sub for sub in entry.subentries.values() if sub.unique_id == OTHER)
    hass.config_entries.async_remove_subentry(entry, gone.subentry_id)
    await hass.async_block_till_done()

    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert [device.serial_number for device in devices] == [SERIAL]
    unique_ids = [entity.unique_id for entity in entity_registry.entities.values()]
    assert unique_ids
    assert all(unique_id.startswith(SERIAL) for unique_id in unique_ids)
    assert all("camera_2" not in state.entity_id for state in hass.states.async_all())
    await until(lambda: cloud.cameras[OTHER].moving is None)
    assert sim.moving == 8
    assert entry.runtime_data is running

    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await act("capture", OTHER)
    await act("ptz_stop")
    assert cloud.violations == []


# --- options

OPTIONS = {
    "snapshot_interval": 60,
    "call_interval": 0,
    "poll_interval": 120,
    "live_protocol": "flv",
    "ptz_pulse": 0.2,
}


async def test_options_are_followed_without_a_reload(
    hass: HomeAssistant, set_up: SetUp, act: Act, sim: SimCamera
) -> None:
    entry = await set_up()
    running = entry.runtime_data
    before = await act("get_live_url", answers=True)
    await act("ptz_start", command="zoom_in")
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "init")
    result = await hass.config_entries.options.async_configure(form["flow_id"], OPTIONS)
    await hass.async_block_till_done()

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == OPTIONS
    assert entry.runtime_data is running
    assert sim.moving == 8
    await act("ptz_stop")
    after = await act("get_live_url", answers=True)
    assert [next(iter(answer.values()))["protocol"] for answer in (before, after)] == ["hls", "flv"]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("snapshot_interval", [0, 3601]),
        ("call_interval", [-1, 61]),
        ("poll_interval", [9, 3601]),
        ("ptz_pulse", [0, 11]),
        ("live_protocol", ["ezopen", "carrier pigeon"]),
        ("tts_engine", ["light.lamp"]),
    ],
)
async def test_options_have_limits(
    hass: HomeAssistant, set_up: SetUp, option: str, values: list[Any]
) -> None:
    entry = await set_up()
    form = await hass.config_entries.options.async_init(entry.entry_id)
    for value in values:
        with pytest.raises(InvalidData) as failure:
            await hass.config_entries.options.async_configure(
                form["flow_id"], {**OPTIONS, option: value}
            )
        assert list(failure.value.schema_errors) == [option]
    assert option not in entry.options or entry.options[option] not in values


async def test_a_camera_of_another_application_is_refused(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, host: str
) -> None:
    await set_up(SERIAL)
    cloud.desk.client_id = "another-client"
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flow.async_configure(
        result["flow_id"], {**CREDENTIALS, "host": host, "client_id": "another-client"}
    )
    result = await flow.async_configure(result["flow_id"], {"device_serials": [SERIAL]})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"device_serials": "already_configured"}
