"""Where each function's code lies, and what the functions of one cloud have logged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.lambdas.sandbox import Sandbox


@dataclass(frozen=True)
class FunctionCode:
    """One function's place in the working tree. Layers' folders are searched after the code's own."""

    function_name: str
    logical_id: str
    code_dir: Path
    layer_dirs: tuple[Path, ...]


@dataclass(frozen=True)
class LogLine:
    """All that one invocation wrote."""

    function_name: str
    request_id: str
    text: str


@dataclass
class Environment:
    """A warm execution environment: the handler as it was imported, and the settings it was imported with."""

    settings: tuple[Any, ...]
    sandbox: Sandbox
    handler: Callable[[Any, Any], Any] | None = None
    log_stream: str = ""


@dataclass
class Registry:
    """The functions of one cloud."""

    logs: list[LogLine] = field(default_factory=list)
    environments: dict[str, Environment] = field(default_factory=dict)
    answered: list[Callable[[str, Any, str], None]] = field(default_factory=list)
    """Called with logical id, event and answer (JSON text) of every invocation that succeeded."""
    keeps_modules: bool = False
    """Functions of the working tree find their modules as the cloud before this one has left them."""
    _code: dict[str, FunctionCode] = field(default_factory=dict)
    _started: set[str] = field(default_factory=set)

    def add(self, function_name: str, logical_id: str, code_dir: Path, layer_dirs: tuple[Path, ...]) -> None:
        """The function runs from `code_dir` from now on; a warm environment of an earlier deployment is dropped."""
        self._code[function_name] = FunctionCode(function_name, logical_id, code_dir, layer_dirs)
        self.environments.pop(function_name, None)

    def of(self, function_name: str) -> FunctionCode | None:
        """None for a function that was not deployed from a working tree."""
        return self._code.get(function_name)

    def starts_cold(self, function_name: str) -> bool:
        """Whether the function's next environment imports everything anew, as it does on AWS."""
        is_second = function_name in self._started
        self._started.add(function_name)
        return is_second or not self.keeps_modules or function_name not in self._code

    def logical_id(self, function_name: str) -> str:
        """The name that faults go by; the function's own name if no template named it."""
        code = self._code.get(function_name)
        return code.logical_id if code else function_name
