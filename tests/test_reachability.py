"""Who counts as reachable, told as stories of answers and failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import logging

import pytest

from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    CannotConnect,
    CaptureQuotaUsed,
    DeviceOffline,
    DeviceTimeout,
    InvalidClient,
    MalformedAnswer,
    NotPermitted,
    PictureUnusable,
    PlatformTrouble,
    QueueBusy,
    RateLimited,
    SodaError,
    TokenPaused,
    TokenRateLimited,
    TokenRejected,
    VoiceTooLarge,
)
from custom_components.sodalife.reachability import Reachability

DOWN, UP = "WARNING", "INFO"


@dataclass(frozen=True)
class Story:
    """What happens to some cameras, and who is available in the end.

    `-a` is a failure of camera a, `+a` an answer, `~a` a call that was never sent; `*` stands for
    the token endpoint; `<a` and `>a` add and remove a camera.
    """

    name: str
    cameras: str
    events: str
    available: str
    log: tuple[str, ...] = ()


STORIES = [
    # --- one camera
    Story("nothing has happened", "abc", "", "abc"),
    Story("two failures are a hiccup", "abc", "-a -a", "abc"),
    Story("three in a row are its own trouble", "abc", "-a -a -a", "bc"),
    Story("an answer in between starts anew", "abc", "-a -a +a -a -a", "abc"),
    Story("another one's answer does not", "abc", "-a -a +b -a", "bc"),
    Story("three of three cameras are nobody's trouble", "abc", "-a -b -c", "abc"),
    Story("it answers again", "abc", "-a -a -a +a", "abc"),
    Story("for hours, while others answer", "ab", "-a " * 500 + "+b", "b"),
    Story("one fails and the other never says a word", "ab", "-a -a -a -a -a", "b"),
    # --- the platform
    Story("two are not the platform yet", "abcd", "-a -b -a -b -a -b", "cd"),
    Story("a healthy one fails, too", "abcd", "-a -b -a -b -a -b -c", "", (DOWN,)),
    Story("the healthy one answers", "abcd", "-a -b -a -b -a -b +c -a -b", "cd"),
    Story("... and fails later, once", "abcd", "-a -a -a -b -b -b +c -d", "cd"),
    Story("... and then another one", "abcd", "-a -a -a -b -b -b +c -d -c", "", (DOWN,)),
    Story("one that failed before the doubt is no witness", "abcd", "-a -b -c " * 3, "d"),
    Story("two dead ones and a hiccup", "abcd", "-a -a -a -b -b -b +c +d -c +d -c +d", "cd"),
    Story("two dead ones, and a third is on its way", "abc", "-a -a -a -b -b -b +c -c -c", "c"),
    Story("... until none is left", "abc", "-a -a -a -b -b -b +c -c -c -c", "", (DOWN,)),
    Story("both of two", "ab", "-a -b -a -b -a -b", "", (DOWN,)),
    Story("both of two, one after the other", "ab", "-a -a -a +b -b -b -b", "", (DOWN,)),
    Story("the only one", "a", "-a -a", "a"),
    Story("the only one, thrice", "a", "-a -a -a", "", (DOWN,)),
    Story("a failure more is nothing new", "a", "-a -a -a -a -a", "", (DOWN,)),
    # --- the token endpoint
    Story("two tokens that could not be fetched", "abc", "-* -*", "abc"),
    Story("three, but no camera has missed it yet", "abc", "-* -* -*", "abc"),
    Story("three, and a camera does", "abc", "-* -* -* -a", "", (DOWN,)),
    Story("one camera's stops ask for many tokens", "abc", "-a -* -a -* -a -* -a", "bc"),
    Story("a camera is served meanwhile", "abc", "-* -* +b -* -a", "abc"),
    Story("one that could in between", "abc", "-* -* +* -* -*", "abc"),
    Story("no camera, and no token", "", "-*", ""),
    Story("a token fetched is no camera heard", "abc", "-* -* -* -a +*", "", (DOWN,)),
    Story("cameras fail for want of a token", "abc", "-* -a -* -b -* -c", "", (DOWN,)),
    # --- the return
    Story("one answers", "abcd", "-a -b " * 3 + "-c +d", "abcd", (DOWN, UP)),
    Story(
        "then each has to fail anew", "abcd", "-a -b " * 3 + "-c +d -a -b -c", "abcd", (DOWN, UP)
    ),
    Story("and the platform, too", "a", "-a -a -a +a -a -a", "a", (DOWN, UP)),
    Story("twice", "a", "-a -a -a +a " * 2, "a", (DOWN, UP) * 2),
    Story("tokens as well", "ab", "-* -* -* -b +a -* -*", "ab", (DOWN, UP)),
    # --- what says nothing
    Story("what was not sent is no failure", "ab", "-a -a ~a ~a ~a", "ab"),
    Story("... and no answer", "ab", "-a -a ~a -a", "b"),
    Story("... nor the platform's return", "a", "-a -a -a ~a", "", (DOWN,)),
    Story("... nor one from a healthy camera", "abcd", "-a -b -a -b -a -b ~d -c", "", (DOWN,)),
    # --- removed
    Story("a removed one fails", "ab", ">b -b -b -b -b", "ab"),
    Story("a removed one counts no more", "abc", "-a -a -a >a -b", "abc"),
    Story("added again it starts anew", "ab", "-a -a -a >a <a -a -a", "ab"),
    Story("one remains, and it is the only one", "ab", ">b -a -a -a", "", (DOWN,)),
    Story("its late answer is one all the same", "ab", "-a -b " * 3 + ">b +b", "ab", (DOWN, UP)),
    Story("a new one while all is down", "a", "-a -a -a <b", "", (DOWN,)),
]


class Told(logging.Handler):
    """Keeps the levels of what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.levels: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.levels.append(record.levelname)


