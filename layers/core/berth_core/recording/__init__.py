"""What is remembered and told of a step that is over."""

from berth_core.recording.happened import Happened, Recording
from berth_core.recording.record import record

__all__ = ["Happened", "Recording", "record"]
