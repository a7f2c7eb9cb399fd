"""AWS Lambda in this process: the real handlers, each with its own environment and modules, on the virtual clock."""
