"""Log lines: JSON for machines, columns for a terminal. One call at start, from `main`."""

import logging
import sys
from collections.abc import Sequence
from typing import Literal

import structlog
from structlog.typing import Processor

from service.crash_reports import crash_reporter
from service.settings import ServiceSettings


def configure_server_logs(service: str, settings: ServiceSettings) -> None:
    """As the settings say; crashes are told to the error tracker too, if there is one."""
    dsn = settings.sentry_dsn
    also = [crash_reporter(service, str(dsn))] if dsn else []
    configure_logs(service, settings.log_level, settings.log_format, also)


def configure_logs(
    service: str,
    level: str = "INFO",
    form: Literal["json", "console"] = "json",
    also: Sequence[Processor] = (),
) -> None:
    """Send every log line of this process, ours and the libraries', through `also` to stderr in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="timestamp"),
        lambda _logger, _method, event: {"service": service, **event},
        *also,
    ]
    if form == "json":
        last: Processor = structlog.processors.JSONRenderer()
        # Local variables may be keys and strangers' data: a log shows where, not what.
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        shared.append(structlog.processors.ExceptionRenderer(tracebacks))
    else:
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "httpx2", "httpcore2", "mcp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
