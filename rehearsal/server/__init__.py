"""The local AWS over HTTP: every AWS API on one port, and the rehearsal's own routes under /_rehearsal."""
