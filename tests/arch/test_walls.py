"""Who may import what, and who may read the clock and the environment. A wall that no tool holds is a wish."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.project import LAYERS, ROOT, imports, production_modules, relative

MAY_IMPORT = {
    "layers/core": {"berth_core", "pydantic", "pydantic_core", "yaml"},
    "layers/shell": {"berth_core", "berth_shell", "pydantic", "aws_lambda_powertools"},
    "layers/aws": {"berth_core", "berth_aws", "boto3", "botocore", "pydantic"},
    "functions": {"berth_core", "berth_aws", "berth_shell", "pydantic"},
}
# Of the standard library, what would let the pure core look outside.
CLOSED_TO_CORE = set(
    "asyncio http io logging os pathlib random secrets socket subprocess threading time urllib uuid".split()
)

CLOCK_READERS = {"layers/shell/berth_shell/clock.py"}
ENVIRONMENT_READERS = {"layers/shell/berth_shell/settings.py"}
CLOCK_CALLS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic"}
ENVIRONMENT_CALLS = {"os.environ", "os.getenv", "os.environb"}
FORBIDDEN_CALLS = {"time.sleep", "uuid.uuid1", "uuid.uuid4"}

# Everything that was imported to get this far stays; from here on nothing outside answers.
BLOCKED_OUTSIDE = """
import collections, datetime, decimal, enum, functools, json, os, pkgutil, random, re, sys, time, typing, uuid
import pydantic, yaml
from importlib.abc import MetaPathFinder

class Wall(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"boto3", "botocore", "aws_lambda_powertools", "berth_aws", "berth_shell"}:
            raise AssertionError(f"the core imports {name}")

def closed(*args, **kwargs):
    raise AssertionError("the core reads the clock, the environment or chance")

class Closed(dict):
    def __getitem__(self, name):
        # pydantic asks for settings of its own whenever it builds a model.
        return given[name] if name.startswith("PYDANTIC_") else closed()

    def get(self, name, default=None):
        return given.get(name, default) if name.startswith("PYDANTIC_") else closed()

given = dict(os.environ)

import berth_core
names = [module.name for module in pkgutil.walk_packages(berth_core.__path__, "berth_core.")]
sys.meta_path.insert(0, Wall())
os.environ = Closed()
time.time = time.monotonic = time.sleep = uuid.uuid4 = random.random = closed
for name in names:
    __import__(name)
print(len(names))
"""


def test_the_core_imports_with_aws_the_clock_the_environment_and_chance_closed_to_it() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKED_OUTSIDE],
        cwd=ROOT,
        env={"PYTHONPATH": LAYERS["berth_core"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 5


@pytest.mark.parametrize("path", production_modules(), ids=relative)
def test_a_module_imports_only_what_its_place_allows(path: Path) -> None:
    place = next(folder for folder in MAY_IMPORT if relative(path).startswith(folder))
    roots = {name.split(".")[0] for name in imports(path)}
    assert roots - sys.stdlib_module_names <= MAY_IMPORT[place]
    if place == "layers/core":
        assert not roots & CLOSED_TO_CORE


@pytest.mark.parametrize("path", production_modules(), ids=relative)
def test_the_clock_and_the_environment_are_read_in_one_place_each(path: Path) -> None:
    names = _attributes(path)
    assert not names & FORBIDDEN_CALLS
    assert relative(path) in CLOCK_READERS or not names & CLOCK_CALLS
    assert relative(path) in ENVIRONMENT_READERS or not names & ENVIRONMENT_CALLS


def _attributes(path: Path) -> set[str]:
    """The last two parts of each dotted name in a file: `datetime.datetime.now` is there as `datetime.now`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value
        if isinstance(owner, ast.Name | ast.Attribute):
            found.add(f"{owner.id if isinstance(owner, ast.Name) else owner.attr}.{node.attr}")
    return found
