"""How a call is tried."""

from __future__ import annotations

from dataclasses import dataclass

from .dialect import Dialect
from .errors import SodaError
from .models import Token


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at a call.

    Attributes:
        began_at: monotonic time.
        renewed: the token is a fresh one, since another was refused.
        refusal: the dialect is only a guess, made because the likely one was refused with this.

    """

    token: Token
    dialect: Dialect
    began_at: float
    renewed: bool = False
    refusal: SodaError | None = None
