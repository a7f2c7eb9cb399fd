"""What moto does anew at each API call: it looks up the names of a service's operations and spells the one in question
in its own way, draws a request id, and compares all services with this one to see that it is known."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Any

from moto.core import responses, utils
from moto.core.base_backend import BackendDict
from moto.moto_api._internal.moto_random import MotoRandom

from rehearsal.patching import replace

_originals: dict[str, Any] = {}
_WORD_BYTES = 4
_WORD_BITS = 8 * _WORD_BYTES


def apply() -> None:
    replace(utils, "method_names_from_class", _method_names, expected="9dbac89d082b")
    replace(responses, "method_names_from_class", _method_names, expected="9dbac89d082b")
    _originals["spelled"] = replace(responses, "camelcase_to_underscores", _spelled, expected="084cdc5bab92")
    _originals["known"] = replace(BackendDict, "_create_account_specific_backend", _known, expected="1eb9c6b3c9aa")
    replace(MotoRandom, "get_random_string", _random_string, expected="c6cc5f8e00c7")


def _known(backends: Any, account_id: str) -> None:
    """Nothing to do for an account that has been seen: whoever forgets the services forgets their accounts too."""
    if not dict.__contains__(backends, account_id) or id(backends) not in map(id, BackendDict._instances):
        _originals["known"](backends, account_id)


@lru_cache(maxsize=1024)
def _spelled(name: str) -> str:
    spelled: str = _originals["spelled"](name)
    return spelled


@lru_cache(maxsize=512)
def _method_names(service: Any) -> list[str]:
    return sorted(name for name in dir(service) if callable(getattr(service, name, None)))


def _random_string(random: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
    """The same characters that Random.choice would draw, without three calls for each.

    For a choice among up to 64, Python takes the highest bits of a 32-bit word, and the next word if they are too many.
    """
    pool = string.ascii_letters + (string.digits if include_digits else "")
    characters, too_high = _by_word(pool)
    text = ""
    while missing := length - len(text):
        words = random.getrandbits(_WORD_BITS * missing).to_bytes(_WORD_BYTES * missing, "little")
        text += words[_WORD_BYTES - 1 :: _WORD_BYTES].translate(characters, too_high).decode()
    return text.lower() if lower_case else text


@lru_cache(maxsize=2)
def _by_word(pool: str) -> tuple[bytes, bytes]:
    """For a word's highest byte, the character that it stands for, and the bytes that stand for none."""
    drop = 8 - len(pool).bit_length()
    characters = bytes(ord(pool[byte >> drop]) if byte >> drop < len(pool) else 0 for byte in range(256))
    return characters, bytes(byte for byte in range(256) if byte >> drop >= len(pool))
