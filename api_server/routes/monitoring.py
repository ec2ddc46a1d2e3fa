"""What an operator sees of all users' questions: `GET /monitoring`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from api_server.monitoring.report import read_monitoring
from api_server.routes.dependencies import ThePipeline, TheStorage
from api_server.routes.developer_pages import ANSWERS, TheVisit
from api_server.storage.activity import ActivityStore
from schemas.monitoring import MonitoringResponse, Span
from schemas.wire import utc_now

router = APIRouter()

REFRESH_SECONDS = 60
SPANS = ((Span.HOUR, "Last hour"), (Span.DAY, "Last day"), (Span.WEEK, "Last week"))


class MonitoringQuery(BaseModel):
    """What to show. `refresh` is for browsers: whether the page shows itself anew."""

    span: Span = Span.DAY
    refresh: bool = True


@router.get("/monitoring", response_model=MonitoringResponse, responses=ANSWERS)
async def monitoring(
    storage: TheStorage, pipeline: ThePipeline, visit: TheVisit, query: Annotated[MonitoringQuery, Query()]
) -> MonitoringResponse | Response:
    """Figures of the last hour, day or week."""
    store, operator = ActivityStore(storage.database), visit.operator
    figures = await read_monitoring(store, pipeline.executor, operator.user_id, query.span, utc_now())
    if not visit.wants_html:
        return MonitoringResponse(data=figures)
    return visit.desk.show(
        "monitoring",
        "Monitoring",
        figures=figures,
        spans=SPANS,
        refreshes=query.refresh,
        refresh_seconds=REFRESH_SECONDS,
        address=write_address,
    )


def write_address(span: Span, refreshes: bool) -> str:
    """The page of another span, or of the same one as it is refreshed otherwise."""
    return f"/monitoring?span={span}" + ("" if refreshes else "&refresh=false")
