"""Manifests for tests: the contract's example, word for word, and a small one to spoil."""

from pathlib import Path
from textwrap import dedent

REPOSITORY = Path(__file__).parents[1]

EXAMPLE_WITH_MODEL = """\
version: 1
name: llama-eval                       # also the endpoint name; lower case
reservation:
  plans: [p5-for-eval, p5-second]      # by name, in order: the second is the next home when the first ends
  instance_type: ml.p5.48xlarge
  instance_count: 1
  priority: 10                         # who goes first when a plan is too small for all; then by name
  purchase: {instance_count: 1, hours: 168, not_before: 2026-12-01, not_after: 2026-12-20, max_price_usd: "9000.00",
    max_blocks: 1, approval: required}
model: my-model                        # a SageMaker model on the variant ...
execution_role_arn: arn:aws:iam::111122223333:role/inference
rollout:
  strategy: auto                       # auto | all_at_once | canary | linear | rolling | recreate | hop
  bake_minutes: 5
  alarms: [llama-eval-5xx]
  allow_downtime: false                # recreate needs true
end_of_window:
  ladder: [extend, next_plan, on_demand, scale_to_zero, delete]
  finish_before_minutes: 60            # everything is done this long before EndTime
  extend: {days: 1, max_price_usd: "2500.00", approval: required}
  on_demand: {instance_types: [ml.p5.48xlarge, ml.p4d.24xlarge], instance_count: 1, max_hours: 24, max_usd: "2400.00"}
  between_blocks: scale_to_zero        # what to do in the gap of a plan with several blocks
  return_to_reserved: true             # come home when capacity is back
scaling:
  target_concurrency: 5
  idle: {minutes: 15, copies: 0}       # park when nobody calls
  wake: true                           # first refused call brings one copy back
  schedule:
    - {cron: "0 18 ? * FRI *", timezone: Europe/Berlin, copies: 0}
    - {cron: "0 7 ? * MON *", timezone: Europe/Berlin, copies: 2, ready_by: true}   # ready_by: start early enough
  method: copies                       # copies | delete_and_recreate
evaluate:                              # optional: several models share the window, one after the other
  - {model: ft-a, hours: 48}
  - {model: ft-b, hours: 48}
staging: {memory_mb: 4096, max_concurrency: 20,
  checks: [{body: '{"inputs": "hi"}', content_type: application/json, max_latency_ms: 60000}]}
smoke_test: {body: '{"inputs": "hi"}', content_type: application/json}
hold_until: 2026-12-01T08:00:00Z       # hands off until then
on_drift: restore                      # restore | accept | hold
on_remove: keep                        # keep | delete
tags: {team: nlp}
"""

EXAMPLE_WITH_COMPONENTS = EXAMPLE_WITH_MODEL.replace(
    "model: my-model                        # a SageMaker model on the variant ...\n",
    "components:                            # ... or inference components on the endpoint\n"
    "  - {name: llama-8b, model: my-model, copies: 2, min_copies: 0, max_copies: 4, accelerators: 1,\n"
    "     memory_mb: 1024}\n",
)

SMALL = dedent("""\
    version: 1
    name: llama-eval
    reservation:
      plans: [p5-for-eval]
      instance_type: ml.p5.48xlarge
    model: my-model
    """)


def small_with(*more: str) -> str:
    """The small manifest and more top-level lines; a line for a key that it has already replaces that one."""
    text = SMALL
    for block in more:
        key = block.partition(":")[0]
        kept = [line for line in text.splitlines() if not line.startswith(f"{key}:")]
        if key == "reservation":
            kept = [line for line in kept if not line.startswith("  ")]
        text = "\n".join([*kept, block, ""])
    return text
