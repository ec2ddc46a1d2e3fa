"""One script in the very same jail, without a web server: what `qna exec` runs."""

from executor.engine import Engine
from executor.runner import OnEvent
from executor.settings import ExecutorSettings
from schemas.execution import ExecuteRequest, ExecutionReport


async def run_script(
    request: ExecuteRequest, settings: ExecutorSettings, on_event: OnEvent | None = None
) -> ExecutionReport:
    """Start the jail, run one script, stop the jail.

    Tools of MCP servers that do not answer are simply not there. Raises `JailUnavailable`.
    """
    engine = Engine(settings)
    await engine.start()
    try:
        return await engine.execute(request, on_event)
    finally:
        await engine.stop()
