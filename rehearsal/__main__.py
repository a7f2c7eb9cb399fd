"""The rehearsal's commands: python -m rehearsal up | demo | replay | simulate | timings | costs | idle-costs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_PORT = "4566"


def main(arguments: Sequence[str] | None = None) -> int:
    """The process's exit status."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "up":
        return _up(chosen)
    if chosen.command == "timings":
        from rehearsal import timings

        return timings.main()
    if chosen.command == "idle-costs":
        sys.path.append(str(_ROOT / "layers" / "core"))
        from rehearsal import idle_costs

        return idle_costs.main()
    if chosen.command == "costs":
        sys.path.append(str(_ROOT / "layers" / "core"))
        from rehearsal import costs

        return costs.main()
    # The report counts with the service's own table of prices.
    sys.path.append(str(_ROOT / "layers" / "core"))
    if chosen.command == "simulate":
        return _simulate(chosen)
    if chosen.command == "scenarios":
        from rehearsal.scenario_table import main as write_table

        return write_table(_ROOT / "docs" / "scenarios.md")
    from rehearsal import collector

    collector.pause()
    from rehearsal.demo import main as rehearse

    return rehearse(chosen.scenario)


def _simulate(chosen: argparse.Namespace) -> int:
    from rehearsal.simulation.command import Wanted
    from rehearsal.simulation.command import main as simulate

    return simulate(
        Wanted(
            seeds=chosen.seeds,
            first=chosen.first,
            regressions=chosen.regressions,
            scenario=chosen.scenario or None,
            planted=chosen.plant,
            only=chosen.only,
            shows=chosen.show,
            tells_digest=chosen.digest,
            writes=chosen.write,
            workers=chosen.workers,
        )
    )


def _up(chosen: argparse.Namespace) -> int:
    from rehearsal.server.serve import CannotServeError, Wanted, serve

    try:
        serve(Wanted(port=chosen.port, template=chosen.template, start=chosen.start))
    except CannotServeError as error:
        print(f"rehearsal up: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description="A local AWS with a virtual clock.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="serve the local AWS with the stack deployed, until Ctrl-C")
    up.add_argument("--port", type=_port, default=os.environ.get("PORT") or _PORT, help="0 takes a free one")
    up.add_argument("--start", type=_start, help="where the clock begins, like 2026-03-01T00:00:00Z")
    up.add_argument("--template", type=Path, default=_ROOT / "template.yaml", help="the SAM template to deploy")
    demo = commands.add_parser("demo", help="rehearse a scenario and write build/demo/report.html")
    demo.add_argument("scenario", nargs="?", default="walkthrough")
    replay = commands.add_parser("replay", help="rehearse a scenario of your own")
    replay.add_argument("scenario", metavar="FILE", help="a YAML file; rehearsal/scenarios/ holds examples")
    _add_simulate(commands.add_parser("simulate", help="play drawn worlds with drawn trouble, and hold them to rules"))
    commands.add_parser("timings", help="play AWS's published times of scale to zero and write docs/timings.md")
    commands.add_parser("idle-costs", help="replay traces of idle time and write docs/idle-costs.md")
    commands.add_parser("costs", help="count the examples of docs/costs.md and write the page")
    commands.add_parser("scenarios", help="rehearse all scenarios and write docs/scenarios.md")
    return parser


def _add_simulate(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("--seeds", type=int, default=50, help="how many worlds")
    simulate.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    simulate.add_argument("--regressions", action="store_true", help="and the seeds that once found a bug")
    simulate.add_argument("--scenario", help="lay the trouble over this scenario instead of drawn worlds")
    simulate.add_argument("--plant", help="put a known bug into the service, or all, one by one: each should be found")
    simulate.add_argument("--only", type=_numbers, help="this trouble alone: its numbers, as 0,3, or none")
    simulate.add_argument("--show", action="store_true", help="print the timeline of each seed")
    simulate.add_argument("--digest", action="store_true", help="print a digest of each timeline")
    simulate.add_argument("--write", action="store_true", help="write the figures to docs/reliability.md")
    simulate.add_argument("--workers", type=int, help="processes side by side (one per core)")


def _numbers(written: str) -> tuple[int, ...]:
    try:
        return () if written == "none" else tuple(int(part) for part in written.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written!r} are no numbers of troubles: write 0,3, or none") from error


def _port(written: str) -> int:
    if not written.isdecimal() or int(written) > 65_535:
        raise argparse.ArgumentTypeError(f"{written!r} is no port: give a number from 0 to 65535")
    return int(written)


def _start(written: str) -> datetime:
    from rehearsal.server.asking import time_of

    try:
        return time_of(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
