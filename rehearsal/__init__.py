"""The local cloud: moto and a discrete-event kernel on a virtual clock. Production code never imports it."""
