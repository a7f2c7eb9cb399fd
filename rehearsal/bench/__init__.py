"""`make bench`: what Berth costs, as ratios to something that everybody has. Nothing here is a test: machines differ."""

from rehearsal.bench.command import main

__all__ = ["main"]
