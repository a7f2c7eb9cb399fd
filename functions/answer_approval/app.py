"""A "CodePipeline Action Execution State Change" event of a manual approval -> {"delivered", "reason"}

{"pipelines": "all"} looks at all approvals instead, for whatever no event has told.
"""

from berth_aws.ledger import Ledger
from berth_aws.steps.answer_approval import Answered, answer_from_pipeline, answer_from_pipelines
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import Arns, LedgerSettings

ALL = {"pipelines": "all"}


class Settings(LedgerSettings):
    purchase_pipeline_arns: Arns


@entry(AnyEvent, Settings)
def handler(event: AnyEvent, settings: Settings) -> Answered:
    ledger = Ledger.named(settings.ledger_table)
    if event.root == ALL:
        return answer_from_pipelines(settings.purchase_pipeline_arns, ledger)
    return answer_from_pipeline(event.root, ledger)
