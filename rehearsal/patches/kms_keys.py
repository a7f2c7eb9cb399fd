"""One private key for all KMS keys: moto makes an RSA key for each, 0.2 s, and only asymmetric ones ever use it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moto.kms import models, utils

from rehearsal.patching import replace

_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["generate"] = replace(utils, "generate_private_key", _private_key, expected="cdf2b67aac14")
    replace(models, "generate_private_key", _private_key, expected="cdf2b67aac14")


@lru_cache(maxsize=8)
def _private_key(key_spec: str) -> Any:
    return _originals["generate"](key_spec)
