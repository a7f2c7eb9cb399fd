"""Purchases and the money of each month, in memory. They pass the same tests as those in DynamoDB."""

from collections import defaultdict
from datetime import datetime

from berth_aws.purchase_rows import Purchases, Spending
from berth_core.purchases import Month, Purchase


class FakePurchases(Purchases):
    def __init__(self) -> None:
        self._purchases: dict[str, Purchase] = {}
        self._kept: dict[str, dict[tuple[datetime, str], Purchase]] = defaultdict(dict)

    def get(self, key: str) -> Purchase | None:
        return self._purchases.get(key)

    def all(self) -> tuple[Purchase, ...]:
        return tuple(purchase for _, purchase in sorted(self._purchases.items()))

    def write(self, purchase: Purchase) -> bool:
        there = self._purchases.get(purchase.order.key)
        if there == purchase:
            return True
        if (there.revision if there else 0) != purchase.revision - 1:
            return False
        self._purchases[purchase.order.key] = purchase
        return True

    def keep(self, purchase: Purchase) -> None:
        self._kept[purchase.order.key][(purchase.begun_at, purchase.request_id)] = purchase

    def kept(self, key: str) -> tuple[Purchase, ...]:
        return tuple(purchase for _, purchase in sorted(self._kept[key].items()))


class FakeSpending(Spending):
    def __init__(self) -> None:
        self._months: dict[str, Month] = {}

    def of(self, month: str) -> Month:
        return self._months.get(month, Month(month=month))

    def write(self, month: Month) -> bool:
        there = self._months.get(month.month)
        if (there.revision if there else 0) != month.revision:
            return False
        self._months[month.month] = month.model_copy(update={"revision": month.revision + 1})
        return True
