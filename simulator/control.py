"""The simulator's own API under /_sim: look at everything, and make trouble."""

from __future__ import annotations

from dataclasses import asdict
import json
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from .codes import CODES
from .faults import ENDPOINTS, KINDS, Fault
from .revision import REVISIONS
from .scene import jpeg

if TYPE_CHECKING:
    from .calls import Call
    from .camera import SimCamera
    from .cloud import Cloud

SHOWN_CALLS: Final = 50
SHOWN_VIOLATIONS: Final = 50
PREVIEW_SIZE: Final = (640, 360)
NUMBER: Final = (int, float)
SETTABLE: Final[dict[str, type | tuple[type, ...]]] = {
    "name": str,
    "online": bool,
    "ptz": bool,
    "pan_tilt": bool,
    "encrypted": bool,
    "foreign": bool,
    "live_life": NUMBER,
    "live_cut": NUMBER,
    "live_slow_start": NUMBER,
    "live_h265": bool,
    "live_sound": bool,
    "live_outlasts": bool,
}


def add_control(app: web.Application, cloud: Cloud) -> None:
    """Add the routes of the control API."""
    control = _Control(cloud)
    camera = "/_sim/cameras/{serial}"
    app.router.add_get("/_sim/state", control.state)
    app.router.add_get("/_sim/vocabulary", control.vocabulary)
    app.router.add_post("/_sim/faults", control.add_fault)
    app.router.add_delete("/_sim/faults", control.clear_faults)
    app.router.add_post("/_sim/rival", control.rival)
    app.router.add_post("/_sim/revoke", control.revoke)
    app.router.add_post("/_sim/revision", control.set_revision)
    app.router.add_post("/_sim/cameras", control.add_camera)
    app.router.add_post(camera, control.change_camera)
    app.router.add_get(camera + "/picture.jpg", control.picture)
    app.router.add_get(camera + r"/voices/{number:\d+}", control.voice)


class _Control:
    """Handlers of the control API."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def state(self, _request: web.Request) -> web.Response:
        """Tell everything."""
        cloud = self._cloud
        state = {
            "time": cloud.clock.time(),
            "revision": cloud.revision,
            "interval": cloud.interval,
            "frozen": cloud.frozen,
            "token_fetches": cloud.token_fetches,
            "token_requests": cloud.token_requests,
            "violations": cloud.violations[-SHOWN_VIOLATIONS:],
            "violation_count": len(cloud.violations),
            "faults": [asdict(fault) for fault in cloud.faults.active],
            "cameras": [_describe(camera) for camera in cloud.cameras.values()],
        }
        return web.json_response(state)

    async def vocabulary(self, _request: web.Request) -> web.Response:
        """Tell which faults, endpoints and codes exist."""
        return web.json_response(
            {
                "kinds": KINDS,
                "endpoints": ENDPOINTS,
                "codes": CODES,
                "revisions": list(REVISIONS),
            },
        )

    async def add_fault(self, request: web.Request) -> web.Response:
        """Put a fault into force."""
        try:
            self._cloud.faults.add(Fault(**await _body(request)))
        except (TypeError, ValueError) as error:
            raise _bad_request(error) from error
        return _done()

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """End all trouble."""
        self._cloud.faults.clear()
        return _done()

    async def rival(self, _request: web.Request) -> web.Response:
        """Let somebody else fetch a token."""
        self._cloud.rival()
        return _done()

    async def revoke(self, _request: web.Request) -> web.Response:
        """Make the current token invalid."""
        self._cloud.revoke()
        return _done()

    async def set_revision(self, request: web.Request) -> web.Response:
        """Change the platform's contract."""
        try:
            self._cloud.revision = str((await _body(request)).get("revision"))
        except (TypeError, ValueError) as error:
            raise _bad_request(error) from error
        return _done()

    async def add_camera(self, request: web.Request) -> web.Response:
        """Make a camera known."""
        body = await _body(request)
        serial = str(body.pop("serial", ""))
        try:
            properties = _properties(body)
            camera = self._cloud.add_camera(serial)
        except (TypeError, ValueError) as error:
            raise _bad_request(error) from error
        for name, value in properties.items():
            setattr(camera, name, value)
        return _done()

    async def change_camera(self, request: web.Request) -> web.Response:
        """Change properties of a camera, put it home, or end its live addresses."""
        camera, body = self._camera(request), await _body(request)
        kill_live, home = body.pop("kill_live", False), body.pop("home", False)
        try:
            properties = _properties(body)
        except (TypeError, ValueError) as error:
            raise _bad_request(error) from error
        for name, value in properties.items():
            setattr(camera, name, value)
        if kill_live:
            camera.kill_live()
        if home:
            camera.put_home()
        return _done()

    async def picture(self, request: web.Request) -> web.Response:
        """Show what a camera sees now; costs no call."""
        camera = self._camera(request)
        view = camera.view
        picture = await self._cloud.workshop.run(jpeg, camera.scene, view, PREVIEW_SIZE)
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=picture, content_type="image/jpeg", headers=headers)

    async def voice(self, request: web.Request) -> web.Response:
        """Return a sound that a camera received."""
        number = int(request.match_info["number"])
        for voice in self._camera(request).voices:
            if voice.number == number:
                return web.Response(body=voice.data, content_type=voice.content_type)
        raise web.HTTPNotFound

    def _camera(self, request: web.Request) -> SimCamera:
        camera = self._cloud.cameras.get(request.match_info["serial"])
        if camera is None:
            raise web.HTTPNotFound
        return camera


def _describe(camera: SimCamera) -> dict[str, object]:
    return {
        "serial": camera.serial,
        **{name: getattr(camera, name) for name in SETTABLE},
        "moving": camera.moving,
        "position": asdict(camera.position),
        "photos": camera.photos,
        "call_count": len(camera.calls),
        "calls": [_describe_call(call) for call in camera.calls[-SHOWN_CALLS:]],
        "voices": [
            {name: getattr(voice, name) for name in voice.__slots__ if name != "data"}
            | {"bytes": len(voice.data)}
            for voice in camera.voices
        ],
    }


def _describe_call(call: Call) -> dict[str, object]:
    description = asdict(call)
    del description["admitted"], description["serial"]
    return description


def _properties(body: dict[str, Any]) -> dict[str, Any]:
    """Check the properties of a camera."""
    for name, value in body.items():
        if name not in SETTABLE:
            raise ValueError(f"a camera has no {name}")
        wanted = SETTABLE[name]
        # JSON's true is an int to isinstance.
        if not isinstance(value, wanted) or (wanted is NUMBER and isinstance(value, bool)):
            kind = "number" if isinstance(wanted, tuple) else wanted.__name__
            raise TypeError(f"{name} is a {kind}")
    return body


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise _bad_request(error) from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is wanted")
    return body


def _bad_request(error: Exception) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=str(error))


def _done() -> web.Response:
    return web.json_response({"ok": True})
