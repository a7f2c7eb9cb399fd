"""JSONPath: a definite path gives its one match, and paths are parsed once (parsing one takes milliseconds)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jsonpath_ng.ext import parse
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from rehearsal.imported_names import swap_imports
from rehearsal.patching import replace

# Wildcards, slices, filters and deep scans select many values; every other path selects one.
_INDEFINITE = re.compile(r"\*|\.\.|\?|\[[^\]]*[:,][^\]]*\]")


def apply() -> None:
    import moto.stepfunctions.parser.models  # noqa: F401  brings in every module that reads paths

    original = replace(json_path, "extract_json", _extract_json, expected="932245247973")
    swap_imports(("moto.stepfunctions",), "extract_json", original, _extract_json, at_least=4)
    # Every state that has no ResultPath, so every one of ours, gets the default "$" and parses it at each evaluation.
    replace(result_path, "parse", _parsed, expected="cd433e740d17")


@lru_cache(maxsize=1024)
def _parsed(path: str) -> Any:
    return parse(path)


def _extract_json(path: str, data: Any) -> Any:
    matches = [match.value for match in _parsed(path).find(data)]
    if _INDEFINITE.search(path):
        return matches
    if not matches:
        raise NoSuchJsonPathError(json_path=path, data=data)
    return matches[0]
