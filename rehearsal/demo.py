"""`make demo`: replays one scenario, shows it on the terminal and writes its report."""

from __future__ import annotations

from pathlib import Path

from rehearsal import report, scenario, terminal
from rehearsal.replay import replay
from rehearsal.scenario import ScenarioError

WALKTHROUGH = "walkthrough"
OUT_DIR = Path("build/demo")


def main(name: str = WALKTHROUGH, out_dir: Path = OUT_DIR) -> int:
    """The exit code: 0 if all that was expected held and nothing was left behind, 1 if not, 2 if it is no scenario."""
    out = terminal.console()
    try:
        path = scenario.find(name)
        told = scenario.load(path)
        with terminal.progress(out, told) as listener:
            run = replay(told, folder=path.parent, listener=listener)
    except ScenarioError as error:
        out.print(str(error), style="red", markup=False)
        return 2
    terminal.show(out, run)
    report.write(run, out_dir / "report.html")
    out.print(f"Report: {out_dir / 'report.html'}", markup=False)
    return 0 if run.good else 1
