"""Accelerators of the instance types that plans reserve: those of the EC2 types of the same name."""

PER_INSTANCE = {
    "ml.p4d.24xlarge": 8,
    "ml.p4de.24xlarge": 8,
    "ml.p5.4xlarge": 1,
    "ml.p5.48xlarge": 8,
    "ml.p5e.48xlarge": 8,
    "ml.p5en.48xlarge": 8,
    "ml.p6-b200.48xlarge": 8,
    "ml.p6-b300.48xlarge": 8,
    "ml.p6e-gb200.36xlarge": 4,
    "ml.trn1.32xlarge": 16,
    "ml.trn2.48xlarge": 16,
}


def accelerators_of(instance_type: str | None) -> int | None:
    """None for a type that isn't listed: nobody can count its accelerators here."""
    return PER_INSTANCE.get(instance_type or "")
