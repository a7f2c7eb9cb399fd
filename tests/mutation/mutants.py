"""Each small change that mutmut knows to make in a module of the decision core, as the source of one function."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.file_mutation import create_mutations, deep_replace

DECIDE = Path("layers/core/berth_core/decide")
CONTEXT = 24
"""Characters that a change is shown with on either side."""


@dataclass(frozen=True)
class Mutant:
    """One changed function. `lines` are those of the changed statement: a test that runs none of them can't notice."""

    module: str
    function: str
    lines: frozenset[int]
    was: str
    becomes: str
    source: str

    @property
    def place(self) -> str:
        return f"{self.module}.{self.function}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """In the order of the source."""
    module, mutations, *_ = create_mutations(str(path), path.read_text())
    metadata = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = metadata.resolve(PositionProvider)
    parents = metadata.resolve(ParentNodeProvider)
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if not isinstance(function, cst.FunctionDef) or _is_wording(mutation.original_node):
            continue
        bare = function.with_changes(decorators=())
        was, becomes = _shown(_code(mutation.original_node), _code(mutation.mutated_node))
        yield Mutant(
            module=path.stem,
            function=_qualified(function, parents),
            lines=_lines(mutation.original_node, function, positions, parents),
            was=was,
            becomes=becomes,
            source=_code(deep_replace(bare, mutation.original_node, mutation.mutated_node)),
        )


def _is_wording(node: cst.CSTNode) -> bool:
    """Letters of a sentence. What a sentence is filled with is changed like all else."""
    return isinstance(node, cst.SimpleString) and " " in str(node.evaluated_value)


def _code(node: Any) -> str:
    return str(cst.Module([]).code_for_node(node))


def _qualified(function: cst.FunctionDef, parents: Any) -> str:
    block = parents[function]
    owner = parents.get(block)
    return f"{owner.name.value}.{function.name.value}" if isinstance(owner, cst.ClassDef) else function.name.value


def _lines(node: cst.CSTNode, function: cst.FunctionDef, positions: Any, parents: Any) -> frozenset[int]:
    """Of a simple statement all, of a compound one its head, of a signature those of the whole function."""
    while not isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        node = parents[node]
    first = positions[node].start.line
    if node is function or isinstance(node, cst.SimpleStatementLine):
        return frozenset(range(first, positions[node].end.line + 1))
    body = node.cases[0] if isinstance(node, cst.Match) else node.body
    return frozenset(range(first, max(positions[body].start.line, first + 1)))


def _shown(was: str, becomes: str) -> tuple[str, str]:
    """Both on one line, cut down to where they differ."""
    one, other = " ".join(was.split()), " ".join(becomes.split())
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    left = 0 if same <= CONTEXT else one.rfind(" ", 0, same - CONTEXT) + 1
    tail = 0
    while tail < min(len(one), len(other)) - same and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    cut = max(tail - CONTEXT, 0)
    return _cut(one, left, cut), _cut(other, left, cut)


def _cut(text: str, left: int, right: int) -> str:
    return f"{'…' if left else ''}{text[left : len(text) - right]}{'…' if right else ''}"
