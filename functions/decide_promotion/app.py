"""{"seen": Snapshot, "found", "staged", "asked", "said"} -> Promote, AskFirst or Refuse. Pure, without AWS layer."""

from typing import Annotated

from pydantic import BeforeValidator

from berth_core.decide.releasing import decide_promotion
from berth_core.decisions import Refuse
from berth_core.facts import Snapshot
from berth_core.model import Frozen
from berth_core.purchases import Said
from berth_core.releases import AskFirst, ModelSeen, Promote, ReleaseApproval, Stage
from berth_shell.entry import entry
from berth_shell.settings import Environment


class Request(Frozen):
    seen: Snapshot
    found: ModelSeen | None
    staged: Stage
    asked: Annotated[ReleaseApproval | None, BeforeValidator(lambda given: given or None)]
    said: Said


@entry(Request, Environment)
def handler(request: Request, _settings: Environment) -> Promote | AskFirst | Refuse:
    return decide_promotion(request.seen, request.found, request.staged, request.asked, request.said)
