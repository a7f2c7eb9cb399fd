"""What moto finds out anew at each API call although it can't change: the names of a service's operations."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moto.core import responses, utils

from rehearsal.patching import replace


def apply() -> None:
    replace(utils, "method_names_from_class", _method_names, expected="9dbac89d082b")
    replace(responses, "method_names_from_class", _method_names, expected="9dbac89d082b")


@lru_cache(maxsize=512)
def _method_names(service: Any) -> list[str]:
    return sorted(name for name in dir(service) if callable(getattr(service, name, None)))
