"""`make bench`: what Berth costs, as ratios to what everybody has. Nothing here is a test: machines differ."""

from rehearsal.bench.command import main

__all__ = ["main"]
