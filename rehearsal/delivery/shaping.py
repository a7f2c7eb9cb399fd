"""What a rule's target gets of an event: all of it, a part, a constant, or a template filled in."""

from __future__ import annotations

import json
import re
from typing import Any

_PLACEHOLDER = re.compile(r"<([\w.\-]+)>")
_MISSING = object()


def shape(target: dict[str, Any], event: dict[str, Any], rule_name: str, rule_arn: str) -> str:
    """The body to send. Source: EventBridge user guide, input transformation."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        found = _at(target["InputPath"], event)
        return json.dumps(None if found is _MISSING else found)
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    values = {name: _at(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.rule-name": rule_name,
        "aws.events.rule-arn": rule_arn,
    }
    return _filled(transformer["InputTemplate"], values)


def _at(path: str, event: Any) -> Any:
    """The value at a plain JSON path ($.detail.items[0].name)."""
    found = event
    for key, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path.removeprefix("$")):
        try:
            found = found[int(index)] if index else found[key]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return found


def _filled(template: str, values: dict[str, Any]) -> str:
    """A placeholder in a JSON string is text, one outside is a JSON value; a value that isn't there is empty text."""
    parts: list[str] = []
    in_string = False
    position = 0
    while position < len(template):
        placeholder = _PLACEHOLDER.match(template, position)
        if placeholder is not None and placeholder[1] in values:
            parts.append(_written(values[placeholder[1]], in_string=in_string))
            position = placeholder.end()
            continue
        width = 2 if template[position] == "\\" else 1
        in_string ^= template[position] == '"'
        parts.append(template[position : position + width])
        position += width
    return "".join(parts)


def _written(value: Any, *, in_string: bool) -> str:
    if value is _MISSING:
        return "" if in_string else '""'
    if not in_string:
        return json.dumps(value)
    return json.dumps(value if isinstance(value, str) else json.dumps(value))[1:-1]
