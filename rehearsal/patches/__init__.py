"""Everything that the rehearsal changes in moto, one subject per module. Each has its row in tests/conformance."""
