"""The pure core: what was seen, what is to be done and why. No AWS, no clock, no environment, no randomness."""
