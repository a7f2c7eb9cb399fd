"""The lexer of moto's interpreter, quicker: ANTLR's own takes a third of the time of parsing a machine.

What a token is, ANTLR says: each text is shown to it once, and its answer is kept. A regular expression finds only
where a token ends, and JSONata is known by its braces.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from antlr4 import InputStream, Token  # type: ignore[import-untyped]
from moto.stepfunctions.parser.asl.antlr.runtime.ASLLexer import ASLLexer

# Punctuation, or a string of JSON: an escape other than JSON's own is left to ANTLR, as all else is.
_TOKEN = re.compile(r'[ \t]*([{}\[\]:,]|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")')
_JSONATA = re.compile(r'"\{%.*%\}"', re.DOTALL)


class QuickLexer(ASLLexer):  # type: ignore[misc]  # ANTLR has no types
    """Gives the tokens that ASLLexer gives."""

    def nextToken(self) -> Any:
        found = _TOKEN.match(self._input.strdata, self._input.index)
        kind = None if found is None else _kind(found[1])
        if found is None or kind is None:
            return super().nextToken()
        position = self._interp
        start, after = found.span(1)
        column = position.column + start - found.start()
        token = self._factory.create(
            self._tokenFactorySourcePair, kind, None, Token.DEFAULT_CHANNEL, start, after - 1, position.line, column
        )
        self._input.seek(after)
        self._hitEOF = after == len(self._input.strdata)
        position.column = column + after - start
        return token


@lru_cache(maxsize=8192)
def _kind(text: str) -> int | None:
    """The type of the token that this text is. None if it is not exactly one."""
    if _JSONATA.fullmatch(text):
        return int(ASLLexer.STRINGJSONATA)
    lexer = ASLLexer(InputStream(text))
    lexer.removeErrorListeners()
    token = lexer.nextToken()
    return int(token.type) if (token.start, token.stop) == (0, len(text) - 1) else None
