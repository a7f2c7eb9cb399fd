"""What is wrong with a manifest: everything at once, each with its place and the way out."""

from pydantic import BaseModel

from berth_core.model import Frozen

LONGEST_VALUE = 80


class Problem(Frozen):
    """One thing that is wrong. `path` is empty and `value` absent where it is about the whole text."""

    path: str
    line: int
    value: str | None = None
    message: str

    def as_text(self) -> str:
        """One line."""
        parts = (self.path or "the manifest", self.value, self.message)
        return f"line {self.line}: {' '.join(part for part in parts if part)}"


class Rejection(Frozen):
    """A manifest that was not taken. The last valid one, if there is one, stays in force."""

    object_name: str
    problems: tuple[Problem, ...]

    def as_text(self) -> str:
        """One problem per line, in the order of the text."""
        return "\n".join(problem.as_text() for problem in self.problems)


def shown(value: object) -> str | None:
    """A value as it is shown to a person: on one line, with its quotes, cut if long. Nothing for a list or a block."""
    if value is None or isinstance(value, dict | list | tuple | BaseModel):
        return None
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
