"""From a manifest's text to a Manifest, or to everything that is wrong with it."""

import json

from pydantic import ValidationError

from berth_core.manifest import Manifest
from berth_core.rejection import Problem, Rejection
from berth_core.wording import fields_at, is_echo, path_of, problem_from
from berth_core.yaml_text import Place, Plain, YamlText, read_yaml

__all__ = ["Problem", "Rejection", "parse_manifest"]

MOST_PROBLEMS = 200
"""More than anybody reads; a hostile text could have tens of thousands, more than an event may carry."""

MOST_KIB = 96
"""A state's data ends at 256 KiB (aws-facts 5), an error that no state machine can catch. The ledger's part of a
snapshot and a decision have to fit beside the manifest."""


def parse_manifest(text: str, *, object_name: str, priced_types: frozenset[str] | None) -> Manifest | Rejection:
    """The manifest in `text`, or a rejection that holds all its problems.

    `object_name` is the object's name without folder and ending: it must be the manifest's name. `priced_types` are the
    instance types with an on-demand price; None takes any. Never raises, whatever the text.
    """
    read = read_yaml(text)
    if isinstance(read, Problem):
        return _rejection(object_name, [read], text)
    problems = _doubled_keys(read)
    context: dict[str, object] = {"object_name": object_name, "priced_types": priced_types}
    try:
        manifest = _checked(read, context)
    except ValidationError as error:
        findings = error.errors(include_url=False)
        problems += [problem_from(finding, read) for finding in findings if not is_echo(finding)]
        return _rejection(object_name, problems, text)
    problems += _too_large(manifest)
    return _rejection(object_name, problems, text) if problems else manifest


def _too_large(manifest: Manifest) -> list[Problem]:
    """With all its defaults filled in, as it travels in a Snapshot through every state of a machine."""
    size_kib = len(json.dumps(manifest.model_dump(mode="json"))) // 1024
    if size_kib < MOST_KIB:
        return []
    message = f"takes {size_kib} KiB with all its defaults, and may take {MOST_KIB}: make it shorter"
    return [Problem(path="", line=1, message=message)]


def _checked(read: YamlText, context: dict[str, object]) -> Manifest:
    return Manifest.model_validate(_given(read.content, ()), context=context)


def _given(plain: Plain, place: Place) -> Plain:
    """The same without the known keys that have no value (`scaling:`): they count as not given."""
    if isinstance(plain, list):
        return [_given(item, (*place, index)) for index, item in enumerate(plain)]
    if not isinstance(plain, dict):
        return plain
    known = fields_at(place)
    return {key: _given(value, (*place, key)) for key, value in plain.items() if value is not None or key not in known}


def _doubled_keys(read: YamlText) -> list[Problem]:
    return [
        Problem(path=path_of(place), line=line, message=f"is here again, after line {read.line_of(place)}: keep one")
        for place, line in read.doubled
    ]


def _rejection(object_name: str, problems: list[Problem], text: str) -> Rejection:
    # YAML may put the end of the text on a line after the last one, which nobody can go to.
    last = max(1, len(text.splitlines()))
    placed = [problem.model_copy(update={"line": min(problem.line, last)}) for problem in problems]
    placed.sort(key=lambda problem: (problem.line, problem.path))
    if len(placed) > MOST_PROBLEMS:
        more = Problem(path="", line=last, message=f"has {len(placed) - MOST_PROBLEMS} more problems")
        placed[MOST_PROBLEMS:] = [more]
    return Rejection(object_name=object_name, problems=tuple(placed))
