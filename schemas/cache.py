"""What `DELETE /cache` did."""

from typing import Literal

from schemas.wire import Wire


class Forgotten(Wire):
    """How many values of each kind were dropped."""

    success: Literal[True] = True
    forgotten: dict[str, int]
