"""Size limits of the house, for `make check`: files, functions, names that say nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES_MAX = 400
TEST_FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
FORBIDDEN = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")


def tracked_files() -> list[Path]:
    """Files that git tracks, or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    return [path for line in listed.stdout.splitlines() if (path := Path(line)).is_file()]


def problems_of(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    text = path.read_text("utf-8", errors="replace")
    yield from (f"{path}: names {host}" for host in FORBIDDEN if host in text)
    if path.suffix not in (".py", ".js", ".css"):
        return
    lines = len(text.splitlines())
    limit = TEST_FILE_LINES_MAX if path.parts[0] == "tests" else FILE_LINES_MAX
    if lines > limit:
        yield f"{path}: {lines} lines, at most {limit}"
    if path.stem in EMPTY_NAMES:
        yield f"{path}: the name says nothing"
    if path.suffix == ".py":
        yield from long_functions(path, ast.parse(text))


def long_functions(path: Path, tree: ast.Module) -> Iterator[str]:
    """Functions over the limit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES_MAX}"


def main() -> None:
    """Print every problem; exit 1 when there is one."""
    found = [problem for path in tracked_files() for problem in problems_of(path)]
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
