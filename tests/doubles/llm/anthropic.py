"""Anthropic's Messages API as its documentation describes it, with its cache of prompts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.llm.stand_in import KEY, Fail, Say, as_json, check_schema, count_tokens

FIELDS = {"model", "max_tokens", "system", "messages", "output_config", "stream"}
STOPS = {"complete": "end_turn", "truncated": "max_tokens", "refused": "refusal"}
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


class AnthropicWire:
    """Server-sent events with names, and a usage that counts cached tokens beside the others."""

    answer_path = "/v1/messages"
    models_path = "/v1/models"
    stream_type = "text/event-stream; charset=utf-8"

    def __init__(self) -> None:
        self._cached: set[str] = set()

    def check(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Fail | None:
        if KEY not in (headers.get("x-api-key"), headers.get("authorization", "").removeprefix("Bearer ")):
            return Fail(401, message="invalid x-api-key")
        if "anthropic-version" not in headers:
            return Fail(400, message="anthropic-version: header is required")
        if not body:
            return None
        if body["model"].startswith("no-such"):
            return Fail(404, message=f"model: {body['model']}")
        problem = _check_body(body)
        return Fail(400, message=problem) if problem else None

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        data = [
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": "2026-09-29T00:00:00Z",
                "lifecycle": "active",
            }
            for name in names
        ]
        return {"data": data, "has_more": False, "first_id": None, "last_id": None}

    def failure(self, fail: Fail) -> dict[str, Any]:
        error = {"type": fail.kind or KINDS.get(fail.status, "api_error"), "message": fail.message}
        return {"type": "error", "error": error, "request_id": "req_test"}

    def failure_event(self, fail: Fail) -> bytes:
        return _event(self.failure(fail))

    def whole(self, body: Mapping[str, Any], say: Say) -> dict[str, Any]:
        content = [{"type": "thinking", "thinking": "Let me see.", "signature": "x"}]
        if say.text:
            content.append({"type": "text", "text": say.text})
        usage = {**self._usage(body), "output_tokens": count_tokens(say.text)}
        return {**_message(body), "content": content, **_stop(say), "usage": usage}

    def events(self, body: Mapping[str, Any], say: Say) -> Iterator[bytes]:
        start = {**_message(body), "content": [], "stop_reason": None, "stop_sequence": None}
        usage = {**self._usage(body), "output_tokens": 1}
        yield _event({"type": "message_start", "message": {**start, "usage": usage}})
        thinking = {"type": "thinking", "thinking": "", "signature": ""}
        yield _event({"type": "content_block_start", "index": 0, "content_block": thinking})
        delta: dict[str, Any] = {"type": "thinking_delta", "thinking": "Let me see."}
        yield _event({"type": "content_block_delta", "index": 0, "delta": delta})
        yield _event({"type": "content_block_stop", "index": 0})
        yield _event({"type": "ping"})
        if say.text:
            yield _event(
                {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}
            )
            for piece in say.pieces:
                delta = {"type": "text_delta", "text": piece}
                yield _event({"type": "content_block_delta", "index": 1, "delta": delta})
            yield _event({"type": "content_block_stop", "index": 1})
        final = {"output_tokens": count_tokens(say.text)}
        yield _event({"type": "message_delta", "delta": _stop(say), "usage": final})
        yield _event({"type": "message_stop"})

    def _usage(self, body: Mapping[str, Any]) -> dict[str, int]:
        """The prefix up to the mark is written to the cache once and read from it afterwards."""
        marked = "".join(block["text"] for block in body["system"] if "cache_control" in block)
        rest = sum(count_tokens(message["content"]) for message in body["messages"])
        is_known = marked in self._cached
        self._cached.add(marked)
        size = count_tokens(marked) if marked else 0
        return {
            "input_tokens": rest,
            "cache_creation_input_tokens": 0 if is_known else size,
            "cache_read_input_tokens": size if is_known else 0,
        }


def _check_body(body: Mapping[str, Any]) -> str:
    if unknown := body.keys() - FIELDS:
        return f"{', '.join(sorted(unknown))}: Extra inputs are not permitted"
    if not all(block["text"] for block in body["system"]):
        return "system: text content blocks must be non-empty"
    roles = [message["role"] for message in body["messages"]]
    if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
        return "messages: roles must alternate, and the last must be the user's"
    if not all(message["content"].strip() for message in body["messages"]):
        return "messages: text content blocks must contain non-whitespace text"
    answer_format = body["output_config"]["format"]
    return (
        check_schema(answer_format["schema"]) if answer_format["type"] == "json_schema" else "output_config"
    )


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": "msg_test", "type": "message", "role": "assistant", "model": body["model"]}


def _stop(say: Say) -> dict[str, Any]:
    stop: dict[str, Any] = {"stop_reason": STOPS[say.stop], "stop_sequence": None}
    if say.stop == "refused":
        told = {"type": "refusal", "category": "cyber", "explanation": "This could enable harm."}
        stop["stop_details"] = told
    return stop


def _event(data: Mapping[str, Any]) -> bytes:
    return f"event: {data['type']}\ndata: ".encode() + as_json(data) + b"\n\n"
