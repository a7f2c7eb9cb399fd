"""Money in a manifest: decimal, in whole cents, and always a ceiling."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

CapUsd = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
"""A ceiling in USD. Decimal from the text on: a float would lose cents."""

Approval = Literal["required", "none"]
APPROVAL = "required: a person says yes to the exact offer and price. none: the price cap is the yes."
