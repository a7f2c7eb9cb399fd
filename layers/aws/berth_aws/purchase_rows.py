"""Purchases and the money of each month: every write takes the place of the very state that it was made from."""

from berth_aws.attributes import Item
from berth_aws.table import Table, iso, without_keys
from berth_core.errors import BusyError
from berth_core.purchases import Month, Purchase

PURCHASES = "purchases"
SPENDING = "spending"
TRIES = 5


class Purchases:
    """The last request for each order, under the order's key; ended ones are kept beside it for good."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, key: str) -> Purchase | None:
        row = self._table.get(PURCHASES, key)
        return _purchase(row) if row else None

    def all(self) -> tuple[Purchase, ...]:
        """The last request of every order, by key."""
        return tuple(_purchase(row) for row in self._table.query(PURCHASES))

    def write(self, purchase: Purchase) -> bool:
        """False, and nothing done, unless `purchase` follows right on the state that the ledger holds."""
        written = self._table.put(
            PURCHASES,
            purchase.order.key,
            purchase.model_dump(mode="json"),
            "attribute_not_exists(#pk)" if purchase.revision == 1 else "#revision = :before",
            **({} if purchase.revision == 1 else {"before": purchase.revision - 1}),
        )
        return written.done or _is_own_earlier_write(written.found, purchase)

    def keep(self, purchase: Purchase) -> None:
        """An ended request, for whoever asks who said yes to what. Idempotent."""
        sk = f"{iso(purchase.begun_at)}#{purchase.request_id}"
        self._table.put(f"{PURCHASES}#{purchase.order.key}", sk, purchase.model_dump(mode="json"))

    def kept(self, key: str) -> tuple[Purchase, ...]:
        """All requests for one order that have ended, oldest first."""
        return tuple(_purchase(row) for row in self._table.query(f"{PURCHASES}#{key}"))


class Spending:
    """What each calendar month has cost so far, or may cost."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, month: str) -> Month:
        row = self._table.get(SPENDING, month)
        return Month.model_validate(without_keys(row)) if row else Month(month=month)

    def write(self, month: Month) -> bool:
        """False, and nothing done, if somebody else has written since it was read."""
        following = month.model_copy(update={"revision": month.revision + 1})
        return self._table.put(
            SPENDING,
            month.month,
            following.model_dump(mode="json"),
            "#revision = :before" if month.revision else "attribute_not_exists(#pk)",
            **({"before": month.revision} if month.revision else {}),
        ).done

    def give_back(self, month: str, request_id: str) -> None:
        """What was set aside and not spent. Nothing if nothing was. BusyError if others keep writing."""
        for _ in range(TRIES):
            found = self.of(month)
            if request_id not in found.usd or self.write(found.without(request_id)):
                return
        raise BusyError(f"the spending of {month} is being written by others")


def _purchase(row: Item) -> Purchase:
    return Purchase.model_validate(without_keys(row))


def _is_own_earlier_write(found: Item | None, purchase: Purchase) -> bool:
    """A write whose answer was lost and that the SDK repeated finds itself."""
    return found is not None and _purchase(found) == purchase
