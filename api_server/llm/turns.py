"""A task as the conversation that a model is sent: the question, then each failed attempt and its problem."""

import json

from api_server.llm.provider import ScriptTask
from api_server.llm.vendor import ModelRequest, Turn

QUOTED_LENGTH_MAX = 20_000


async def make_request(task: ScriptTask, default_model: str) -> ModelRequest:
    """The request for `task`, with what stays the same at its beginning."""
    prompt = await task.prompt.get()
    turns = [Turn("user", prompt.rest)]
    for attempt in task.failed:
        turns.append(Turn("assistant", json.dumps({"python_code": attempt.python_code}, ensure_ascii=False)))
        turns.append(Turn("user", attempt.problem))
    return ModelRequest(task.model or default_model, prompt.prefix, tuple(turns))


def ask_again(request: ModelRequest, answer: str, problem: str) -> ModelRequest:
    """`request` after an answer that could not be read. An empty answer is no turn: vendors refuse those."""
    if not answer.strip():
        return request
    told = f"That answer cannot be read: {problem}. Answer again, with the JSON object alone."
    further = (Turn("assistant", answer[:QUOTED_LENGTH_MAX]), Turn("user", told))
    return ModelRequest(request.model, request.prefix, (*request.turns, *further))
