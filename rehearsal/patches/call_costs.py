"""What moto does anew at each API call: it looks up the names of a service's operations and spells the one in question
in its own way, draws a request id, and compares all services with this one to see that it is known."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import Any

from moto.core import responses, utils
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.moto_random import MotoRandom

from rehearsal.patching import insist_on, replace

_originals: dict[str, Any] = {}
_ID_IN_XML = re.compile(r"(?<=<RequestId>).*(?=<\/RequestId>)")
_WORD_BYTES = 4
_WORD_BITS = 8 * _WORD_BYTES


def apply() -> None:
    replace(utils, "method_names_from_class", _method_names, expected="9dbac89d082b")
    replace(responses, "method_names_from_class", _method_names, expected="9dbac89d082b")
    _originals["spelled"] = replace(responses, "camelcase_to_underscores", _spelled, expected="084cdc5bab92")
    insist_on(BackendDict._create_account_specific_backend, expected="1eb9c6b3c9aa")
    _originals["account"] = replace(BackendDict, "__getitem__", _of_account, expected="b7c5b4bc0fc8")
    _originals["region"] = replace(AccountSpecificBackend, "__getitem__", _of_region, expected="26a4c27f7056")
    replace(responses.BaseResponse, "_enrich_response", staticmethod(_enriched), expected="996784f93488")
    replace(MotoRandom, "get_random_string", _random_string, expected="c6cc5f8e00c7")


def _of_account(backends: Any, account_id: str) -> Any:
    """Nothing to do for an account that has been seen: whoever forgets the services forgets their accounts too."""
    found = dict.get(backends, account_id)
    return _originals["account"](backends, account_id) if found is None else found


def _of_region(backends: Any, region: str) -> Any:
    found = dict.get(backends, region)
    return _originals["region"](backends, region) if found is None else found


def _enriched(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
    """moto looks for a place for the id in every answer. Only XML has one."""
    if "status" in headers:
        headers["status"] = str(headers["status"])
    request_id = headers["x-amzn-requestid"] = mock_random.get_random_string(length=52)
    if isinstance(body, str) and "<RequestId>" in body:
        body = _ID_IN_XML.sub(request_id, body)
    return headers, body


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
