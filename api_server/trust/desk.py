"""All of trust, put together for one API server."""

from dataclasses import dataclass

from api_server.execution_client import ExecutionClient
from api_server.once import Once
from api_server.settings import ApiSettings
from api_server.storage.opened import Storage
from api_server.trust.archive import Archive
from api_server.trust.child_runs import ChildRuns, RunLimits
from api_server.trust.exchange import Exchange
from api_server.trust.installation_key import load_key
from api_server.trust.provenance import Budget
from api_server.trust.reruns import Reruns


@dataclass(frozen=True)
class Trust:
    """What routes ask for."""

    archive: Archive
    child_runs: ChildRuns
    reruns: Reruns
    exchange: Exchange


def open_trust(settings: ApiSettings, storage: Storage, once: Once, executor: ExecutionClient) -> Trust:
    """The parts on this storage and this execution server. Makes the key when there is none."""
    budget = Budget.fitting(settings.provenance_timeout_seconds, settings.provenance_runs_at_once)
    limits = RunLimits(settings.execution_timeout_seconds, settings.max_execution_memory_mb)
    runs = ChildRuns(storage, once, executor, limits)
    return Trust(
        archive=Archive(storage, executor, budget),
        child_runs=runs,
        reruns=Reruns(runs),
        exchange=Exchange(runs, load_key(settings.qna_data_dir)),
    )
