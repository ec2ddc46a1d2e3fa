"""OpenAI's Chat Completions API as its documentation describes it, with its cache of prompts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.llm.stand_in import KEY, Fail, Say, as_json, check_schema, count_tokens

FIELDS = {
    "model",
    "messages",
    "max_completion_tokens",
    "response_format",
    "prompt_cache_key",
    "reasoning_effort",
    "stream",
    "stream_options",
}
STOPS = {"complete": "stop", "truncated": "length", "refused": "stop"}
CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


class OpenAIWire:
    """Server-sent events without names, the usage in a chunk of its own, and `[DONE]`."""

    answer_path = "/v1/chat/completions"
    models_path = "/v1/models"
    stream_type = "text/event-stream; charset=utf-8"

    def __init__(self) -> None:
        self._cached: set[str] = set()

    def check(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Fail | None:
        if headers.get("authorization") != f"Bearer {KEY}":
            shown = headers.get("authorization", "")[-8:]
            return Fail(401, message=f"Incorrect API key provided: ****{shown}. You can find your key at ...")
        if not body:
            return None
        if body["model"].startswith("no-such"):
            return Fail(404, message=f"The model `{body['model']}` does not exist")
        problem = _check_body(body)
        return Fail(400, message=problem) if problem else None

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        data = [{"id": name, "object": "model", "created": 1, "owned_by": "test"} for name in names]
        return {"object": "list", "data": data}

    def failure(self, fail: Fail) -> dict[str, Any]:
        code = fail.kind or CODES.get(fail.status)
        return {"error": {"message": fail.message, "type": "error", "param": None, "code": code}}

    def failure_event(self, fail: Fail) -> bytes:
        return _event(self.failure(fail))

    def whole(self, body: Mapping[str, Any], say: Say) -> dict[str, Any]:
        text, refusal = (None, say.text) if say.stop == "refused" else (say.text, None)
        message = {"role": "assistant", "content": text, "refusal": refusal}
        choice = {"index": 0, "message": message, "finish_reason": STOPS[say.stop], "logprobs": None}
        return {**_head(body, "chat.completion"), "choices": [choice], "usage": self._usage(body, say)}

    def events(self, body: Mapping[str, Any], say: Say) -> Iterator[bytes]:
        head = {**_head(body, "chat.completion.chunk"), "usage": None}
        yield _event({**head, "choices": [_choice({"role": "assistant", "content": ""})]})
        for piece in say.pieces:
            delta = {"refusal": piece} if say.stop == "refused" else {"content": piece}
            yield _event({**head, "choices": [_choice(delta)]})
        yield _event({**head, "choices": [_choice({}, STOPS[say.stop])]})
        if body.get("stream_options", {}).get("include_usage"):
            yield _event({**head, "choices": [], "usage": self._usage(body, say)})
        yield b"data: [DONE]\n\n"

    def _usage(self, body: Mapping[str, Any], say: Say) -> dict[str, Any]:
        prefix = body["messages"][0]["content"]
        sent = sum(count_tokens(message["content"]) for message in body["messages"])
        received = count_tokens(say.text)
        cached = count_tokens(prefix) if prefix in self._cached else 0
        self._cached.add(prefix)
        return {
            "prompt_tokens": sent,
            "completion_tokens": received,
            "total_tokens": sent + received,
            "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        }


def _check_body(body: Mapping[str, Any]) -> str:
    if unknown := body.keys() - FIELDS:
        return f"Unrecognized request argument supplied: {', '.join(sorted(unknown))}"
    if "stream_options" in body and not body.get("stream"):
        return "stream_options is only allowed when stream is enabled"
    match body.get("response_format", {"type": "text"}):
        case {"type": "json_schema", "json_schema": {"name": str(), "strict": True, "schema": schema}}:
            return check_schema(schema)
        case {"type": "json_object"} if "json" not in str(body["messages"]).casefold():
            return "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'"
        case {"type": "json_object" | "text"}:
            return ""
    return "response_format"


def _head(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-test", "object": kind, "created": 1, "model": body["model"]}


def _choice(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}


def _event(data: Mapping[str, Any]) -> bytes:
    return b"data: " + as_json(data) + b"\n\n"