@pytest.fixture
def told() -> Iterator[Told]:
    logger, handler = logging.getLogger("custom_components.sodalife"), Told()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def play(reach: Reachability, event: str, err: SodaError) -> None:
    """Have one thing happen."""
    kind, who = event
    match kind, who:
        case "-", "*":
            reach.note_token(err)
        case "+", "*":
            reach.note_token(None)
        case "-", _:
            reach.note(who, err)
        case "+", _:
            reach.note(who, None)
        case "~", _:
            reach.note(who, TokenPaused())
        case "<", _:
            reach.add(who)
        case ">", _:
            reach.remove(who)
        case _:
            raise AssertionError(event)


def reachability(cameras: str) -> Reachability:
    reach = Reachability()
    for serial in cameras:
        reach.add(serial)
    return reach


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_stories(story: Story, told: Told) -> None:
    reach = reachability(story.cameras)
    changes: list[str | None] = []
    reach.changed.subscribe(changes.append)
    known = set("abcd")
    before = {serial: reach.available(serial) for serial in known}
    for event in story.events.split():
        changes.clear()
        play(reach, event, CannotConnect("", "no route"))
        now = {serial: reach.available(serial) for serial in known}
        changed = {serial for serial in known if now[serial] is not before[serial]}
        if event[0] not in "<>":  # those who add and remove know
            assert changed <= (known if None in changes else set(changes)), f"untold: {event}"
            assert bool(changes) is bool(changed), f"told for nothing: {event}"
        before = now
    assert {serial for serial in story.cameras if reach.available(serial)} == set(story.available)
    assert tuple(told.levels) == story.log


@pytest.mark.parametrize(
    "err",
    [CannotConnect(), AnswerTimeout(), MalformedAnswer(), PlatformTrouble("EXTERNAL_SERVER_ERROR")],
    ids=lambda err: err.key,
)
def test_what_speaks_of_the_platform(err: SodaError) -> None:
    reach = reachability("a")
    for _ in range(3):
        assert not reach.down
        reach.note("a", err)
    assert reach.down


@pytest.mark.parametrize(
    "err",
    [
        None,
        DeviceTimeout("20008"),
        VoiceTooLarge("", "HTTP 413"),
        RateLimited("TOO_MANY_REQUESTS"),
        CaptureQuotaUsed("10028"),
        DeviceOffline("20007"),
        DeviceOffline(),  # that is what is made of `online: 0`
        TokenRejected("10002"),
        NotPermitted("ACCESS_DENIED"),
    ],
    ids=str,
)
def test_what_is_an_answer(err: SodaError | None) -> None:
    reach = reachability("ab")
    for _ in range(10):
        reach.note("a", CannotConnect())
        reach.note("a", CannotConnect())
        reach.note("a", err)
        assert reach.available("a")
    for serial in "ab" * 3:
        reach.note(serial, CannotConnect())
    assert reach.down
    reach.note("a", err)
    assert not reach.down


@pytest.mark.parametrize(
    "err",
    [
        TokenPaused(),
        QueueBusy(),
        PictureUnusable("", "timeout"),  # another host, for all we know
        TokenRejected(),  # so a pause between two fetches says why it is there
        TokenRateLimited(),
        InvalidClient(),
        NotPermitted(),
    ],
    ids=lambda err: err.key,
)
def test_what_says_nothing(err: SodaError) -> None:
    reach = reachability("ab")
    reach.note("a", CannotConnect())
    reach.note("a", CannotConnect())
    reach.note("a", err)
    reach.note("a", CannotConnect())
    assert not reach.available("a")
    for serial in "b" * 3:
        reach.note(serial, CannotConnect())
    assert reach.down
    reach.note("b", err)
    assert reach.down


def test_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    reach = reachability("a")
    for _ in range(5):
        reach.note("a", CannotConnect("", "ServerDisconnectedError"))
    reach.note("a", None)
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == [
        "The SodaLife platform cannot be reached: ServerDisconnectedError"
    ]


# --- who is to be asked


def who_helps(reach: Reachability, cameras: str) -> tuple[str, str]:
    """Return the suspects, and the healthy ones if one of them would help."""
    healthy = "".join(serial for serial in cameras if reach.is_healthy(serial))
    return "".join(reach.suspects), healthy if reach.wants_witness else ""


@pytest.mark.parametrize(
    ("events", "suspects", "witnesses"),
    [
        ("", "", ""),
        ("-a", "a", "bcd"),  # is it the platform?
        ("-a +b", "a", ""),  # it is not
        ("-b -a", "ba", ""),  # these will tell
        ("-b -a -b -b", "a", ""),
        ("-a -b " * 3, "", "cd"),  # now it takes one more
        ("-a -b " * 3 + "+c", "", ""),
        ("-a -b " * 3 + "+c -d", "d", "c"),
        ("-a -b -c " * 3, "", "d"),
        ("-* -*", "", ""),
        ("-* -a", "a", ""),
        ("-a -a -a", "", "bcd"),
        ("-a -a -a +b", "", ""),
    ],
)
def test_who_is_to_be_asked(events: str, suspects: str, witnesses: str) -> None:
    reach = reachability("abcd")
    for event in events.split():
        play(reach, event, CannotConnect())
    assert who_helps(reach, "abcd") == (suspects, witnesses)
