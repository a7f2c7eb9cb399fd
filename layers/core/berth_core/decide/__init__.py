"""One question per module. Each takes what was seen and answers with a value and its reason."""
