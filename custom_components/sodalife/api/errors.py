"""What can go wrong, as one exception tree, ordered by what a caller can do about it."""

from __future__ import annotations

from typing import ClassVar


class SodaError(Exception):
    """The platform refused, or could not be asked.

    Attributes:
        code, description: the platform's own, "" where it did not answer; never a secret.
        key: what went wrong, as a stable name (a translation key).
        slow_down: the platform wants fewer calls to this device.
        platform_trouble: the platform as a whole is in doubt, not one device.

    """

    key: ClassVar[str] = "unknown_code"
    slow_down: ClassVar[bool] = False
    platform_trouble: ClassVar[bool] = False

    def __init__(self, code: str = "", description: str = "") -> None:
        """Keep the platform's code and text."""
        super().__init__(f"{code} {description}".strip() or self.key)
        self.code, self.description = code, description

    def copy(self) -> SodaError:
        """Return the same to raise or to keep: a traceback holds all that was in use there."""
        return type(self)(self.code, self.description)


class CannotConnect(SodaError):
    """No answer that could be read: network, gateway page, cut-off body, other shape."""

    key = "cannot_connect"
    platform_trouble = True


class AnswerTimeout(CannotConnect):
    """The platform did not answer in time."""

    key = "timeout"


class MalformedAnswer(CannotConnect):
    """Something answered, but not in the platform's language."""

    key = "malformed_answer"


class PlatformTrouble(SodaError):
    """The platform says that it is in trouble itself."""

    key = "platform_trouble"
    platform_trouble = True


class InvalidClient(SodaError):
    """client_id or client_secret are wrong: the only error that asks for new ones."""

    key = "invalid_auth"


class TokenRejected(SodaError):
    """The access token was refused, and a fresh one did not help."""

    key = "token_rejected"


class TokenPaused(SodaError):
    """No token, and none is fetched just now, to give the platform or a rival a rest."""

    key = "token_paused"


class NotPermitted(SodaError):
    """The application lacks the right."""

    key = "not_permitted"


class ApplicationFrozen(NotPermitted):
    """The application is frozen."""

    key = "application_frozen"


class RateLimited(SodaError):
    """Called too often."""

    key = "rate_limited"
    slow_down = True


class TokenRateLimited(RateLimited):
    """Asked for a token too often; no device is to be spared for that."""

    slow_down = False


class InvalidParameter(SodaError):
    """The platform calls the request malformed."""

    key = "invalid_parameter"


class NotSupported(SodaError):
    """The device, or this revision of the platform, cannot do this."""

    key = "not_supported"


class DeviceNotFound(SodaError):
    """The platform knows no such device."""

    key = "device_not_found"


class InvalidSerial(SodaError):
    """Not a serial number."""

    key = "invalid_serial"


class DeviceNotPermitted(SodaError):
    """The device belongs to somebody else."""

    key = "device_not_permitted"


class PtzNotPermitted(SodaError):
    """The application may not move this device."""

    key = "ptz_not_permitted"


class DeviceOffline(SodaError):
    """The device is not connected to the platform."""

    key = "device_offline"


class DeviceTimeout(SodaError):
    """The device did not answer the platform: asked too often, or it cannot do this."""

    key = "device_timeout"
    slow_down = True


class DeviceTrouble(SodaError):
    """The device or its network failed this time."""

    key = "device_trouble"


class CaptureFailed(DeviceTrouble):
    """The device failed to take the picture."""

    key = "capture_failed"


class PictureUnusable(DeviceTrouble):
    """The picture could not be fetched, or is none."""

    key = "picture_unusable"


class DeviceBusy(SodaError):
    """The device is busy with something else."""

    key = "device_busy"


class QueueBusy(SodaError):
    """The request could not be sent in time because others came first."""

    key = "busy"


class EndStop(SodaError):
    """The move has reached the end of its range."""

    key = "ptz_end_stop"


class CaptureQuotaUsed(SodaError):
    """No more pictures today."""

    key = "capture_quota"


class TooManyViewers(SodaError):
    """Too many viewers, or too much bandwidth, for the vendor's plan."""

    key = "too_many_viewers"


class VideoEncrypted(SodaError):
    """Video encryption is on at the device."""

    key = "video_encrypted"


class VoiceRefused(SodaError):
    """The platform did not take the sound."""

    key = "voice_failed"


class VoiceFormat(VoiceRefused):
    """The platform cannot read it."""

    key = "voice_format"


class VoiceDuration(VoiceRefused):
    """The sound is too long or too short for the platform."""

    key = "voice_duration"


class VoiceTooLong(VoiceDuration):
    """The sound is certainly not too short."""

    key = "voice_too_long"


class VoiceEmpty(VoiceRefused):
    """There is no sound in it."""

    key = "voice_empty"


class VoiceTooLarge(VoiceRefused):
    """More than the platform takes."""

    key = "voice_too_large"


class SpeakerFull(SodaError):
    """Too many sounds wait for the speaker."""

    key = "speaker_full"


class VoiceDropped(SodaError):
    """The sound left the queue before its turn came, and not by its sender's wish."""

    key = "voice_dropped"
