"""Whether an answer is as a check wants it: status, time, values, and production's own answer."""

import json
import re
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from berth_core.manifest import Check, Expected, Likeness
from berth_core.model import Frozen
from berth_core.releases import Checked

LONGEST_SHOWN = 60
NOT_COMPARED = "; not compared: production wasn't in service"
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]|\['([^'\]]+)'\]")
_ABSENT = object()
_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "list": (list,),
    "block": (dict,),
    "null": (type(None),),
}


class Reply(Frozen):
    """What came back: the container's status, its body as text, and how long it took."""

    status: int
    body: str
    latency_ms: int


def judge(check: Check, reply: Reply, production: Reply | None) -> Checked:
    """The first thing that is wrong with the reply. `production` is its answer to the same, None if it wasn't asked."""
    code, reason = _verdict(check, reply, production)
    return Checked(passed=not code, code=code, reason=reason, latency_ms=reply.latency_ms)


def _verdict(check: Check, reply: Reply, production: Reply | None) -> tuple[str, str]:
    if reply.latency_ms > check.max_latency_ms:
        return "TooSlow", f"took {reply.latency_ms} ms, allowed are {check.max_latency_ms} ms"
    if reply.status != check.status:
        return "WrongStatus", f"status {reply.status}, wanted {check.status} ({_shown(reply.body)})"
    if check.expect and (fault := _unexpected(check.expect, reply.body)):
        return "WrongAnswer", fault
    if check.like_production is not None and production is not None:
        fault = _unlike(check.like_production, reply, production)
        if fault:
            return "UnlikeProduction", fault
    left_out = check.like_production is not None and production is None
    return "", f"status {reply.status} in {reply.latency_ms} ms{NOT_COMPARED if left_out else ''}"


def _unexpected(expected: tuple[Expected, ...], body: str) -> str | None:
    answer = _parsed(body)
    if answer is _ABSENT:
        return f"the answer is no JSON: {_shown(body)}"
    return next((fault for each in expected if (fault := _fault(each, value_at(answer, each.path)))), None)


def _fault(wanted: Expected, found: Any) -> str | None:
    where = wanted.path
    if found is _ABSENT:
        return f"{where} is missing"
    if wanted.kind is not None and not _is_a(wanted.kind, found):
        return f"{where} is {_shown(found)}, wanted a value of kind {wanted.kind}"
    if wanted.equals is not None and not _equals(wanted.equals, found):
        return f"{where} is {_shown(found)}, wanted {_shown(wanted.equals)}"
    if wanted.at_least is None and wanted.at_most is None:
        return None
    if not _is_a("number", found):
        return f"{where} is {_shown(found)}, wanted a number"
    if wanted.at_least is not None and found < wanted.at_least:
        return f"{where} is {found}, wanted at least {wanted.at_least}"
    if wanted.at_most is not None and found > wanted.at_most:
        return f"{where} is {found}, wanted at most {wanted.at_most}"
    return None


def _unlike(likeness: Likeness, reply: Reply, production: Reply) -> str | None:
    if production.status != reply.status:
        return f"production answers the same request with status {production.status} ({_shown(production.body)})"
    ours, theirs = _parsed(reply.body), _parsed(production.body)
    if ours is _ABSENT or theirs is _ABSENT:
        return None if reply.body == production.body else f"{_shown(reply.body)}, production: {_shown(production.body)}"
    for path in likeness.paths:
        staged, live = value_at(ours, path), value_at(theirs, path)
        if not _alike(staged, live, likeness.tolerance_percent):
            return f"{path} is {_shown(staged)}, production: {_shown(live)}"
    return None


def value_at(answer: Any, path: str) -> Any:
    """The value at a path that JSON_PATH_PATTERN lets pass; a mark of absence if there is none."""
    for key, index, quoted in _STEP.findall(path):
        if index:
            answer = answer[int(index)] if isinstance(answer, list) and int(index) < len(answer) else _ABSENT
        else:
            answer = answer.get(key or quoted, _ABSENT) if isinstance(answer, dict) else _ABSENT
    return answer


def _alike(ours: Any, theirs: Any, tolerance_percent: Decimal) -> bool:
    if _is_a("number", ours) and _is_a("number", theirs):
        return bool(abs(ours - theirs) <= abs(theirs) * tolerance_percent / 100)
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return all(_alike(one, other, tolerance_percent) for one, other in zip(ours, theirs, strict=True))
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return all(_alike(ours[key], theirs[key], tolerance_percent) for key in theirs)
    return type(ours) is type(theirs) and bool(ours == theirs)


def _equals(wanted: str, found: Any) -> bool:
    if isinstance(found, str):
        return found == wanted
    if not _is_a("number", found):
        return _shown_whole(found) == wanted
    try:
        return bool(found == Decimal(wanted))
    except InvalidOperation:
        return False


def _is_a(kind: str, found: Any) -> bool:
    # To Python, true is a number.
    return isinstance(found, _KINDS[kind]) and (kind == "boolean" or not isinstance(found, bool))


def _parsed(body: str) -> Any:
    try:
        return json.loads(body, parse_float=_number, parse_constant=_number)
    except (ValueError, ArithmeticError, RecursionError):
        return _ABSENT


def _number(text: str) -> Decimal | str:
    """What no float can hold (NaN, 1e999) is no number to count with, and stays as it is written."""
    return Decimal(text) if isfinite(float(text)) else text


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else _shown_whole(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def _shown_whole(value: Any) -> str:
    return json.dumps(value, default=str)
