"""Services of moto that nobody here asks for. moto's CloudFormation imports them all, EC2's instance types included:
a third of what a process needs to start. Placeholders are imported in their stead."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

ABSENT = frozenset({
    "apigateway", "autoscaling", "datapipeline", "ec2", "efs", "elb", "elbv2", "emr", "iot", "rds", "redshift",
    "route53",
})  # fmt: skip


class _Absent(type):
    """A class that may be named, subclassed and compared with, which is all that happens while moto is imported."""

    def __getitem__(cls, _key: object) -> NoReturn:
        raise NotImplementedError(f"{cls.__module__} is left out: see ABSENT in {__name__}")

    def __call__(cls, *_arguments: object, **_named: object) -> NoReturn:
        raise NotImplementedError(f"{cls.__module__} is left out: see ABSENT in {__name__}")


class _Placeholders(MetaPathFinder, Loader):
    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, rest = name.partition(".")
        if package != "moto" or rest.partition(".")[0] not in ABSENT:
            return None
        return ModuleSpec(name, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        def named(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            found = _Absent(name, (), {"__module__": module.__name__})
            setattr(module, name, found)
            return found

        module.__dict__["__getattr__"] = named


def leave_out() -> None:
    """For modules that are not imported yet. The second call in a process does nothing."""
    if not any(isinstance(finder, _Placeholders) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Placeholders())
