"""Arguments that several tools take."""

from typing import Annotated

from pydantic import Field

PeriodsPerYear = Annotated[
    int, Field(ge=1, le=200_000, description="Returns in a year: 252 for daily, 52 weekly, 12 monthly.")
]
