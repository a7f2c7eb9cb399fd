"""Ids that the seed decides: task tokens, execution names, request and event ids, and what handlers draw with uuid4."""

from __future__ import annotations

import itertools
import random
import uuid

from moto.stepfunctions.parser import utils
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent

from rehearsal.cloud import current
from rehearsal.imported_names import swap_imports
from rehearsal.patching import replace

_draws = random.Random()
_component_numbers = itertools.count(1)
_original_uuid4 = uuid.uuid4


def apply() -> None:
    import moto.stepfunctions.parser.models  # noqa: F401  brings in every module that imports long_uid by name

    prefixes = ("moto.", "botocore.")
    # The standard library's source differs between patch releases of Python, so that no digest can guard this one.
    uuid.uuid4 = _seeded_uuid4
    swap_imports(prefixes, "uuid4", _original_uuid4, _seeded_uuid4, at_least=2)
    long_uid = replace(utils, "long_uid", _seeded_text, expected="ab54d03ad15a")
    swap_imports(prefixes, "long_uid", long_uid, _seeded_text, at_least=5)
    replace(EvalComponent, "heap_key", property(_heap_key), expected="a9be3aef8b40")


def reset() -> None:
    _draws.seed(f"ids of seed {current().settings.seed}")


def number() -> int:
    """What the next id would have been made of. For one that is drawn whether or not anybody looks at it."""
    return _draws.getrandbits(128)


def uuid_of(drawn: int) -> uuid.UUID:
    """The id that is made of a number."""
    return uuid.UUID(int=drawn, version=4)


def _seeded_uuid4() -> uuid.UUID:
    try:
        current()
    except RuntimeError:
        return _original_uuid4()
    return uuid_of(number())


def _seeded_text() -> str:
    return str(_seeded_uuid4())


def _heap_key(component: EvalComponent) -> str:
    """moto draws an id here. Programs are kept between clouds, so that it would be drawn in the first cloud alone."""
    key = component.__dict__.get("_heap_number")
    if key is None:
        key = component.__dict__["_heap_number"] = str(next(_component_numbers))
    return str(key)
