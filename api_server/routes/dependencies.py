"""What routes ask for by type."""

from typing import Annotated

from fastapi import Depends, Request

from api_server.access.caller import LOCAL_CALLER, Caller
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


def get_storage(request: Request) -> Storage:
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
