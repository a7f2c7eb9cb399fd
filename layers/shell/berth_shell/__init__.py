"""The shell around each function: what comes in is parsed, what goes out is dumped, and one line is logged."""
