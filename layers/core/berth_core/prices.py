"""What on-demand instances cost: the table by which spending is kept under its cap.

USD per hour and instance. Where SageMaker's own list price was found, the figure is SageMaker's, as published for
us-west-2 or us-east-1 (the two agree wherever both were found). For a few large types only EC2's list price (us-east-1)
was found; SageMaker asks more than EC2, and a cap counted at EC2's price would be overrun, so those are raised by the
ratio seen on the two p types for which both are known. No figure was read from AWS directly, prices change, and other
Regions cost more: set the stack parameter OnDemandPrices to what your Region and contract say. It adds to this table
and goes before it.
"""

from decimal import ROUND_CEILING, Decimal, InvalidOperation
from types import MappingProxyType

from berth_core.errors import RefusedError

# ml.p4d and ml.p5 both cost 1.15 times EC2's price (25.251286 / 21.957642 and 63.296 / 55.04).
_SAGEMAKER_OVER_EC2 = Decimal("1.15")

_SAGEMAKER = {
    # AWS Price List API, AmazonSageMaker, us-west-2, effective 2026-09-01, as quoted in a public workshop's
    # INSTANCE_RATES ("AV 3.0 Blueprint Lab", read 2026-11): p4d, p5, g6.xlarge to g6.48xlarge.
    "ml.p4d.24xlarge": "25.251286",
    "ml.p5.48xlarge": "63.296",
    "ml.g6.xlarge": "1.127",
    "ml.g6.2xlarge": "1.222",
    "ml.g6.4xlarge": "1.654",
    "ml.g6.12xlarge": "5.752",
    "ml.g6.24xlarge": "8.344",
    "ml.g6.48xlarge": "16.688",
    # AWS Machine Learning Blog, "Use Serverless Inference to reduce testing costs in your MLOps pipelines", us-east-2:
    # about 166 USD a month of 30 days. For staging, which a small instance is enough for.
    "ml.m5.xlarge": "0.23",
    # AWS Price List API, AmazonSageMaker Training and Batch Transform (the higher of the two), us-west-2, as quoted in
    # a public fine-tuning service's rate table (read 2026-11). g5.2xlarge, g5.12xlarge, g6e.2xlarge and g6e.12xlarge
    # agree with us-east-1 of 2026-08, where Training and Hosting are said to cost the same.
    "ml.g5.xlarge": "1.408",
    "ml.g5.2xlarge": "1.515",
    "ml.g5.4xlarge": "2.03",
    "ml.g5.8xlarge": "3.06",
    "ml.g5.12xlarge": "7.09",
    "ml.g5.16xlarge": "5.12",
    "ml.g5.24xlarge": "10.18",
    "ml.g5.48xlarge": "20.36",
    "ml.g6.8xlarge": "2.518",
    "ml.g6e.xlarge": "2.61",
    "ml.g6e.2xlarge": "2.80",
    "ml.g6e.4xlarge": "3.76",
    "ml.g6e.8xlarge": "5.6607",
    "ml.g6e.12xlarge": "13.12",
    "ml.g6e.24xlarge": "18.8319875",
    "ml.g6e.48xlarge": "37.663975",
    # github.com/aws-samples/foundation-model-benchmarking-tool, src/fmbench/configs/pricing.yml, commit 00ef155d
    # (2025; EC2's prices of these types, quoted beside them, were still the same on 2026-02-09).
    "ml.g6.16xlarge": "4.246",
    "ml.inf2.xlarge": "0.99",
    "ml.inf2.8xlarge": "2.36",
    "ml.inf2.24xlarge": "7.79",
    "ml.inf2.48xlarge": "15.58",
    "ml.trn1.32xlarge": "28.497",
}

_EC2 = {
    # github.com/aws/karpenter-provider-aws, pkg/providers/pricing/zz_generated.pricing_aws.go, commit 031e72b6:
    # EC2 price list for us-east-1, generated 2026-01-19. (The same file has p5.48xlarge at 55.04, as 2026-11-09 does.)
    "ml.p4de.24xlarge": "27.44705",
    "ml.p5.4xlarge": "6.88",
    "ml.p5en.48xlarge": "63.296",
    "ml.p6-b200.48xlarge": "113.9328",
}

USD_PER_HOUR = MappingProxyType(
    {name: Decimal(price) for name, price in _SAGEMAKER.items()}
    | {name: Decimal(price) * _SAGEMAKER_OVER_EC2 for name, price in _EC2.items()}
)
"""The prices known without any setting, by SageMaker instance type."""


def prices_with(overrides: str) -> dict[str, Decimal]:
    """All prices in USD per hour: this table, with the stack parameter OnDemandPrices laid over it.

    `overrides` is that parameter's text, such as "ml.p5.48xlarge=55.04,ml.x=1"; it may be empty. RefusedError names
    every entry that can't be read.
    """
    prices: dict[str, Decimal] = {}
    faults: list[str] = []
    for entry in filter(None, (part.strip() for part in overrides.split(","))):
        name, _, text = (part.strip() for part in entry.partition("="))
        price = _price(text)
        if not name.startswith("ml.") or price is None:
            faults.append(f"{entry!r} is not a price")
        elif name in prices:
            faults.append(f"{name} has two prices")
        else:
            prices[name] = price
    if faults:
        raise RefusedError(
            f"OnDemandPrices can't be read: {'; '.join(faults)}. "
            "Write instance types with USD per hour above 0, such as ml.p5.48xlarge=55.04,ml.p4d.24xlarge=21.96"
        )
    return {**USD_PER_HOUR, **prices}


def cost_usd(hours: Decimal, count: int, price: Decimal) -> Decimal:
    """What `count` instances cost for that long at `price` USD per hour, rounded up to the next cent."""
    return (hours * count * price).quantize(Decimal("0.01"), rounding=ROUND_CEILING)


def _price(text: str) -> Decimal | None:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return None
    return price if price.is_finite() and 0 < price < 1_000_000 else None
