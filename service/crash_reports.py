"""Crashes told to the operator's error tracker (Sentry, GlitchTip…), where SENTRY_DSN names one.

A crash is a log line of level error or critical that has an exception. Told are the kind of exception, its
message, and where it happened; no variable, no line of source, no body, no header, no user.
"""

from typing import Any

from structlog.typing import EventDict, Processor

from service.version import package_version

CRASH_LEVELS = ("error", "critical")
TAGS = ("request_id", "path", "execution_id")
"""Facts of a log line by which its crash can be found again."""


def crash_reporter(service: str, dsn: str) -> Processor:
    """A step for log lines that passes each on as it is. What waits when the process ends is still sent."""
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration

    sentry_sdk.init(
        dsn=dsn,
        release=f"qna-ai@{package_version()}",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=lambda _waiting, _timeout: None)],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
    )

    def report(_logger: Any, _method: str, event: EventDict) -> EventDict:
        if event["level"] in CRASH_LEVELS and event.get("exc_info"):
            given = event["exc_info"]
            handled_now = None  # for the SDK: the exception that is being handled
            tags = {name: str(event[name]) for name in TAGS if name in event}
            sentry_sdk.capture_exception(
                handled_now if given is True else given, tags={"service": service, **tags}
            )
        return event

    return report
