"""The version of the installed distribution."""

from importlib.metadata import version


def package_version() -> str:
    """The version in `pyproject.toml`, as installed."""
    return version("qna-ai")
