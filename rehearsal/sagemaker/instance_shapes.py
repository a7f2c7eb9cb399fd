"""What an instance has for copies to stand on. Figures: those of the EC2 types of the same name."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """Accelerator devices and memory, of an instance or of what stands on it."""

    accelerators: float
    memory_mb: float

    def __add__(self, other: Room) -> Room:
        return Room(self.accelerators + other.accelerators, self.memory_mb + other.memory_mb)

    def holds(self, other: Room) -> bool:
        return other.accelerators <= self.accelerators and other.memory_mb <= self.memory_mb


NOTHING = Room(0, 0)
_GIB = 1024
_SHAPES = {
    "ml.p4d.24xlarge": (8, 1152),
    "ml.p4de.24xlarge": (8, 1152),
    "ml.p5.4xlarge": (1, 256),
    "ml.p5.48xlarge": (8, 2048),
    "ml.p5e.48xlarge": (8, 2048),
    "ml.p5en.48xlarge": (8, 2048),
    "ml.p6-b200.48xlarge": (8, 2048),
    "ml.p6-b300.48xlarge": (8, 4096),
    "ml.p6e-gb200.36xlarge": (4, 960),
    "ml.trn1.32xlarge": (16, 512),
    "ml.trn2.48xlarge": (16, 2048),
    "ml.g5.xlarge": (1, 16),
    "ml.g5.2xlarge": (1, 32),
    "ml.g5.12xlarge": (4, 192),
    "ml.g5.24xlarge": (4, 384),
    "ml.g5.48xlarge": (8, 768),
    "ml.g6e.12xlarge": (4, 384),
    "ml.g6e.48xlarge": (8, 1536),
}
_UNKNOWN = Room(math.inf, math.inf)


def room_of(instance_type: str | None) -> Room:
    """Without bounds for types that aren't listed. What SageMaker itself takes of the memory isn't published."""
    shape = _SHAPES.get(instance_type or "")
    return _UNKNOWN if shape is None else Room(shape[0], shape[1] * _GIB)
