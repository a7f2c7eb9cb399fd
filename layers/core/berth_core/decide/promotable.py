"""Whether bringing a model to production would do what its release was begun for."""

from datetime import datetime

from berth_core.decisions import Refuse
from berth_core.facts import EndpointSeen, Registration, Snapshot
from berth_core.manifest import Staging
from berth_core.naming import short_hash
from berth_core.releases import BegunOn, ModelSeen, Stage

UNTRIED = {"keep", "approval"}
"""Of the manifest's staging: what doesn't bear on what is checked, nor where."""


def same_name(seen: Snapshot, model: ModelSeen) -> Refuse | None:
    """A config's name follows from the model's name alone: to the same name endpoint_rotate finds nothing to do."""
    live = seen.endpoint
    if live is None or live.config is None or live.config.model != model.name or _is_on_it(live, model.created_at):
        return None
    return Refuse(
        code="SameName",
        reason=f"production serves a model {model.name} already, and not for certain the one that was created at "
        f"{model.created_at:%Y-%m-%d %H:%M} UTC: under the same name nothing would be rotated, and the old container "
        "would go on serving. To release this one, create the model under another name and release that",
    )


def _is_on_it(live: EndpointSeen, created_at: datetime) -> bool:
    """Its config and its last change are no older than the model. A time that nobody knows proves nothing."""
    made_at = live.config.created_at if live.config else None
    return made_at is not None and live.changed_at is not None and min(made_at, live.changed_at) >= created_at


def begun_on(deployment: Registration) -> BegunOn:
    """What a release that begins now is begun on."""
    staging = deployment.manifest.staging or Staging()
    tried = staging.model_dump(mode="json", exclude=UNTRIED)
    return BegunOn(version=deployment.version, production=_wish(deployment), staging=short_hash(tried))


def overtaken(seen: Snapshot, staged: Stage) -> Refuse | None:
    """The yes was to one model in place of another, after the checks of its day. Days may have passed since."""
    then, now, model = staged.begun_on, begun_on(seen.deployment), staged.spec.model
    if then is None:
        return Refuse(code="Overtaken", reason=f"{model} was released before Berth was updated: release it again")
    if now.production not in (then.production, model):
        who = "another release, or somebody by hand, asked for it"
        why = who if now.version == then.version else "the manifest was changed"
        return Refuse(
            code="Overtaken",
            reason=f"{model} was to take the place of {then.production}, and production is to serve {now.production} "
            f"by now ({why}). To have {model} in place of that, release it again",
        )
    if now.staging != then.staging:
        text = f"the manifest's staging was changed since {model} was checked: release it again, to have it checked so"
        return Refuse(code="StagingChanged", reason=text)
    return None


def _wish(deployment: Registration) -> str | None:
    """The model that production is to serve, whoever's turn it is in an evaluation: turns pass by themselves."""
    asked = deployment.override
    by_hand = asked.model if asked is not None and not asked.in_turn else None
    return by_hand or deployment.manifest.model
