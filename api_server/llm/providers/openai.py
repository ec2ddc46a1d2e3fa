"""OpenAI's models, and those of every service that speaks its Chat Completions API."""

import hashlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

from api_server.errors import ProviderFailed, UnknownModel
from api_server.llm.failures import failure_of_status, quota_exhausted, unavailable
from api_server.llm.lazy_client import LazyClient
from api_server.llm.network import BROKEN_CONNECTION, http_client, http_timeout
from api_server.llm.parsing import ANSWER_SCHEMA
from api_server.llm.vendor import Account, Ending, EndReason, ModelRequest, Tokens
from api_server.settings.llm import LLMSettings

if TYPE_CHECKING:
    from openai import APIError, AsyncOpenAI
    from openai.types import CompletionUsage

ACCOUNT = Account("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL")
OWN_API = "https://api.openai.com/v1"
NO_KEY = "none"
END_REASONS = {"length": EndReason.TRUNCATED, "content_filter": EndReason.REFUSED}
QUOTA_CODES = frozenset(["insufficient_quota", "billing_hard_limit_reached"])
FILTER_CODES = frozenset(["content_filter", "content_policy_violation"])
ERROR_STATUSES = {"rate_limit_exceeded": 429, "invalid_request_error": 400, "invalid_api_key": 401}
"""Codes of an error in the middle of a stream, which has no status."""
ANSWER_FORMATS: dict[str, dict[str, Any]] = {
    "json_schema": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "script", "strict": True, "schema": ANSWER_SCHEMA},
        }
    },
    "json_object": {"response_format": {"type": "json_object"}},
    "text": {},
}
OTHER_KINDS = (
    "audio",
    "dall-e",
    "embedding",
    "image",
    "moderation",
    "realtime",
    "sora",
    "transcribe",
    "tts",
    "whisper",
)
"""Parts of the names of models that write no text."""


class OpenAIVendor:
    """Structured output by `response_format`; OpenAI caches what requests begin with by itself."""

    account = ACCOUNT
    is_free = False

    def __init__(self, settings: LLMSettings) -> None:
        self._settings = settings
        self.default_model = settings.openai_model
        self._client = LazyClient(self._make_client, lambda client: client.close())

    async def answer(self, request: ModelRequest) -> AsyncGenerator[str | Ending, None]:
        client = await self._client.get()
        from openai import BadRequestError

        with _translated():
            try:
                ask = self._stream if self._settings.llm_streaming else self._whole
                async with aclosing(ask(client, self._body(request))) as pieces:
                    async for piece in pieces:
                        yield piece
            except BadRequestError as error:
                if error.code not in FILTER_CODES:
                    raise
                yield Ending(EndReason.REFUSED)

    async def _whole(self, client: "AsyncOpenAI", body: dict[str, Any]) -> AsyncGenerator[str | Ending, None]:
        from openai.types.chat import ChatCompletion

        completion = await client.chat.completions.create(**body)
        if isinstance(completion, ChatCompletion) and completion.choices:
            choice = completion.choices[0]
            yield choice.message.content or ""
            yield _ending(choice.finish_reason, choice.message.refusal or "", _tokens(completion.usage))

    async def _stream(
        self, client: "AsyncOpenAI", body: dict[str, Any]
    ) -> AsyncGenerator[str | Ending, None]:
        usage, reason, refusal = None, None, ""
        streamed: dict[str, Any] = {**body, "stream_options": {"include_usage": True}}
        async with await client.chat.completions.create(**streamed, stream=True) as chunks:
            async for chunk in chunks:
                usage = chunk.usage or usage
                choice = chunk.choices[0] if chunk.choices else None
                if choice is not None:
                    reason = choice.finish_reason or reason
                    refusal += choice.delta.refusal or ""
                yield (choice.delta.content or "") if choice is not None else ""
        if reason is not None:
            yield _ending(reason, refusal, _tokens(usage))

    async def list_models(self) -> list[str]:
        client = await self._client.get()
        try:
            with _translated():
                page = await client.models.list()
        except UnknownModel:
            return [self.default_model]  # a compatible service that answers, but has no such list
        listed = [model.id for model in page.data if not any(kind in model.id for kind in OTHER_KINDS)]
        return listed if self.default_model in listed else [self.default_model, *listed]

    async def warm_up(self) -> None:
        await self._client.get()

    async def close(self) -> None:
        await self._client.close()

    def _make_client(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI

        key = self._settings.openai_api_key
        return AsyncOpenAI(
            api_key=key.get_secret_value() if key else NO_KEY,
            base_url=self._settings.openai_base_url or OWN_API,
            max_retries=0,
            timeout=http_timeout(self._settings),
            http_client=http_client(self._settings),
        )

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": request.model,
            "max_completion_tokens": self._settings.llm_max_output_tokens,
            "messages": [
                {"role": "system", "content": request.prefix},
                *({"role": turn.role, "content": turn.text} for turn in request.turns),
            ],
            **ANSWER_FORMATS[self._settings.openai_answer_format],
        }
        if self._settings.llm_effort:
            body["reasoning_effort"] = self._settings.llm_effort
        if not self._settings.openai_base_url:
            # Requests with the same key meet the same cache; compatible services may not know the word.
            body["prompt_cache_key"] = hashlib.sha256(request.prefix.encode()).hexdigest()[:32]
        return body


def _tokens(usage: "CompletionUsage | None") -> Tokens:
    if usage is None:
        return Tokens()
    details = usage.prompt_tokens_details
    cached, written = (details.cached_tokens, details.cache_write_tokens) if details else (0, 0)
    return Tokens(usage.prompt_tokens, usage.completion_tokens, cached or 0, written or 0)


def _ending(reason: str, refusal: str, tokens: Tokens) -> Ending:
    if refusal:
        return Ending(EndReason.REFUSED, tokens, refusal)
    return Ending(END_REASONS.get(reason, EndReason.COMPLETE), tokens)


@contextmanager
def _translated() -> Iterator[None]:
    """The SDK's errors as ours. No cause is kept: it holds the request, and that the key."""
    from openai import APIError, APITimeoutError

    try:
        yield
    except APITimeoutError:
        failure: ProviderFailed | UnknownModel = unavailable(ACCOUNT, "did not take the request in time")
    except APIError as error:
        failure = _failure_of(error)
    except BROKEN_CONNECTION as error:
        failure = unavailable(ACCOUNT, f"could not be reached or broke off: {type(error).__name__}")
    else:
        return
    raise failure


def _failure_of(error: "APIError") -> ProviderFailed | UnknownModel:
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, APIConnectionError):
        return unavailable(ACCOUNT, "could not be reached or broke off")
    if error.code in QUOTA_CODES:
        return quota_exhausted(ACCOUNT)
    if isinstance(error, APIStatusError):
        return failure_of_status(ACCOUNT, error.status_code, _reason(error), error.response.headers)
    return failure_of_status(ACCOUNT, ERROR_STATUSES.get(error.code or "", 500), _reason(error))


def _reason(error: "APIError") -> str:
    told = error.body.get("message") if isinstance(error.body, dict) else None
    return str(told or error.message)
