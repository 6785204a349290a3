"""`script/fuzz`: arbitrary answers at every endpoint, and what must never come of them."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import gc
import json
import logging
import os
from pathlib import Path
import random
import sys
import time
import traceback

import orjson

from custom_components.sodalife.api import Command, SodaClient, SodaError, Sound
from custom_components.sodalife.api.clock import Timer
from custom_components.sodalife.api.device import Device
from custom_components.sodalife.api.errors import AnswerTimeout, CannotConnect, PictureUnusable
from custom_components.sodalife.api.fetch import Unfetchable
from custom_components.sodalife.api.live_content import LiveContent
from custom_components.sodalife.api.models import Picture, Token
from custom_components.sodalife.api.transport import Answer, Post

from .fuzz_answers import RIGHT, Answers
from .spellings import found_in

SECRET = "fuzz-Secret/0+&\"1'é"  # noqa: S105 - worth nothing, as the next one
TOKEN = "fuzz-token-8a/b+c=d e"  # noqa: S105
SECRETS = (SECRET, TOKEN)
SERIAL = "FUZZ0001"
LIFE = 500  # calls that one client lives
MAX_GROWTH = 30.0  # MB, after the first tenth
MAX_TEXT = 255  # characters of an attribute in a database
SHOWN = 5  # broken rules of an endpoint


class FuzzClock:
    """Time that passes with every call."""

    def __init__(self) -> None:
        """Begin in 2026."""
        self.now = 0.0

    def time(self) -> float:
        """Tell the seconds since the epoch."""
        return 1_767_225_600.0 + self.now

    def monotonic(self) -> float:
        """Tell the seconds since the beginning."""
        return self.now

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Refuse: nothing that is tried here waits."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class OldToken:
    """A token of an earlier run that has to be replaced soon."""

    def __init__(self, clock: FuzzClock) -> None:
        """Take the time."""
        self._clock = clock

    async def load(self) -> Token:
        """Return it."""
        now = self._clock.time()
        return Token(TOKEN, now - 7000, now + 200)

    async def save(self, token: Token) -> None:
        """Keep nothing."""


class Line:
    """Stands in for the network: one endpoint says anything; the token's, if another, is right."""

    def __init__(self, endpoint: str, chance: random.Random) -> None:
        """Take which."""
        self.count = 0
        self.last = Answer(0, None)
        self._endpoint = endpoint
        self._chance = chance
        self._answers = Answers(endpoint, SECRETS, chance)

    async def post(self, post: Post) -> Answer:
        """Answer."""
        post.on_send()
        name = post.path.rpartition("/")[2]
        if (name == "access_token") is not (self._endpoint == "token"):
            fields = {"access_token": TOKEN, "expires_in": 7200}
            right = fields if name == "access_token" else RIGHT[name]
            return Answer(200, json.dumps(right).encode())
        self.count += 1
        if self._chance.random() < 0.01:  # noqa: PLR2004 - some
            raise self._chance.choice((AnswerTimeout(), CannotConnect("", "OSError")))
        self.last = self._answers.make()
        return self.last

    async def picture(self, address: str) -> Picture:
        """Have none."""
        raise PictureUnusable

    async def live_content(self, address: str) -> LiveContent:
        """Have none."""
        raise Unfetchable


class Listener(logging.Handler):
    """Reads everything that is logged."""

    def __init__(self, check: Callable[[str, str], None]) -> None:
        """Take who looks for secrets."""
        super().__init__(logging.DEBUG)
        self._check = check

    def emit(self, record: logging.LogRecord) -> None:
        """Have a line checked."""
        self._check("the log", self.format(record))


