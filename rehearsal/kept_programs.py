"""Machines once parsed, kept in a file each: parsing all of ours takes seconds, in every process that plays them.

A file is named after all that its content depends on, so that none is ever out of date. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import moto

HERE = Path(__file__).parent
FOLDER = HERE.parent / "build" / "machines"
WORTH_CHARACTERS = 4000
"""A shorter machine is parsed as quickly as a file is found."""
_READ_BY = (Path(__file__), HERE / "asl_lexer.py", HERE / "patches" / "asl_programs.py")


def program(definition: str, parse: Callable[[str], Any], folder: Path = FOLDER) -> Any:
    """What `parse` makes of it, now or at some time before. What it raises is raised, and nothing is kept."""
    if len(definition) < WORTH_CHARACTERS:
        return parse(definition)
    file = folder / f"{_reader()}-{_digest(definition.encode())}"
    # Whatever cannot be read, a process that was killed may have left behind.
    with suppress(OSError, EOFError, pickle.UnpicklingError):
        return pickle.loads(file.read_bytes())  # our own file
    parsed = parse(definition)
    with suppress(OSError):  # a folder that cannot be written to
        _write(file, pickle.dumps(parsed))
    return parsed


def _write(file: Path, content: bytes) -> None:
    """Others may read and write the same file now: they see all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(file)


@lru_cache(maxsize=1)
def _reader() -> str:
    """Of everything that has a part in what is read out of a definition."""
    sources = b"".join(source.read_bytes() for source in _READ_BY)
    return _digest(sources, sys.version, moto.__version__)


def _digest(text: bytes, *others: str) -> str:
    return hashlib.sha256(b"\n".join((text, *(other.encode() for other in others)))).hexdigest()[:16]
