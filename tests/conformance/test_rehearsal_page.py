"""docs/rehearsal.md tells the truth: its blocks run, one after the other, and answer what the page says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from rehearsal.server.routes import PREFIX
from tests.conformance.aws_command import aws_ready
from tests.conformance.real_server import ROOT, client_environment, running
from tests.conformance.served import Server, told

PAGE = (ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END_OF_BLOCK = "-- end of block --"
_EXAMPLE = {
    "GET": r"curl -s \"?\$REHEARSAL{name}\b(?! -d)",
    "POST": r"curl -s \$REHEARSAL{name} -d",
    "DELETE": r"curl -s -X DELETE \$REHEARSAL{name}",
}


def steps() -> list[tuple[str, Any]]:
    """Each block of commands, with the JSON that the page shows as its output (None where it shows none)."""
    found: list[tuple[str, Any]] = []
    for kind, text in _BLOCK.findall(PAGE):
        if kind == "sh":
            found.append((text, None))
        else:
            found[-1] = (found[-1][0], json.loads(text))
    return found


def fits(shown: Any, answered: Any) -> bool:
    """ "..." on the page stands for anything."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        return shown.keys() == answered.keys() and all(fits(shown[key], answered[key]) for key in shown)
    return bool(shown in ("...", answered))


def test_every_block_of_the_page_runs_and_answers_what_the_page_shows(tmp_path: Path) -> None:
    with running() as server, aws_ready() as aws:
        script = "".join(f"{text}\necho '\n{_END_OF_BLOCK}'\n" for text, _ in steps())
        script = script.replace("http://127.0.0.1:4566", server.url)
        command = ["bash", "-euo", "pipefail", "-c", script]
        run = subprocess.run(
            command, cwd=tmp_path, env=client_environment(server.url, aws), capture_output=True, text=True, check=False
        )
        _, _, errors = server.end()
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    outputs = run.stdout.split(_END_OF_BLOCK)[:-1]
    wrong = [
        (text, shown, output)
        for (text, shown), output in zip(steps(), outputs, strict=True)
        if not (fits(shown, json.loads(output)) if shown is not None else '"error":' not in output)
    ]
    assert wrong == []
    assert errors == ""


def test_every_route_has_its_row_and_its_example() -> None:
    server = Server()
    routes = told(server.ask("GET", "/nothing"))["error"].partition("there are: ")[2].split(", ")
    server.cloud.stop()
    commands = "".join(text for text, _ in steps())
    for method, path in (route.split() for route in routes):
        name = path.removeprefix(PREFIX)
        assert f"| `{method} {path}` |" in PAGE
        assert re.search(_EXAMPLE[method].format(name=name), commands), f"{method} {path} has no example"
