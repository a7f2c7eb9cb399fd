"""Simulation: many drawn worlds with drawn trouble, each held against what must be true whatever happens."""
