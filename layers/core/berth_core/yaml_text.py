"""YAML into plain text, lists and mappings, with the line of everything.

YAML guesses types: 2400.00 becomes a float and loses its cents, `no` a boolean, 18:30 the number 1110 and 2026-12-01 a
date. Here every scalar stays the text that was written; the manifest's fields decide what it means.

A manifest comes from outside: no tags (which may name Python objects), no anchors and aliases (which can grow without
limit), no deep nesting, no flood of values, no second document.
"""

from dataclasses import dataclass, field

import yaml

from berth_core.rejection import Problem

type Plain = str | list[Plain] | dict[str, Plain] | None
type Place = tuple[str | int, ...]

MOST_BYTES = 256 * 1024
DEEPEST = 20
MOST_VALUES = 20_000
"""Twice what the longest manifest needs. Reading takes its time by the value, and the function has only so much."""
_NOTHING = ("", "~", "null", "Null", "NULL")


class _UnreadableError(Exception):
    """Leaves the composer; never this module."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.problem = Problem(path="", line=line, message=message)


@dataclass
class YamlText:
    """What was read: `lines` has the line of every key and list item, `doubled` every key that came again."""

    content: Plain = None
    lines: dict[Place, int] = field(default_factory=dict)
    doubled: list[tuple[Place, int]] = field(default_factory=list)

    def line_of(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that is in the text."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(text: str) -> YamlText | Problem:
    """The one document in `text`, or why it can't be read at all."""
    try:
        node = _compose(text)
        read = YamlText(lines={(): _line(node)})
        read.content = _plain(node, (), read)
    except _UnreadableError as error:
        return error.problem
    return read


class _Careful(yaml.SafeLoader):
    """Composes nodes and stops at whatever a manifest may not hold. It never constructs anything."""

    depth = 0
    values = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        self._refuse(event)
        self.values += 1
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def _refuse(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _UnreadableError("holds an anchor (&) or alias (*), which are not allowed: write the value out", line)
        if getattr(event, "tag", None) is not None:
            raise _UnreadableError("holds a tag (!), which is not allowed: write the plain value", line)
        if self.depth >= DEEPEST:
            raise _UnreadableError(f"is nested deeper than {DEEPEST} levels", line)
        if self.values >= MOST_VALUES:
            raise _UnreadableError(f"holds more than {MOST_VALUES} keys and values: a manifest is a page or two", line)


def _compose(text: str) -> yaml.Node:
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise _UnreadableError(f"is larger than {MOST_BYTES // 1024} KiB: a manifest is a page or two", 1)
    node = _single_node(text)
    if node is None:
        raise _UnreadableError("is empty: write at least version, name, reservation and model or components", 1)
    return node


def _single_node(text: str) -> yaml.Node | None:
    loader = None
    try:
        loader = _Careful(text)
        node: yaml.Node | None = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _UnreadableError(
            "holds a character that YAML doesn't allow: save the file as plain UTF-8", line
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _UnreadableError(f"is not valid YAML: {_why(error)}", mark.line + 1 if mark else 1) from error
    except (ValueError, OverflowError) as error:
        # PyYAML lets these through for escapes beyond Unicode ("\UFFFFFFFF") and absurd version numbers.
        line = loader.get_mark().line + 1 if loader else 1
        raise _UnreadableError("is not valid YAML: a number or an escape in it is out of range", line) from error
    return node


def _why(error: yaml.MarkedYAMLError) -> str:
    if error.context == "expected a single document in the stream":
        return "a manifest is one document, and a second one begins here (---)"
    return " ".join(f"{error.context or ''} {error.problem or 'it ends too early'}".split())


def _plain(node: yaml.Node, place: Place, read: YamlText) -> Plain:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, read)
    if isinstance(node, yaml.SequenceNode):
        return [_item(item, (*place, index), read) for index, item in enumerate(node.value)]
    text: str = node.value
    # Quoted, it is text even if it is empty or says null.
    quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
    return text if quoted or text not in _NOTHING else None


def _item(node: yaml.Node, place: Place, read: YamlText) -> Plain:
    read.lines[place] = _line(node)
    return _plain(node, place, read)


def _mapping(node: yaml.MappingNode, place: Place, read: YamlText) -> dict[str, Plain]:
    content: dict[str, Plain] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _UnreadableError("has a list or a mapping as a key: a key is a word", _line(key))
        there = (*place, key.value)
        if there in read.lines:
            read.doubled.append((there, _line(key)))
            continue
        read.lines[there] = _line(key)
        content[key.value] = _plain(value, there, read)
    return content


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1
