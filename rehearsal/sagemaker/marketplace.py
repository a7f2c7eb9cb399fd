"""Searching, buying and extending training plans. Every purchase is on the timeline with its price."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from rehearsal import call_counts
from rehearsal.sagemaker.found_offerings import FoundOfferings
from rehearsal.sagemaker.offerings import (
    Offering,
    as_extension_offering,
    as_plan_offering,
    generated,
    generated_extension,
    matches,
)
from rehearsal.sagemaker.on_sale import OnSale, offering_of
from rehearsal.sagemaker.plan_views import fee
from rehearsal.sagemaker.plans import Extension, Plan, extension_status
from rehearsal.sagemaker.refusals import ApiError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin

_SHOWN_AT_MOST = 3
_EXTENSION_LATEST = timedelta(hours=1)
_EXTENSION_EARLIEST = timedelta(days=56)


class Marketplace:
    """Offerings on sale by id, in the order in which they came, and what was bought."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._on_sale: dict[str, Offering] = {}
        self._generated: dict[str, Offering] = {}
        self._found = FoundOfferings(twin)
        self._serials = count(1)

    def put_on_sale(self, on_sale: OnSale) -> str:
        """Raises ValueError, naming the field, for an extension that doesn't fit its plan."""
        if on_sale.extends is not None:
            self._check_extension(on_sale)
        offering = offering_of(on_sale, next(self._serials), f"{self._twin.arns.region}a")
        self._on_sale[offering.offering_id] = offering
        self._twin.cloud.touched()
        return offering.offering_id

    def withdraw(self, offering_id: str) -> None:
        """Raises KeyError if it isn't on sale."""
        del self._on_sale[offering_id]
        self._twin.cloud.touched()

    def _check_extension(self, on_sale: OnSale) -> None:
        plan = self._twin.plans.get(on_sale.extends or "")
        if plan is None:
            known = ", ".join(each.name for each in self._twin.plans.all()) or "none: buy one first"
            raise ValueError(f"extends: {on_sale.extends!r} is not a bought plan; bought plans: {known}")
        if len(on_sale.blocks) != 1:
            raise ValueError(
                f"blocks: {len(on_sale.blocks)} given, but an extension is one block; sell them one by one"
            )
        if on_sale.blocks[0].start != plan.end:
            raise ValueError(
                f"blocks: the extension starts at {on_sale.blocks[0].start.isoformat()}; "
                f"let it start where plan {plan.name} ends, at {plan.end.isoformat()}"
            )
        if (on_sale.instance_type, on_sale.instance_count) != (plan.instance_type, plan.instance_count):
            raise ValueError(
                f"instance_count: an extension can't resize plan {plan.name}; "
                f"offer {plan.instance_count} x {plan.instance_type}"
            )

    # Operations

    def search(self, request: dict[str, Any]) -> dict[str, Any]:
        if "TrainingPlanArn" in request:
            return self._search_extensions(request)
        now = self._twin.now
        found = [o for o in self._on_sale.values() if o.extends is None and matches(o, request, now)]
        if not found and self._twin.cloud.settings.generated_offerings:
            found = generated(request, now, f"{self._twin.arns.region}a")
            self._generated.update({each.offering_id: each for each in found})
        best_first = sorted(found, key=lambda offering: (len(offering.blocks), offering.start))[:_SHOWN_AT_MOST]
        shown = [self._found.shown(offering) for offering in best_first]
        return {"TrainingPlanOfferings": [as_plan_offering(offering, request) for offering in shown]}

    def _search_extensions(self, request: dict[str, Any]) -> dict[str, Any]:
        plan = self._twin.plans.by_arn(request["TrainingPlanArn"])
        if plan is None:
            raise NotFoundError(f"Training plan {request['TrainingPlanArn']} not found.")
        found = self._extensions_of(plan, request.get("DurationHours")) if self._extendable(plan) else []
        return {
            "TrainingPlanOfferings": [],
            "TrainingPlanExtensionOfferings": [
                as_extension_offering(self._found.shown(offering)) for offering in found[:_SHOWN_AT_MOST]
            ],
        }

    def _extensions_of(self, plan: Plan, hours: int | None) -> list[Offering]:
        on_sale = [
            offering
            for offering in self._on_sale.values()
            if offering.extends == plan.name and offering.start == plan.end and hours in (None, offering.hours)
        ]
        if on_sale or not self._twin.cloud.settings.generated_offerings:
            return on_sale
        offering = generated_extension(plan, hours or 24)
        self._generated[offering.offering_id] = offering
        return [offering]

    def _moves_at_once(self) -> bool:
        return self._twin.cloud.settings.extension_moves_end == "at_purchase"

    def _extendable(self, plan: Plan) -> bool:
        return plan.target != "endpoint" or self._twin.cloud.settings.extendable_endpoint_plans

    def create_plan(self, request: dict[str, Any]) -> dict[str, Any]:
        name: str = request["TrainingPlanName"]
        offering = self._offering(request["TrainingPlanOfferingId"], extension=False)
        key = self._free_key(name)
        plan = Plan(
            name=key,
            shown_name=name,
            arn=self._twin.arns.training_plan(key),
            offering_id=offering.offering_id,
            instance_type=offering.instance_type,
            instance_count=offering.instance_count,
            target=offering.target,
            upfront_fee=offering.upfront_fee,
            bought_at=self._twin.now,
            blocks=offering.blocks,
            payment_fails=offering.payment_fails,
        )
        self._record_purchase(f"training-plan/{key}", "bought", offering)
        self._twin.plans.add(plan)
        self._twin.tags.put(plan.arn, request.get("Tags", []))
        return {"TrainingPlanArn": plan.arn}

    def _free_key(self, name: str) -> str:
        """The plan's name; with Settings.duplicate_plan_name "accepted", a numbered one for the second of a name."""
        if self._twin.plans.get(name) is None:
            return name
        if self._twin.cloud.settings.duplicate_plan_name == "refused":
            raise ApiError("ResourceInUse", f"Training plan {name} already exists.")
        return next(key for n in count(2) if self._twin.plans.get(key := f"{name}-{n}") is None)

    def extend_plan(self, request: dict[str, Any]) -> dict[str, Any]:
        """No idempotency token: asked again once the first is paid, it buys and bills the same length again."""
        offering = self._offering(request["TrainingPlanExtensionOfferingId"], extension=True)
        plan = self._twin.plans.get(offering.extends or "")
        if plan is None:
            raise NotFoundError(f"Training plan {offering.extends} not found.")
        self._check_can_extend(plan)
        extension = Extension(
            offering_id=offering.offering_id,
            start=plan.end,
            end=plan.end + (offering.end - offering.start),
            hours=offering.hours,
            upfront_fee=offering.upfront_fee,
            zone=offering.blocks[0].zone,
            bought_at=self._twin.now,
            payment_fails=offering.payment_fails,
        )
        self._record_purchase(f"training-plan/{plan.name}", "extended with", offering)
        self._twin.plans.add_extension(plan, extension, at_once=self._moves_at_once())
        extended = self._twin.plans.get(plan.name) or plan
        return {"TrainingPlanExtensions": [self._twin.plans.views.extension(each) for each in extended.extensions]}

    def _offering(self, offering_id: str, *, extension: bool) -> Offering:
        known = self._found.bought_as(offering_id)
        offering = self._on_sale.get(known) or self._generated.get(known)
        if offering is None or (offering.extends is not None) != extension or offering.end <= self._twin.now:
            raise NotFoundError(f"Training plan {'extension ' if extension else ''}offering {offering_id} not found.")
        return offering

    def _check_can_extend(self, plan: Plan) -> None:
        """The documented preconditions (aws-facts 1.5); their texts are assumptions."""
        if not self._extendable(plan):
            raise InvalidRequestError(f"Training plan {plan.name} with target {plan.target} cannot be extended.")
        status = self._twin.plans.status(plan)
        if status not in ("Active", "Scheduled"):
            raise InvalidRequestError(f"Training plan {plan.name} cannot be extended while its status is {status}.")
        if not _EXTENSION_LATEST <= plan.end - self._twin.now <= _EXTENSION_EARLIEST:
            raise InvalidRequestError(
                f"Training plan {plan.name} can be extended between 56 days and 1 hour before it ends, "
                f"{plan.end.isoformat()}."
            )
        records = [extension_status(each, self._twin.now, self._twin.timings) for each in plan.extensions]
        if any(payment == "Pending" for _, payment in records):
            raise InvalidRequestError(f"Training plan {plan.name} has an extension whose payment is pending.")

    def _record_purchase(self, subject: str, verb: str, offering: Offering) -> None:
        blocks = "1 block" if len(offering.blocks) == 1 else f"{len(offering.blocks)} blocks"
        price = fee(offering.upfront_fee)
        text = (
            f"{verb} offering {offering.offering_id}: {offering.instance_count} x {offering.instance_type}, "
            f"{offering.hours} h in {blocks}, {price} USD"
        )
        by = "berth" if call_counts.made_by_service() else "person"
        self._twin.journal.record(
            "purchase", subject, text, upfront_fee_usd=price, offering=offering.offering_id, by=by
        )
