"""The user's own tags on what Berth makes."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from berth_core.rejection import shown

# AWS allows 50 tags (botocore 1.43, sagemaker TagList); berth:stack and berth:deployment are two of them.
MOST_TAGS = 48
LONGEST_KEY, LONGEST_VALUE = 128, 256
_RESERVED = ("aws:", "berth:")
_SIGNS = "_.:/=+-@"


def _taggable(tags: dict[str, str]) -> dict[str, str]:
    for key, value in tags.items():
        fault = _fault(key, value)
        if fault:
            raise ValueError(f"has {shown(key)}: {shown(value)}, but {fault}")
    return tags


def _fault(key: str, value: str) -> str | None:
    if key.lower().startswith(_RESERVED):
        return "keys that begin with aws: or berth: are taken: choose another key"
    if not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
        return f"a key has 1 to {LONGEST_KEY} characters and a value at most {LONGEST_VALUE}"
    if not all(_is_allowed(sign) for sign in key + value):
        return f"AWS allows letters, digits, spaces and {' '.join(_SIGNS)} in tags"
    return None


def _is_allowed(sign: str) -> bool:
    return sign in _SIGNS or unicodedata.category(sign)[0] in "LNZ"


Tags = Annotated[dict[str, str], AfterValidator(_taggable), Field(max_length=MOST_TAGS)]
