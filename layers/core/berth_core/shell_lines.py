"""Commands that a person is to paste into a shell."""

import json
from collections.abc import Mapping


def task_success(token: str, answer: Mapping[str, str]) -> str:
    """The line that answers a waiting task, signed with the name of whoever runs it.

    Nothing in the answer can end its quotes and become a command: a quote is written as JSON's escape.
    """
    payload = json.dumps(dict(answer)).replace("'", "\\u0027").removesuffix("}")
    signed = f'{payload}, "who": "\'"$(whoami)"\'"}}'
    return f"aws stepfunctions send-task-success --task-token '{token}' --task-output '{signed}'"
