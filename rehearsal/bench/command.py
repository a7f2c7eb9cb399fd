"""The command: measures, prints the tables, and with --write puts them into docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "performance.md"
ROUNDS = 3
"""For a look within six minutes on two noisy cores. The tables of the document are better taken with more."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The process's exit status: 0 however the figures turned out."""
    chosen = _parser().parse_args(arguments)
    # The rehearsal counts with the service's own models.
    sys.path.append(str(ROOT / "layers" / "core"))
    for name, content in _tables(chosen.only, chosen.rounds):
        print(f"\n{content}\n", flush=True)
        if chosen.write:
            _write(name, content)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rehearsal bench", description="Figures, as ratios with spread.")
    parser.add_argument("--rounds", type=_rounds, default=ROUNDS, help=f"interleaved rounds (default: {ROUNDS})")
    parser.add_argument(
        "--only", choices=("cold", "replay", "simulation", "calls"), help="one of the four (default: all)"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md too")
    return parser


def _rounds(written: str) -> int:
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written!r}: give a whole number of rounds, 1 or more")
    return int(written)


def _tables(only: str | None, rounds: int) -> Iterator[tuple[str, str]]:
    """Names and contents. Imports are late: the rehearsal reads its models from a path that `main` adds."""
    from rehearsal.bench import tables

    with tempfile.TemporaryDirectory(prefix="berth-bench-") as name:
        folder = Path(name)
        parts: dict[str, Callable[[], str]] = {
            "cold": lambda: tables.cold(rounds, folder),
            "replay": lambda: tables.replays(rounds, folder),
            "simulation": lambda: tables.simulation(rounds, folder),
            "calls": tables.calls,
        }
        for part, made in parts.items():
            if only in (None, part):
                yield f"bench {part}", made()


def _write(name: str, content: str) -> None:
    from rehearsal.bench.table import placed

    DOCUMENT.write_text(placed(DOCUMENT.read_text(encoding="utf-8"), name, content), encoding="utf-8")
