"""The quick lexer gives the tokens that moto's own gives, to the column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from antlr4 import InputStream  # type: ignore[import-untyped]
from moto.stepfunctions.parser.asl.antlr.runtime.ASLLexer import ASLLexer

from rehearsal.asl_lexer import QuickLexer

MACHINES = sorted(Path("statemachines").glob("*.y*ml"))
AWKWARD = (
    "",
    " ",
    '{"a": "{% $x = \\"}\\" %}", "b.$": "$.c", "d": "$$.e", "f": "$g", "h": "States.Format(\'{}\', $.i)"}',
    '{"Comment": "\\u00e9\\n", "n": -1.5e3, "i": 12, "t": true, "z": null}',
    '{"unclosed": "',
    '{"odd escape": "\\x"}',
    '{"half": "{% a", "other half": "a %}", "both": "{%%}", "less": "{%}"}',
    '{\n\t"a"\r\n:"b"}',
)


def tokens(lexer: Any, text: str) -> list[tuple[Any, ...]]:
    made = lexer(InputStream(text))
    made.removeErrorListeners()
    given = [made.nextToken()]
    while given[-1].type != -1:
        given.append(made.nextToken())
    return [(each.type, each.channel, each.start, each.stop, each.line, each.column, each.text) for each in given]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda path: path.stem)
def test_our_machines_have_the_same_tokens(machine: Path) -> None:
    text = json.dumps(yaml.load(machine.read_text(encoding="utf-8"), yaml.CSafeLoader))
    assert tokens(QuickLexer, text) == tokens(ASLLexer, text)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_has_the_same_tokens(text: str) -> None:
    assert tokens(QuickLexer, text) == tokens(ASLLexer, text)
