"""What routes ask for by type."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from api_server.access.caller import LOCAL_CALLER, Caller
from api_server.errors import TooManyRequests
from api_server.live import Live
from api_server.pipeline import Pipeline
from api_server.storage.audit import Origin
from api_server.storage.opened import Storage
from api_server.trust.desk import Trust
from api_server.vectors.index import VectorIndex


def get_pipeline(request: Request) -> Pipeline:
    """The pipeline of this app."""
    pipeline: Pipeline = request.app.state.pipeline
    return pipeline


ThePipeline = Annotated[Pipeline, Depends(get_pipeline)]


def get_storage(request: HTTPConnection) -> Storage:
    """Everything that this app keeps."""
    storage: Storage = request.app.state.storage
    return storage


TheStorage = Annotated[Storage, Depends(get_storage)]


def get_vectors(request: Request) -> VectorIndex:
    """The index of this app."""
    index: VectorIndex = request.app.state.vectors
    return index


TheVectors = Annotated[VectorIndex, Depends(get_vectors)]


def get_caller() -> Caller:
    """Whoever sent this request."""
    return LOCAL_CALLER


TheCaller = Annotated[Caller, Depends(get_caller)]


def get_live(connection: HTTPConnection) -> Live:
    """What this app shares with other API servers."""
    live: Live = connection.app.state.live
    return live


TheLive = Annotated[Live, Depends(get_live)]


def limited(endpoint: str) -> Any:
    """For routes that cost something: raises `TooManyRequests` when the caller asks too much."""

    async def demand(caller: TheCaller, live: TheLive) -> None:
        try:
            await live.rate_limits.demand(caller.user_id, endpoint)
        except TooManyRequests:
            live.metrics.count_limited(endpoint)
            raise

    return Depends(demand)


def read_origin(request: Request) -> Origin:
    """Where a request comes from, for the audit log."""
    host = request.client.host if request.client else ""
    return Origin(host, request.headers.get("user-agent", "")[:200])


TheOrigin = Annotated[Origin, Depends(read_origin)]


def get_trust(request: Request) -> Trust:
    """Replays, re-runs, comparisons and sources of this app."""
    trust: Trust = request.app.state.trust
    return trust


TheTrust = Annotated[Trust, Depends(get_trust)]
