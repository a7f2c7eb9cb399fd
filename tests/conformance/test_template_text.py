"""Reading a template leaves the process's YAML as it was."""

import pytest
import yaml

from rehearsal.deployment import template_text


def test_short_forms_are_read_into_long_ones() -> None:
    assert template_text.parsed("a: !Ref B\nc: !GetAtt D.Arn") == {"a": {"Ref": "B"}, "c": {"Fn::GetAtt": ["D", "Arn"]}}


def test_everybody_elses_yaml_stays_as_it_was() -> None:
    template_text.parsed("a: !Ref B")
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load("a: !Ref B")
    assert type(yaml.safe_load("a: {b: 1}")["a"]) is dict
