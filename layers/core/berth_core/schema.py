"""The manifest's JSON Schema, for editors and other tools.

`python -m berth_core.schema` writes it to stdout; docs/manifest.schema.json keeps it.
"""

import json
import sys

from berth_core.manifest import Manifest


def manifest_schema() -> str:
    """The schema as text, in a fixed order, with a line end."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Manifest.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(manifest_schema())
