"""Parsed machines are kept: the parser takes up to a second for a machine of ours, and moto parses one at every start.

A program holds no state of an execution: that is all in its environment. So executions and clouds can share it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from moto.stepfunctions.parser import utils
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.parse import asl_parser
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from rehearsal import kept_programs
from rehearsal.asl_lexer import QuickLexer
from rehearsal.patching import replace
from rehearsal.virtual_threads import VirtualThread


def apply() -> None:
    original = replace(AmazonStateLanguageParser, "parse", staticmethod(_parse), expected="e08871c8420a")
    _originals.append(original.__func__ if isinstance(original, staticmethod) else original)
    replace(asl_parser, "ASLLexer", QuickLexer, expected="79f5debb5d6b")
    replace(Program, "eval", _eval_program, expected="b8bfa1cb68d3")
    # Each builds the representation of its whole machine, whether or not anybody reads the log.
    replace(EvalComponent, "_log_failure_event_exception", _say_nothing, expected="149f4524b21b")
    replace(EvalComponent, "_log_exception", _say_nothing, expected="14681a28e6dd")


def reset() -> None:
    # moto notes every thread that it ever made here.
    utils.TMP_THREADS.clear()


_originals: list[Any] = []


# moto reads nothing but a decimal here, AWS any number.
_WHOLE_PERCENTAGE = re.compile(r'("ToleratedFailurePercentage"\s*:\s*\d+)(?=\s*[,}])')


@lru_cache(maxsize=256)
def _parse(definition: str) -> Any:
    """The program, and in place of the tree that it was made from nothing: nobody here asks for that."""
    return kept_programs.program(_WHOLE_PERCENTAGE.sub(r"\1.0", definition), _parse_now), None


def _parse_now(definition: str) -> Any:
    # The process's own list: a definition that was refused half-way has left its query languages in it.
    Preprocessor._query_language_per_scope.clear()
    return _originals[0](definition)[0]


def _say_nothing(self: Any, *args: Any, **kwargs: Any) -> None:
    """In place of moto's logging."""


def _eval_program(self: Any, env: Any) -> None:
    run_from(self, env, self.start_at.start_at_name)


def run_from(program: Any, env: Any, state_name: str) -> None:
    """Only a program with a time limit needs a task of its own to be waited for."""
    env.next_state_name = state_name
    if program.timeout_seconds is None:
        EvalComponent.eval(program, env)
        return
    worker = VirtualThread(target=EvalComponent.eval, args=(program, env), name=f"machine at {state_name}")
    worker.start()
    worker.join(program.timeout_seconds.timeout_seconds)
    if worker.is_alive():
        env.set_timed_out()
        # What was waiting notices the end and writes the last event of the history.
        worker.join()
