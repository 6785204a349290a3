"""What the card asks of the integration: why there is no picture, and when a camera's turn is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.event import async_track_state_change_event
import voluptuous as vol

from .api.budget import PhotoBudgetUsed
from .api.clock import Timer
from .api.day import seconds_to_midnight
from .api.errors import CannotConnect, DeviceOffline, SodaError
from .api.models import Endpoint
from .const import DOMAIN
from .errors import translation_of
from .issues import is_over
from .targets import cameras_by_id

if TYPE_CHECKING:
    from .camera import SodaCamera

type Obstacles = dict[str, dict[str, Any]]


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, watch_obstacles)
    websocket_api.async_register_command(hass, tell_turn)


def obstacles(camera: SodaCamera) -> Obstacles:
    """Return what stands in the way: of everything, of photos, and of the live picture."""
    device, clock = camera.soda.device, camera.coordinator.clock
    found: dict[str, SodaError] = {}
    if not camera.available:
        found["all"] = DeviceOffline() if camera.can_be_asked else CannotConnect()
    for name, endpoint in (("photo", Endpoint.CAPTURE), ("live", Endpoint.LIVE)):
        failure = device.failures.get(endpoint)
        if failure is not None and not is_over(failure, clock.time()):
            found[name] = failure.error
    if camera.soda.snapshots.budget.left == 0:
        found.setdefault("photo", PhotoBudgetUsed())
    if camera.looks_are_live:  # as long as that goes on, no photo is missed
        found.pop("photo", None)
    return {name: translation_of(err, camera.camera_name) for name, err in found.items()}


class ObstacleWatch:
    """Tells one browser of one camera, also of one that takes its place after a reload."""

    def __init__(
        self, hass: HomeAssistant, entity_id: str, tell: Callable[[Obstacles], None]
    ) -> None:
        """Take whom to tell."""
        self._hass = hass
        self._entity_id = entity_id
        self._tell = tell
        self._told: Obstacles | None = None
        self._camera: SodaCamera | None = None
        self._unfollow: CALLBACK_TYPE | None = None
        self._midnight: Timer | None = None

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Tell what there is now and all that changes; return what ends that."""

        @callback  # or it would come in a thread
        def changed(event: Event[EventStateChangedData]) -> None:
            self._look()

        unsubscribe = async_track_state_change_event(self._hass, [self._entity_id], changed)

        @callback
        def end() -> None:
            unsubscribe()
            self._follow(None)

        self._look()
        return end

    @callback
    def _look(self) -> None:
        camera = cameras_by_id(self._hass).get(self._entity_id)
        if camera is not self._camera:
            self._follow(camera)
        now = {} if camera is None else obstacles(camera)
        if now != self._told:
            self._told = now
            self._tell(now)

    def _look_at_midnight(self) -> None:
        """Look again when there are other photos: nothing else need happen then."""
        if self._midnight is not None:
            self._midnight.cancel()
            self._midnight = None
        if self._camera is not None:
            clock = self._camera.coordinator.clock
            self._midnight = clock.call_later(seconds_to_midnight(clock.time()), self._next_day)

    def _next_day(self) -> None:
        self._look_at_midnight()
        self._look()

    def _follow(self, camera: SodaCamera | None) -> None:
        if self._unfollow is not None:
            self._unfollow()
        self._camera = camera
        changed = camera and camera.soda.device.changed
        self._unfollow = changed.subscribe(self._look) if changed else None
        self._look_at_midnight()


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/obstacles",
        vol.Required("entity_id"): cv.entity_id,
    }
)
@callback
def watch_obstacles(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell what stands in the way of a camera's pictures, now and whenever that changes."""
    _require_read(connection, msg["entity_id"])

    @callback
    def tell(found: Obstacles) -> None:
        connection.send_message(websocket_api.event_message(msg["id"], found))

    if (camera := cameras_by_id(hass).get(msg["entity_id"])) is not None:
        camera.coordinator.poller.look(camera.soda, camera.shows_live)
    connection.send_result(msg["id"])
    connection.subscriptions[msg["id"]] = ObstacleWatch(hass, msg["entity_id"], tell).start()


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/turn",
        vol.Required("entity_id"): cv.entity_id,
    }
)
@callback
def tell_turn(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell how many seconds a move that was asked for waits for its turn.

    None: as long as a call that is under way takes. 0: it waits no more.
    """
    _require_read(connection, msg["entity_id"])
    camera = cameras_by_id(hass).get(msg["entity_id"])
    moves = camera is None or camera.soda.ptz.moving is not None
    seconds = 0.0 if moves or camera is None else camera.soda.queue.ready_in
    connection.send_result(msg["id"], {"seconds": seconds})


def _require_read(connection: ActiveConnection, entity_id: str) -> None:
    if not connection.user.permissions.check_entity(entity_id, POLICY_READ):
        raise Unauthorized(entity_id=entity_id, permission=POLICY_READ)
