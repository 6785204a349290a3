"""The platform's error codes, as one table.

Codes and meanings: SodaLife "视频API", error tables, revisions 2020-12-21 and 2021-03-17; codes
that only EZVIZ documents (SodaLife passes them through) are marked. The table stays open: a
code that is not in it keeps its number and text in a plain `SodaError`.
"""

from __future__ import annotations

from collections.abc import Iterable
import re

from .budget import PhotoBudgetUsed
from .errors import (
    ApplicationFrozen,
    CaptureFailed,
    CaptureQuotaUsed,
    DeviceBusy,
    DeviceNotFound,
    DeviceNotPermitted,
    DeviceOffline,
    DeviceTimeout,
    DeviceTrouble,
    EndStop,
    InvalidClient,
    InvalidParameter,
    InvalidSerial,
    NotPermitted,
    NotSupported,
    PlatformTrouble,
    PtzNotPermitted,
    RateLimited,
    SodaError,
    TokenRejected,
    TooManyViewers,
    VideoEncrypted,
    VoiceDuration,
    VoiceEmpty,
    VoiceFormat,
    VoiceRefused,
)
from .foreign import clean

MAX_CODE = 64  # characters
_NUMBER = re.compile("[0-9]{1,6}")  # a code that is not in the table, and no secret

CODES: dict[str, type[SodaError]] = {
    # General
    "INTERNAL_SERVER_ERROR": PlatformTrouble,
    "TEMPORARILY_UNAVAILABLE": PlatformTrouble,
    "EXTERNAL_SERVER_ERROR": PlatformTrouble,
    "TOO_MANY_REQUESTS": RateLimited,
    "NOT_FOUND": NotSupported,
    "INVALID_RESOURCE": DeviceNotFound,
    "INVALID_REQUEST": InvalidParameter,
    "UNAUTHORIZED_CLIENT": NotPermitted,
    "ACCESS_DENIED": NotPermitted,
    "LOCKED": DeviceBusy,
    "GONE": DeviceTrouble,
    "CANCELLED": DeviceTrouble,
    "COMPLETED": DeviceTrouble,
    "UNAUTHORIZED": TokenRejected,
    "UNAUTHORIZED_USER": TokenRejected,
    # Authorisation
    "INVALID_CLIENT": InvalidClient,
    "INVALID_GRANT": TokenRejected,
    "INVALID_SCOPE": NotPermitted,
    "INVALID_REDIRECT_URI": NotPermitted,
    "UNSUPPORTED_RESPONSE_TYPE": NotPermitted,
    "UNSUPPORTED_GRANT_TYPE": NotPermitted,
    # Video
    "10001": InvalidParameter,
    "10002": TokenRejected,
    "10005": ApplicationFrozen,
    "10028": CaptureQuotaUsed,  # EZVIZ
    "10051": DeviceNotPermitted,
    "20002": DeviceNotFound,
    "20006": DeviceTrouble,
    "20007": DeviceOffline,
    "20008": DeviceTimeout,
    "20014": InvalidSerial,
    "20015": NotSupported,  # EZVIZ
    "20018": DeviceNotPermitted,  # EZVIZ
    "49999": DeviceTrouble,
    "9048": TooManyViewers,  # EZVIZ
    "9049": TooManyViewers,  # EZVIZ
    "60000": NotSupported,
    "60001": PtzNotPermitted,
    "60002": EndStop,  # EZVIZ: up
    "60003": EndStop,  # EZVIZ: down
    "60004": EndStop,  # EZVIZ: left
    "60005": EndStop,  # EZVIZ: right
    "60006": DeviceBusy,
    "60009": DeviceBusy,
    "60017": CaptureFailed,
    "60019": VideoEncrypted,  # EZVIZ
    "60020": NotSupported,
    "111001": VoiceFormat,
    "111002": VoiceDuration,
    "111003": VoiceRefused,
    "111004": VoiceFormat,
    "111005": VoiceRefused,
    "111006": VoiceRefused,
    "111007": VoiceRefused,
    "111008": VoiceEmpty,
    "111009": VoiceRefused,
    "111010": InvalidSerial,
    "111012": DeviceBusy,  # EZVIZ: the device is talking
}


def error_of(code: object, description: object, secrets: Iterable[str] = ()) -> SodaError:
    """Make the exception for an answer's `error` (string or number) and description.

    A code is looked up as it came; only then are secrets taken out of what is kept.
    """
    name = str(code)
    if name not in CODES and not _NUMBER.fullmatch(name):
        name = clean(name, secrets, MAX_CODE)
    return CODES.get(name, SodaError)(name, clean(description, secrets))


def _keys(cls: type[SodaError]) -> set[str]:
    return {cls.key}.union(*map(_keys, cls.__subclasses__()))


KEYS = tuple(
    sorted(_keys(SodaError) | {PhotoBudgetUsed.key})
)  # of all errors, those without a code included
