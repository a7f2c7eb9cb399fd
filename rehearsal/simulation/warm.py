"""Imported once, before the workers are forked from it: moto and its patches take seconds to load.

None of the service's own modules that a bug can be planted in may be loaded here.
"""

from rehearsal import patches_all
from rehearsal.simulation import judging

patches_all.apply()

__all__ = ["judging"]
