"""The values that the client takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from .clock import Moment


class PhotoReason(StrEnum):
    """Why a photo is taken."""

    COMMANDED = "commanded"  # somebody wants this one: a button, an action, an automation
    CHECK = "check"  # to see whether it works again
    LOOK = "look"  # somebody looks: a dashboard


class Command(IntEnum):
    """What a PTZ can be told, by the platform's numbers ("视频控制", rev. 2021-03-17)."""

    UP = 0
    DOWN = 1
    LEFT = 2
    RIGHT = 3
    UP_LEFT = 4
    DOWN_LEFT = 5
    UP_RIGHT = 6
    DOWN_RIGHT = 7
    ZOOM_IN = 8
    ZOOM_OUT = 9
    FOCUS_NEAR = 10
    FOCUS_FAR = 11
    HOME = 99


class Endpoint(StrEnum):
    """The camera endpoints, as they stand in the address."""

    CAPTURE = "capture"
    CONTROL = "controlling"
    VOICE = "sendvoice"
    LIVE = "liveurl"
    ONLINE = "onlinestatus"
    TALK = "talkurl"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; both times in seconds since the epoch."""

    value: str = field(repr=False)
    fetched_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture and what they are."""

    content: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture, when it was taken (epoch), and the platform's address for it.

    The platform's time of a photo is that of the command, here by both clocks as well.
    """

    picture: Picture
    captured_at: float
    address: str = field(repr=False)
    commanded: Moment


@dataclass(eq=False, slots=True)
class Sound:
    """A sound that the platform can take: wav, mp3 or aac by content."""

    content: bytes = field(repr=False)
    kind: str

    def discard(self) -> None:
        """Let go of the bytes, whoever still has the sound: tracebacks keep it for a while."""
        self.content = b""

    @property
    def content_type(self) -> str:
        """The MIME type of the sound."""
        return {"wav": "audio/wav", "mp3": "audio/mpeg", "aac": "audio/aac"}[self.kind]


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound for a speaker, how long it plays, and what it is called."""

    sound: Sound
    seconds: float
    title: str | None = None


@dataclass(frozen=True, slots=True)
class LiveAddress:
    """Where a live picture is; signed, so not for logs.

    `expires_at` (epoch seconds) is a guess unless the address `names_end`.
    """

    url: str = field(repr=False)
    protocol: str
    expires_at: float
    names_end: bool


class Reason(StrEnum):
    """Why live pictures travel by the protocol they do."""

    OPTION = "option"  # that the user has set
    WEBRTC = "webrtc"
    NO_WEBRTC = "no_webrtc"
    NO_PICTURE = "no_picture"  # of FLV, as the following
    REFUSED = "refused"
    NOT_H264 = "not_h264"


@dataclass(frozen=True, slots=True)
class Fallback:
    """Why FLV was left, and when (seconds since the epoch)."""

    reason: Reason
    at: float


@dataclass(frozen=True, slots=True)
class Watched:
    """When somebody watched live (epoch), and how many seconds addresses live."""

    at: float
    life: float


@dataclass(frozen=True, slots=True)
class TalkAddress:
    """Where the camera's microphone and speaker are; valid until `expires_at` (epoch)."""

    url: str = field(repr=False)
    expires_at: float


@dataclass(frozen=True, slots=True)
class Request:
    """A call to a camera endpoint, before it is put into a dialect.

    `on_send` is called each time that it goes out, `on_refusal` when it was refused then, so that
    it takes another token or another form: whatever comes of that, nothing was done until now.
    """

    endpoint: Endpoint
    serial: str
    command: Command | None = None
    stop: bool = False
    protocol: str | None = None
    sound: Sound | None = None
    on_send: Callable[[], None] = lambda: None
    on_refusal: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that an answer may take; a device that cannot answer costs the platform 5-10."""

    token: float = 10.0
    capture: float = 20.0
    control: float = 10.0
    voice: float = 60.0
    live: float = 15.0
    online: float = 10.0
    talk: float = 15.0

    def by_endpoint(self) -> dict[Endpoint, float]:
        """Return the seconds of each camera endpoint."""
        return {
            Endpoint.CAPTURE: self.capture,
            Endpoint.CONTROL: self.control,
            Endpoint.VOICE: self.voice,
            Endpoint.LIVE: self.live,
            Endpoint.ONLINE: self.online,
            Endpoint.TALK: self.talk,
        }


@dataclass(slots=True)
class EndpointStats:
    """What became of the calls to one endpoint; times in seconds."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    last_error: str = ""
