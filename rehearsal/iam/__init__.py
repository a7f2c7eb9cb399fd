"""IAM, as far as roles of functions, state machines and schedules need it: who may call what on what."""
