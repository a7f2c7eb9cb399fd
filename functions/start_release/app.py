"""The SNS message of a CodePipeline approval -> {"started": [execution], "left": [why]}"""

from berth_aws.steps.start_release import ReleasesStarted, start_release
from berth_shell.clock import now
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import Environment


class Settings(Environment):
    release_promote: str


@entry(AnyEvent, Settings)
def handler(event: AnyEvent, settings: Settings) -> ReleasesStarted:
    return start_release(event.root, settings.release_promote, now())
