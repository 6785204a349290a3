"""A program that the demo starts, watches and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
import os
from pathlib import Path
import sys

# Seconds a program may take to end by itself.
PATIENCE = 30


class DemoError(Exception):
    """Something that ends the demo, in a sentence for the person who started it."""


class Child:
    """A program that runs as a process of its own and writes to a log file."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        program: str | Path = sys.executable,
    ) -> None:
        self.name = name
        self.log = log
        self._program = program
        self._arguments = arguments
        self._environment = {**os.environ, **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, in a process group of its own: Ctrl-C reaches the demo alone."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._program,
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    async def ended(self) -> int:
        """Wait until it has ended and return its exit code."""
        assert self._process is not None  # noqa: S101 - start() comes first
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        finally:
            # It did not end in time, or the person does not want to wait.
            if self._process.returncode is None:
                self._process.kill()

    def failure(self) -> DemoError:
        """Return what to say when it ended by itself."""
        last_lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return DemoError("\n".join([f"{self.name} ended. The end of {self.log}:", *last_lines]))
