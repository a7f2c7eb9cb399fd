"""The environment as settings."""

import pytest
from pydantic import ValidationError

from berth_shell.settings import LedgerSettings, Minutes, SettingsError, StackSettings


class Everything(StackSettings):
    observe_only: bool
    lead_minutes: Minutes


GIVEN = {
    "BERTH_STACK": "berth",
    "BERTH_LEDGER_TABLE": "berth-ledger",
    "BERTH_OBSERVE_ONLY": "false",
    "BERTH_LEAD_MINUTES": "1440, 360,60",
}


def test_each_field_is_read_from_its_variable() -> None:
    settings = Everything.read(GIVEN)
    assert settings.stack == "berth"
    assert settings.ledger_table == "berth-ledger"
    assert settings.observe_only is False
    assert settings.lead_minutes == (1440, 360, 60)


def test_every_missing_variable_is_named_with_the_way_out() -> None:
    with pytest.raises(SettingsError, match=r"BERTH_LEDGER_TABLE is not set; BERTH_STACK is not set.* deploy it again"):
        StackSettings.read({})


@pytest.mark.parametrize(("variable", "text"), [("BERTH_OBSERVE_ONLY", "perhaps"), ("BERTH_LEAD_MINUTES", "60,soon")])
def test_a_value_that_cannot_be_read_is_named(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Everything.read({**GIVEN, variable: text})


def test_other_variables_are_left_alone() -> None:
    assert LedgerSettings.read({**GIVEN, "AWS_REGION": "us-east-1"}).model_dump() == {"ledger_table": "berth-ledger"}


def test_the_functions_own_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERTH_LEDGER_TABLE", "from-the-environment")
    assert LedgerSettings.read().ledger_table == "from-the-environment"


def test_settings_cannot_be_changed() -> None:
    settings = LedgerSettings.read(GIVEN)
    with pytest.raises(ValidationError, match="frozen"):
        settings.ledger_table = "other"  # type: ignore[misc]