class Fuzz:
    """One endpoint under fire."""

    def __init__(self, endpoint: str, answers: int, seed: int) -> None:
        """Take how long, and from where on."""
        self.endpoint = endpoint
        self.outcomes: Counter[str] = Counter()
        self.broken: list[str] = []
        self.growth = 0.0
        self.tasks = 0
        self._wanted = answers
        self._chance = random.Random(f"{seed} {endpoint}")  # noqa: S311 - repeatable, not secret
        self._clock = FuzzClock()
        self._secrets: tuple[str, ...] = SECRETS
        self._checked: tuple[str, tuple[str, ...]] = "", ()
        self.line = Line(endpoint, self._chance)

    async def run(self) -> None:
        """Ask until there were enough answers."""
        tasks, before = len(asyncio.all_tasks()), 0.0
        listener = Listener(self._check_secrets)
        logging.getLogger().addHandler(listener)
        logging.getLogger("custom_components.sodalife").setLevel(logging.DEBUG)
        try:
            while self.line.count < self._wanted:
                await self._live()
                if not before and self.line.count >= self._wanted / 10:
                    before = megabytes()
        finally:
            logging.getLogger().removeHandler(listener)
        await asyncio.sleep(0)
        self.growth, self.tasks = megabytes() - before, len(asyncio.all_tasks()) - tasks
        if self.growth > MAX_GROWTH:
            self.broken.append(f"memory grew by {self.growth:.1f} MB")
        if self.tasks:
            self.broken.append(f"{self.tasks} tasks left")

    async def _live(self) -> None:
        """Use one client for some time."""
        of_both = self.endpoint not in {"onlinestatus", "talkurl"}
        revision = self._chance.choice(("query", None, "body") if of_both else ("query", None))
        client = SodaClient(self.line, "fuzz-client", SECRET, revision=revision, clock=self._clock)
        device = Device(client, SERIAL)
        for _ in range(LIFE):
            if self.line.count >= self._wanted:
                break
            count = self.line.count
            if self.endpoint == "token":  # it knows the other one for as long as that lives
                self._secrets = SECRETS if client.tokens.living is not None else SECRETS[:1]
            await self._try(device)
            waited = self.line.count == count  # between two fetches of a token
            self._clock.now += 1000.0 if waited else 10.0
            if self.endpoint == "token" and client.tokens.current is not None:
                break  # it has what it wanted
        await client.close()

    async def _try(self, device: Device) -> None:
        try:
            result = await self._call(device)
            self._check_writable("the result", result)
        except SodaError as err:
            self.outcomes[type(err).__name__] += 1
            self._check_secrets("an exception", f"{err} {err!r} {err.code} {err.description}")
            if self._chance.random() < 0.02:  # noqa: PLR2004 - it takes long
                self._check_secrets("a traceback", "".join(traceback.format_exception(err)))
        except Exception as err:  # noqa: BLE001 - that is what is looked for
            self.outcomes["BROKEN"] += 1
            self._break(f"{err!r:.200}")
        else:
            self.outcomes["well"] += 1
        self._check_states(device)

    async def _call(self, device: Device) -> object:
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "token": device.client.tokens.get,
            "capture": device.capture,
            "controlling": self._chance.choice(
                (lambda: device.stop(Command.UP), lambda: device.start(Command.UP, lambda: None))
            ),
            "sendvoice": lambda: device.send_voice(Sound(b"", "mp3")),
            "liveurl": lambda: device.live_url("hls"),
            "onlinestatus": device.check_online,
            "talkurl": device.talk_url,
        }
        return await calls[self.endpoint]()

    def _check_states(self, device: Device) -> None:
        """Look at all that becomes a state, a file or a download."""
        stats = device.client.stats.values()
        texts = [one.last_error for one in stats]
        if (failure := device.last_failure) is not None:
            err = failure.error
            texts += [err.code, err.description, err.key, failure.endpoint]
        for text in texts:
            if len(text) > MAX_TEXT or not all(map(_shows, text)):
                self._break(f"a state that is no text for a database: {text!r:.200}")
        said = [*texts, device.memory().to_json(), device.online, device.client.tokens.age]
        self._check_writable("a state", said)
        self._check_secrets("a state", "\n".join(texts))

    def _check_writable(self, what: str, said: object) -> None:
        try:
            orjson.dumps(said)
        except TypeError as err:
            self._break(f"{what} that cannot be written: {err}")

    def _check_secrets(self, where: str, text: str) -> None:
        if (text, self._secrets) == self._checked:
            return  # a state stays for a while
        self._checked = text, self._secrets
        if (secret := found_in(text, self._secrets)) is not None:
            self._break(f"{secret!r} in {where}: {text!r:.300}")

    def _break(self, what: str) -> None:
        if len(self.broken) < SHOWN:
            said = f"{self.line.last.status} {self.line.last.body!r:.300}"
            self.broken.append(f"answer {self.line.count}: {what}\n    after {said}")


def _shows(letter: str) -> bool:
    return letter == " " or letter >= "\xa0" or "!" <= letter <= "~"


def megabytes() -> float:
    """Return how large this process is."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def fuzz(endpoints: list[str], answers: int, seed: int) -> int:
    """Have every endpoint say so many things, and report; return 1 if a rule was broken."""
    sys.stdout.write(f"seed {seed}, {answers} answers at each endpoint\n")
    failed = 0
    for endpoint in endpoints:
        began, one = time.monotonic(), Fuzz(endpoint, answers, seed)
        await one.run()
        failed |= bool(one.broken)
        outcomes = ", ".join(f"{name} {count}" for name, count in one.outcomes.most_common())
        sys.stdout.write(
            f"{endpoint:13} {one.line.count} answers, {time.monotonic() - began:.0f} s,"
            f" {one.growth:+.1f} MB, {one.tasks} tasks left\n    {outcomes}\n"
        )
        for what in one.broken:
            sys.stdout.write(f"  BROKEN: {what}\n")
        sys.stdout.flush()
    return failed


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="script/fuzz", description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000, help="at each endpoint")
    parser.add_argument("--seed", type=int, help="a new one unless it is given")
    parser.add_argument("--endpoint", choices=RIGHT, action="append", help="this one only")
    arguments = parser.parse_args()
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311
    return asyncio.run(fuzz(arguments.endpoint or list(RIGHT), arguments.answers, seed))


if __name__ == "__main__":
    sys.exit(main())
