"""Imported once, before the workers are forked from it: moto and its patches take seconds to load.

None of the service's own modules that a bug can be planted in may be loaded here: that is what `up` is for, in a worker
that has its bug.
"""

from __future__ import annotations

import gc
import os
from datetime import timedelta

from rehearsal import patches_all
from rehearsal.deployment.sam import translate
from rehearsal.replay import TEMPLATE
from rehearsal.settings import Settings
from rehearsal.simulation import judging
from rehearsal.simulation.drawing import PARAMETERS, drawn_world
from rehearsal.simulation.playing import Play

patches_all.apply()
os.environ["AWS_DEFAULT_REGION"] = Settings().region
translate(TEMPLATE, dict(PARAMETERS))

_FIRST_HOURS = timedelta(hours=4)
__all__ = ["judging", "up"]


def up() -> None:
    """Plays the beginning of a world, so that whatever is loaded and learnt once is there in every fork."""
    first = Play(drawn_world(0))
    first.play_before(first.world.scenario.start + _FIRST_HOURS)
    first.cloud.stop()
    gc.collect()
    gc.freeze()
