"""Exceptions: three, because a state machine can only do three things about one.

    BerthError
    ├─ RefusedError          never retry: bad input, policy, permission        -> record the failure
    ├─ BusyError             retry later: throttled, not ready, update running -> Retry with back-off
    └─ UnknownOutcomeError   may have happened: no answer after a mutation     -> look, never retry blindly

An expected no (no capacity, over budget, not due) is a value, not an exception. Lambda reports the class name to Step
Functions, so these names are a public contract: tests hold them against the state machines.
"""

__all__ = ["BerthError", "BusyError", "RefusedError", "UnknownOutcomeError"]


class BerthError(Exception):
    """The base of the three."""


class RefusedError(BerthError):
    """Asking again would get the same answer."""


class BusyError(BerthError):
    """The same request will be fine later."""


class UnknownOutcomeError(BerthError):
    """The request may have taken effect: observe before anything else."""
