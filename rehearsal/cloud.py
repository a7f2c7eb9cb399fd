"""One local AWS in this process: the clock, the patched moto, the SageMaker twin, faults and the timeline.

There is one cloud at a time: moto, the clock and the ids are process-wide. `start` ends the one before.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.faults import Faults
from rehearsal.kernel import Kernel
from rehearsal.settings import Settings
from rehearsal.timeline import Timeline

if TYPE_CHECKING:
    from rehearsal.alarms.watch import Alarms
    from rehearsal.iam.enforcement import Guard
    from rehearsal.lambdas.registry import Registry
    from rehearsal.sagemaker.twin import Twin
    from rehearsal.scaling.targets import Scaling
    from rehearsal.traffic import Traffic

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAREHEARSALROLE",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-functions-role",
    "AWS_SESSION_TOKEN": "token-of-the-functions-role",
}
"""What a function's environment holds. They open nothing, and can be found where they must not be."""

_current: Cloud | None = None


def current() -> Cloud:
    """The running cloud, for patches and plug-ins, which live longer than any one cloud."""
    if _current is None:
        raise RuntimeError("no rehearsal is running: call Cloud.start first")
    return _current


class Cloud:
    """What a scenario, the server and the tests hold in their hands."""

    def __init__(self, settings: Settings, *, forkable: bool = False) -> None:
        from rehearsal.alarms.watch import Alarms
        from rehearsal.decisions import Decisions
        from rehearsal.iam.enforcement import Guard
        from rehearsal.lambdas.registry import Registry
        from rehearsal.sagemaker.twin import Twin
        from rehearsal.scaling.targets import Scaling
        from rehearsal.traffic import Traffic

        self.settings = settings
        self.kernel = Kernel(settings.start, forkable=forkable)
        self.timeline = Timeline(lambda: self.kernel.now)
        self.faults = Faults()
        self.lambdas: Registry = Registry()
        self.lambdas.answered.append(Decisions(self.timeline).note)
        self.traffic: Traffic = Traffic(self)
        self.alarms: Alarms = Alarms(self)
        self.scaling: Scaling = Scaling(self)
        self.sagemaker: Twin = Twin(self)
        self.guard: Guard = Guard(self)
        self.epoch = 0

    @classmethod
    def start(cls, settings: Settings | None = None, *, forkable: bool = False) -> Cloud:
        """A fresh cloud at `settings.start`, with nothing in it. Ends the one before. `forkable`: see the kernel."""
        global _current
        from rehearsal import patches_all

        if _current is not None:
            _current.stop()
        chosen = settings or Settings()
        _set_environment(chosen)
        patches_all.apply()
        cloud = _current = cls(chosen, forkable=forkable)
        cloud.kernel.start()
        patches_all.reset(chosen)
        return cloud

    def stop(self) -> None:
        """Give the real clock back. The patches stay: they find no cloud and say so."""
        global _current
        self.kernel.stop()
        if _current is self:
            _current = None

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud, cached per service; the same one the state machines' integrations use."""
        from rehearsal.patches.boto_clients import client_for

        return client_for(service)

    @property
    def now(self) -> datetime:
        return self.kernel.now

    def advance(self, *, seconds: float | None = None, to: datetime | None = None) -> datetime:
        """Move the clock; everything due on the way happens, in order. Returns the new now."""
        self.kernel.advance(seconds=seconds, to=to)
        return self.kernel.now

    def touched(self) -> None:
        """Something in this cloud changed: periodic wake-ups that were idle have to look again."""
        self.epoch += 1


def _set_environment(settings: Settings) -> None:
    os.environ.update(
        TZ="UTC",
        MOTO_ACCOUNT_ID=settings.account_id,
        AWS_DEFAULT_REGION=settings.region,
        AWS_REGION=settings.region,
        **CREDENTIALS,
        # A developer's own profiles and endpoints must not lead any call out of this process.
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
    )
    for name in [each for each in os.environ if each == "AWS_PROFILE" or each.startswith("AWS_ENDPOINT_URL")]:
        del os.environ[name]
    time.tzset()  # moto makes naive times with the process's zone
