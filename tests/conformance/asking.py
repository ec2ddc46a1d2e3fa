"""Tools and a prompt of the server under test that ask the client something before they answer."""

from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import (
    CallToolResult,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

Asked = CallToolResult | InputRequiredResult


def ask_person(message: str, name: str, kind: str = "string") -> ElicitRequest:
    """A question to the person, with one field to fill in."""
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def ask_model(question: str, max_tokens: int) -> CreateMessageRequest:
    """A question to the client's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=question))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=max_tokens))


def say(words: str) -> CallToolResult:
    """An answer in words."""
    return CallToolResult(content=[TextContent(type="text", text=words)])


def replies(context: Context[Any], **kinds: type) -> list[Any] | None:
    """The client's replies by name, or None when one is missing or of another kind."""
    given = context.input_responses or {}
    found = [given.get(name) for name in kinds]
    return found if all(map(isinstance, found, kinds.values())) else None


def add_asking_tools(server: MCPServer) -> None:
    """All of them."""
    _add_single_questions(server)
    _add_questions_with_state(server)
    _add_prompt(server)


def _add_single_questions(server: MCPServer) -> None:
    @server.tool()
    async def test_input_required_result_elicitation(context: Context[Any]) -> Asked:
        """Asks for a name."""
        found = replies(context, user_name=ElicitResult)
        if found is None or not found[0].content:
            return InputRequiredResult(input_requests={"user_name": ask_person("What is your name?", "name")})
        return say(f"Hello, {found[0].content['name']}!")

    @server.tool()
    async def test_input_required_result_sampling(context: Context[Any]) -> Asked:
        """Asks the model."""
        found = replies(context, capital_question=CreateMessageResult)
        if found is None:
            question = ask_model("What is the capital of France?", 100)
            return InputRequiredResult(input_requests={"capital_question": question})
        return say(str(found[0].content))

    @server.tool()
    async def test_input_required_result_list_roots(context: Context[Any]) -> Asked:
        """Asks for folders."""
        found = replies(context, client_roots=ListRootsResult)
        if found is None:
            return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})
        return say(", ".join(str(root.uri) for root in found[0].roots))

    @server.tool()
    async def test_input_required_result_capabilities(context: Context[Any]) -> Asked:
        """Asks only what this client can answer."""
        can = context.client_capabilities
        questions: dict[str, Any] = {}
        if can is not None and can.sampling is not None:
            questions["greeting"] = ask_model("Generate a greeting", 50)
        if can is not None and can.elicitation is not None:
            questions["user_name"] = ask_person("What is your name?", "name")
        return InputRequiredResult(input_requests=questions) if questions else say("nothing to ask")


def _add_questions_with_state(server: MCPServer) -> None:
    async def confirm(context: Context[Any]) -> Asked:
        found = replies(context, confirm=ElicitResult)
        if found is None or context.request_state is None:
            question = ask_person("Please confirm", "ok", "boolean")
            return InputRequiredResult(input_requests={"confirm": question}, request_state="asked")
        return say("state-ok")

    for name in ("test_input_required_result_request_state", "test_input_required_result_tampered_state"):
        server.add_tool(confirm, name=name, description="Remembers that it asked.")

    @server.tool()
    async def test_input_required_result_multiple_inputs(context: Context[Any]) -> Asked:
        """Asks three things at once."""
        kinds = {"user_name": ElicitResult, "greeting": CreateMessageResult, "client_roots": ListRootsResult}
        if replies(context, **kinds) is None:
            questions = {
                "user_name": ask_person("What is your name?", "name"),
                "greeting": ask_model("Generate a greeting", 50),
                "client_roots": ListRootsRequest(),
            }
            return InputRequiredResult(input_requests=questions, request_state="asked")
        return say("all three")

    @server.tool()
    async def test_input_required_result_multi_round(context: Context[Any]) -> Asked:
        """Asks twice."""
        if replies(context, step2=ElicitResult) and context.request_state == "second":
            return say("both rounds")
        if replies(context, step1=ElicitResult) and context.request_state == "first":
            question = ask_person("Step 2: What is your favorite color?", "color")
            return InputRequiredResult(input_requests={"step2": question}, request_state="second")
        question = ask_person("Step 1: What is your name?", "name")
        return InputRequiredResult(input_requests={"step1": question}, request_state="first")


def _add_prompt(server: MCPServer) -> None:
    @server.prompt()
    async def test_input_required_result_prompt(context: Context[Any]) -> Any:
        """Asks what it is about."""
        found = replies(context, user_context=ElicitResult)
        if found is None or not found[0].content:
            question = ask_person("What context should the prompt use?", "context")
            return InputRequiredResult(input_requests={"user_context": question})
        return f"About {found[0].content['context']}"
