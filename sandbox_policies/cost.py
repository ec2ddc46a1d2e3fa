"""A rough forecast of a script's running time, from its shape alone."""

import ast
from dataclasses import dataclass

from schemas.validation import ToolUse

BASE_MS = 5
TOOL_CALL_MS = 25
LOOP_FACTOR = 10
"""A loop around a tool call is assumed to run this often: ten symbols are a usual list."""
LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Cost:
    """Milliseconds, and what makes the forecast doubtful."""

    runtime_ms: int
    warnings: list[str]


def estimate_cost(tree: ast.Module, uses: list[ToolUse]) -> Cost:
    """Tool calls weigh most, those inside loops more; loops nested three deep count as long."""
    lines_in_loops = {
        line
        for node in ast.walk(tree)
        if isinstance(node, LOOPS)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    calls_ms = sum(TOOL_CALL_MS * (LOOP_FACTOR if use.line in lines_in_loops else 1) for use in uses)
    depth = _loop_depth(tree)
    warnings = []
    if depth >= 3:
        warnings.append(f"Long-running operation detected: loops nested {depth} deep")
    warnings += [
        f"Long-running operation detected: the loop at line {node.lineno} has no end"
        for node in ast.walk(tree)
        if isinstance(node, ast.While) and _is_endless(node)
    ]
    return Cost(runtime_ms=BASE_MS + calls_ms + 10 ** min(depth, 4) - 1, warnings=warnings)


def _loop_depth(tree: ast.Module) -> int:
    """Deepest nesting of loops, found without recursion: the tree may be very deep."""
    deepest = 0
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        inside = depth + isinstance(node, LOOPS)
        deepest = max(deepest, inside)
        pending.extend((child, inside) for child in ast.iter_child_nodes(node))
    return deepest


def _is_endless(loop: ast.While) -> bool:
    is_true = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    leaves = any(isinstance(node, ast.Break | ast.Return | ast.Raise) for node in ast.walk(loop))
    return is_true and not leaves
