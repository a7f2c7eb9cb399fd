"""A SAM template as plain data, with CloudFormation's short forms (!Ref) in their long ones.

SAM's own parsers teach the process's shared YAML loader these forms, and all other YAML with it. This one keeps them to
itself.
"""

from __future__ import annotations

from typing import Any

import yaml
from samtranslator.yaml_helper import intrinsics_multi_constructor

# libyaml's parser where there is one: Python's own takes most of a second for a template.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TemplateLoader(_Loader):  # type: ignore[misc]  # one of two classes
    """The safe loader, and CloudFormation's tags."""


_TemplateLoader.add_multi_constructor("!", intrinsics_multi_constructor)


def parsed(text: str) -> dict[str, Any]:
    """Raises yaml.YAMLError for what is not YAML."""
    # A subclass of the safe loader: it makes nothing but plain data.
    document: dict[str, Any] = yaml.load(text, Loader=_TemplateLoader)
    return document
