"""Where a function's code lies: in the working tree if `deploy` put it there, else unpacked from what was uploaded."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from moto.awslambda.utils import get_backend

from rehearsal.cloud import current


def code_of(function: Any) -> tuple[Path, tuple[Path, ...]]:
    """The function's folder and those of its layers, in the order in which they are searched."""
    known = current().lambdas.of(function.function_name)
    if known is not None:
        return known.code_dir, known.layer_dirs
    backend = get_backend(function.account_id, function.region)
    layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    return _unpacked(function), tuple(_unpacked(layer) / "python" for layer in layers)


def _unpacked(owner: Any) -> Path:
    # The folder is named by its content, so that it can be kept between clouds and processes.
    folder = Path(tempfile.gettempdir(), "berth-rehearsal", str(owner.code_digest)[:24])
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
    with zipfile.ZipFile(io.BytesIO(owner.code_bytes)) as archive:
        archive.extractall(unfinished)
    try:
        unfinished.rename(folder)
    except OSError:
        # Another process was quicker; what it put there is the same.
        shutil.rmtree(unfinished)
    return folder
