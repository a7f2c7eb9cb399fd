"""What moto does anew at each API call: it looks up the names of a service's operations, and draws a request id."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Any

from moto.core import responses, utils
from moto.moto_api._internal.moto_random import MotoRandom

from rehearsal.patching import replace


def apply() -> None:
    replace(utils, "method_names_from_class", _method_names, expected="9dbac89d082b")
    replace(responses, "method_names_from_class", _method_names, expected="9dbac89d082b")
    replace(MotoRandom, "get_random_string", _random_string, expected="c6cc5f8e00c7")


@lru_cache(maxsize=512)
def _method_names(service: Any) -> list[str]:
    return sorted(name for name in dir(service) if callable(getattr(service, name, None)))


def _random_string(random: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
    """The same characters that Random.choice would draw, without three calls for each."""
    pool = string.ascii_letters + (string.digits if include_digits else "")
    bits = len(pool).bit_length()
    drawn: list[str] = []
    while len(drawn) < length:
        index = random.getrandbits(bits)
        if index < len(pool):
            drawn.append(pool[index])
    text = "".join(drawn)
    return text.lower() if lower_case else text
