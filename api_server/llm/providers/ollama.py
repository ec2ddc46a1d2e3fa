"""Models that run in an Ollama: on this machine, in the house, or at Ollama's own service."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, cast

from api_server.errors import ProviderFailed, RequestRejected, UnknownModel
from api_server.llm.failures import failure_of_status, unavailable
from api_server.llm.lazy_client import LazyClient
from api_server.llm.network import BROKEN_CONNECTION, CONNECT_SECONDS_MAX, CONNECTIONS_MAX
from api_server.llm.parsing import ANSWER_SCHEMA
from api_server.llm.vendor import Account, Ending, EndReason, ModelRequest, Tokens
from api_server.settings.llm import LLMSettings

if TYPE_CHECKING:
    import httpx
    from ollama import AsyncClient, ChatResponse

ACCOUNT = Account("ollama", "OLLAMA_API_KEY", "OLLAMA_BASE_URL")
TRUNCATED = "length"
CHARACTERS_PER_TOKEN_MAX = 4
"""Of our prompts; code has fewer."""


class OllamaVendor:
    """Structured output by `format`. Ollama keeps the state of what a conversation begins with by itself."""

    account = ACCOUNT

    def __init__(self, settings: LLMSettings) -> None:
        self._settings = settings
        self.default_model = settings.ollama_model
        self.is_free = settings.ollama_api_key is None
        self._client = LazyClient(self._make_client, _close)

    async def answer(self, request: ModelRequest) -> AsyncGenerator[str | Ending, None]:
        self._refuse_what_would_be_cut(request)
        client = await self._client.get()
        with _translated(request.model):
            if not self._settings.llm_streaming:
                whole = await client.chat(**self._body(request))
                yield whole.message.content or ""
                yield _ending(whole)
                return
            last: ChatResponse | None = None
            parts = cast(
                "AsyncGenerator[ChatResponse, None]", await client.chat(**self._body(request), stream=True)
            )
            async with aclosing(parts):
                async for part in parts:
                    last = part
                    yield part.message.content or ""
            if last is not None and last.done:
                yield _ending(last)

    def _refuse_what_would_be_cut(self, request: ModelRequest) -> None:
        """Ollama drops what does not fit without a word, and a prompt without its rules is another prompt."""
        characters = len(request.prefix) + sum(len(turn.text) for turn in request.turns)
        limit = self._settings.ollama_context_tokens
        if characters > limit * CHARACTERS_PER_TOKEN_MAX:
            raise RequestRejected(
                f"the prompt of {characters:,} characters does not fit into the {limit:,} tokens of ollama",
                suggestions=("Raise OLLAMA_CONTEXT_TOKENS.", "Connect fewer tools."),
            )

    async def list_models(self) -> list[str]:
        client = await self._client.get()
        with _translated(self.default_model):
            listed = await client.list()
        return [model.model for model in listed.models if model.model]

    async def warm_up(self) -> None:
        await self._client.get()

    async def close(self) -> None:
        await self._client.close()

    def _make_client(self) -> "AsyncClient":
        import httpx
        from ollama import AsyncClient

        key = self._settings.ollama_api_key
        return AsyncClient(
            host=self._settings.ollama_base_url,
            headers={"authorization": f"Bearer {key.get_secret_value()}"} if key else None,
            timeout=httpx.Timeout(self._settings.llm_timeout_seconds, connect=CONNECT_SECONDS_MAX),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX),
            event_hooks={"response": [_refuse_errors]},
        )

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [
                {"role": "system", "content": request.prefix},
                *({"role": turn.role, "content": turn.text} for turn in request.turns),
            ],
            "format": ANSWER_SCHEMA,
            "options": {
                "num_ctx": self._settings.ollama_context_tokens,
                "num_predict": self._settings.llm_max_output_tokens,
            },
        }
        if self._settings.llm_effort:
            body["think"] = self._settings.llm_effort
        return body


async def _close(client: "AsyncClient") -> None:
    await client.close()  # type: ignore[no-untyped-call]


async def _refuse_errors(response: "httpx.Response") -> None:
    """The SDK drops a reply's headers, and with them `retry-after`, so errors are read before it."""
    if response.status_code >= 400:
        await response.aread()
        raise failure_of_status(ACCOUNT, response.status_code, _reason(response), response.headers)


def _reason(response: "httpx.Response") -> str:
    try:
        body = response.json()
    except ValueError:
        return response.text
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def _ending(last: "ChatResponse") -> Ending:
    tokens = Tokens(last.prompt_eval_count or 0, last.eval_count or 0)
    return Ending(EndReason.TRUNCATED if last.done_reason == TRUNCATED else EndReason.COMPLETE, tokens)


@contextmanager
def _translated(model: str) -> Iterator[None]:
    """The SDK's errors as ours."""
    import httpx
    from ollama import ResponseError

    broken: tuple[type[Exception], ...] = (
        httpx.HTTPError,
        httpx.StreamError,
        httpx.InvalidURL,
        *BROKEN_CONNECTION,
    )
    try:
        yield
    except UnknownModel as error:
        error.suggestions = (f"Run: ollama pull {model}", *error.suggestions)
        raise
    except ResponseError as error:
        failure: ProviderFailed = unavailable(ACCOUNT, f"broke off its answer: {error.error[:200]}")
    except broken as error:
        failure = unavailable(ACCOUNT, f"could not be reached or broke off: {type(error).__name__}")
    else:
        return
    raise failure
