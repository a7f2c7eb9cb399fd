"""The packages as Lambda mounts them, laid out for this machine's processor.

The dependency layer is built for arm64, whose compiled modules can't be imported elsewhere. So the pinned packages are
taken from the venv (it has the layer's versions), pruned by the layer's own prune.py and compiled with the layer's own
flags: the files are the layer's but for the compiled ones.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LAYERS = ROOT / "layers"
_PINS = _LAYERS / "dependencies" / "requirements.txt"
_NOT_MOUNTED = (".dist-info", "__pycache__", "..")


class PackageError(Exception):
    """The venv doesn't hold what the layer holds."""


@dataclass(frozen=True)
class Packages:
    """`stock` is as pip installs it; `pruned` is the dependency layer's content; `own` are our layers."""

    stock: Path
    pruned: Path
    own: Path

    def layer(self, folder: Path) -> Path:
        """The compiled copy of one of our layers, found by its folder in the working tree."""
        return self.own / folder.relative_to(_LAYERS)


def interpreter() -> Path:
    """The Python under the venv: a venv's own would let the functions see what their layers don't hold."""
    return Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"


def lay_out(folder: Path) -> Packages:
    """Copies and compiles everything below `folder`; takes some seconds. Raises PackageError."""
    packages = Packages(stock=folder / "stock", pruned=folder / "pruned", own=folder / "own")
    for name, version in pins(_PINS.read_text(encoding="utf-8")).items():
        _copy_distribution(name, version, packages.stock)
    shutil.copytree(packages.stock, packages.pruned)
    _run(sys.executable, str(_LAYERS / "dependencies" / "prune.py"), str(packages.pruned))
    for layer in ("core", "aws", "shell"):
        shutil.copytree(_LAYERS / layer, packages.own / layer, ignore=shutil.ignore_patterns("__pycache__"))
    compiling = ("-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash")
    _run(str(interpreter()), *compiling, str(folder))
    return packages


def pins(requirements: str) -> dict[str, str]:
    """Names and versions of a requirements file with hashes."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", requirements, flags=re.MULTILINE))


def _copy_distribution(name: str, version: str, site: Path) -> None:
    installed = distribution(name)
    if installed.version != version:
        raise PackageError(
            f"the layer pins {name} {version}, the venv has {installed.version}: make lock, make bootstrap"
        )
    for file in installed.files or ():
        if any(part.endswith(_NOT_MOUNTED) for part in file.parts):
            continue
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(file.locate()), target)


def _run(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise PackageError(f"{' '.join(command)}: {ran.stderr or ran.stdout}")
