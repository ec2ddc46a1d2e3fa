"""Anthropic's models, through the Messages API."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api_server.errors import ProviderFailed, UnknownModel
from api_server.llm.failures import failure_of_status, unavailable
from api_server.llm.lazy_client import LazyClient
from api_server.llm.network import BROKEN_CONNECTION, http_client, http_timeout
from api_server.llm.parsing import ANSWER_SCHEMA
from api_server.llm.vendor import Account, Ending, EndReason, ModelRequest, Tokens
from api_server.settings.llm import LLMSettings

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAnthropic
    from anthropic.types import MessageDeltaUsage, RefusalStopDetails, Usage

ACCOUNT = Account("anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
MODELS_LISTED_MAX = 1000
END_REASONS = {
    "max_tokens": EndReason.TRUNCATED,
    "model_context_window_exceeded": EndReason.TRUNCATED,
    "refusal": EndReason.REFUSED,
}
ERROR_STATUSES = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "invalid_request_error": 400,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""https://platform.claude.com/docs/en/api/errors: amid a stream an error comes with status 200."""


class AnthropicVendor:
    """Structured output by `output_config.format`, the stable prefix marked for Anthropic's cache."""

    account = ACCOUNT
    is_free = False

    def __init__(self, settings: LLMSettings) -> None:
        self._settings = settings
        self.default_model = settings.anthropic_model
        self._client = LazyClient(self._make_client, lambda client: client.close())

    async def answer(self, request: ModelRequest) -> AsyncGenerator[str | Ending, None]:
        client = await self._client.get()
        from anthropic.types import Message

        body = self._body(request)
        with _translated():
            if not self._settings.llm_streaming:
                message = await client.messages.create(**body)
                if isinstance(message, Message):
                    yield "".join(block.text for block in message.content if block.type == "text")
                    yield _ending(message.stop_reason, message.stop_details, _tokens(message.usage))
                return
            tokens, stop, is_whole = Tokens(), None, False
            async with await client.messages.create(**body, stream=True) as events:
                async for event in events:
                    if event.type == "content_block_delta" and event.delta.type == "text_delta":
                        yield event.delta.text
                    elif event.type == "message_start":
                        tokens = _tokens(event.message.usage)
                        yield ""
                    elif event.type == "message_delta":
                        tokens, stop = _tokens(event.usage, tokens), event.delta
                    else:
                        is_whole = event.type == "message_stop"
                        yield ""
            if is_whole and stop is not None:
                yield _ending(stop.stop_reason, stop.stop_details, tokens)

    async def list_models(self) -> list[str]:
        client = await self._client.get()
        with _translated():
            page = await client.models.list(limit=MODELS_LISTED_MAX)
        listed = [model.id for model in page.data]
        return listed if self.default_model in listed else [self.default_model, *listed]

    async def warm_up(self) -> None:
        await self._client.get()

    async def close(self) -> None:
        await self._client.close()

    def _make_client(self) -> "AsyncAnthropic":
        from anthropic import AsyncAnthropic

        key = self._settings.anthropic_api_key
        return AsyncAnthropic(
            api_key=key.get_secret_value() if key else "",
            base_url=self._settings.anthropic_base_url,
            max_retries=0,
            timeout=http_timeout(self._settings),
            http_client=http_client(self._settings),
        )

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": ANSWER_SCHEMA}}
        if self._settings.llm_effort:
            output["effort"] = self._settings.llm_effort
        cached = {"type": "text", "text": request.prefix, "cache_control": {"type": "ephemeral"}}
        return {
            "model": request.model,
            "max_tokens": self._settings.llm_max_output_tokens,
            "system": [cached],
            "messages": [{"role": turn.role, "content": turn.text} for turn in request.turns],
            "output_config": output,
        }


def _tokens(usage: "Usage | MessageDeltaUsage", before: Tokens | None = None) -> Tokens:
    """Anthropic counts what it reads from and writes to the cache beside `input_tokens`."""
    if usage.input_tokens is None:
        assert before is not None
        return replace(before, received=usage.output_tokens)
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    return Tokens(usage.input_tokens + cached + written, usage.output_tokens, cached, written)


def _ending(reason: str | None, details: "RefusalStopDetails | None", tokens: Tokens) -> Ending:
    explanation = (details.explanation or details.category or "") if details else ""
    return Ending(END_REASONS.get(reason or "", EndReason.COMPLETE), tokens, explanation)


@contextmanager
def _translated() -> Iterator[None]:
    """The SDK's errors as ours. No cause is kept: it holds the request, and that the key."""
    from anthropic import APIError, APIStatusError, APITimeoutError

    broken: tuple[type[Exception], ...] = (APIError, *BROKEN_CONNECTION)
    try:
        yield
    except APIStatusError as error:
        failure = _failure_of(error)
    except APITimeoutError:
        failure = unavailable(ACCOUNT, "did not take the request in time")
    except broken as error:
        failure = unavailable(ACCOUNT, f"could not be reached or broke off: {type(error).__name__}")
    else:
        return
    raise failure


def _failure_of(error: "APIStatusError") -> ProviderFailed | UnknownModel:
    status = error.status_code if error.status_code >= 400 else ERROR_STATUSES.get(error.type or "", 500)
    return failure_of_status(ACCOUNT, status, error.api_message or "", error.response.headers)
