"""Ollama's API as its documentation describes it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.llm.stand_in import KEY, Fail, Say, as_json, count_tokens

FIELDS = {"model", "messages", "tools", "stream", "format", "options", "think", "keep_alive"}
OPTIONS = {"num_ctx", "num_predict"}
STOPS = {"complete": "stop", "truncated": "length", "refused": "stop"}


class OllamaWire:
    """One JSON object a line, the counts in the last one."""

    answer_path = "/api/chat"
    models_path = "/api/tags"
    stream_type = "application/x-ndjson"

    def check(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Fail | None:
        if headers.get("authorization", f"Bearer {KEY}") != f"Bearer {KEY}":
            return Fail(401, message="unauthorized")
        if not body:
            return None
        if body["model"].startswith("no-such"):
            return Fail(404, message=f"model '{body['model']}' not found")
        if unknown := (body.keys() - FIELDS) | (body["options"].keys() - OPTIONS):
            return Fail(400, message=f"unknown: {', '.join(sorted(unknown))}")
        if not isinstance(body["format"], dict):
            return Fail(400, message="format must be a schema")
        return None

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        details = {"format": "gguf", "family": "test", "parameter_size": "1B", "quantization_level": "Q4_0"}
        return {"models": [{"name": name, "model": name, "size": 1, "details": details} for name in names]}

    def failure(self, fail: Fail) -> dict[str, Any]:
        return {"error": fail.message}

    def failure_event(self, fail: Fail) -> bytes:
        return as_json(self.failure(fail)) + b"\n"

    def whole(self, body: Mapping[str, Any], say: Say) -> dict[str, Any]:
        message = {"role": "assistant", "content": say.text, "thinking": "Let me see."}
        return {**_head(body), "message": message, **_end(body, say)}

    def events(self, body: Mapping[str, Any], say: Say) -> Iterator[bytes]:
        thinking = {"role": "assistant", "content": "", "thinking": "Let me see."}
        yield as_json({**_head(body), "message": thinking, "done": False}) + b"\n"
        for piece in say.pieces:
            message = {"role": "assistant", "content": piece}
            yield as_json({**_head(body), "message": message, "done": False}) + b"\n"
        last = {"role": "assistant", "content": ""}
        yield as_json({**_head(body), "message": last, **_end(body, say)}) + b"\n"


def _head(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": body["model"], "created_at": "2026-11-25T00:00:00Z"}


def _end(body: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        "done": True,
        "done_reason": STOPS[say.stop],
        "total_duration": 1,
        "prompt_eval_count": sum(count_tokens(message["content"]) for message in body["messages"]),
        "eval_count": count_tokens(say.text),
    }
