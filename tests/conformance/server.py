"""The server under test: what the official suite asks for by name, served as our own servers are.

`python -m tests.conformance.server PORT`
"""

import base64
import json
import sys
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolResult,
    Completion,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)

from mcp_servers.app import create_mcp_app
from tests.conformance.asking import add_asking_tools

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WAV = base64.b64encode(
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0\x80>\0\0\2\0\x10\0data\0\0\0\0"
).decode()
IMAGE = ImageContent(type="image", data=PNG, mime_type="image/png")


def text(words: str) -> TextContent:
    """A block of text."""
    return TextContent(type="text", text=words)


def embedded(uri: str, kind: str, words: str) -> EmbeddedResource:
    """A block that holds a resource."""
    return EmbeddedResource(
        type="resource", resource=TextResourceContents(uri=uri, mime_type=kind, text=words)
    )


def answer(*blocks: Any, is_error: bool = False) -> CallToolResult:
    """A result of these blocks."""
    return CallToolResult(content=list(blocks), is_error=is_error)


def add_tools(server: MCPServer) -> None:
    """Tools that answer in every form."""
    mixed = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    plain = embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    broken = text("This tool intentionally returns an error for testing")
    answers = {
        "test_simple_text": answer(text("This is a simple text response for testing.")),
        "test_image_content": answer(IMAGE),
        "test_audio_content": answer(AudioContent(type="audio", data=WAV, mime_type="audio/wav")),
        "test_embedded_resource": answer(plain),
        "test_multiple_content_types": answer(text("Multiple content types test:"), IMAGE, mixed),
        "test_error_handling": answer(broken, is_error=True),
    }

    def fixed(made: CallToolResult) -> Any:
        def give() -> CallToolResult:
            return made

        return give

    for name, made in answers.items():
        server.add_tool(fixed(made), name=name, description=f"Answers {name}.")


def add_telling_tools(server: MCPServer) -> None:
    """Tools that tell the client something on the way."""

    @server.tool()
    async def test_tool_with_progress(context: Context[Any]) -> CallToolResult:
        """Reports how far it is."""
        for progress in (0, 50, 100):
            await context.report_progress(progress, 100)
        return answer(text("done"))

    @server.tool()
    async def test_trigger_tool_change(context: Context[Any]) -> CallToolResult:
        """Says that the tools changed."""
        await context.notify_tools_changed()
        return answer(text("told"))

    @server.tool()
    async def test_trigger_prompt_change(context: Context[Any]) -> CallToolResult:
        """Says that the prompts changed."""
        await context.notify_prompts_changed()
        return answer(text("told"))

    @server.tool()
    async def test_missing_capability(context: Context[Any]) -> CallToolResult:
        """Wants a client that can sample."""
        capabilities = context.client_capabilities
        if capabilities is None or capabilities.sampling is None:
            wanted: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
            raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "sampling is needed", wanted)
        return answer(text("it can"))


def add_resources(server: MCPServer) -> None:
    """A text, a picture and a template."""

    @server.resource("test://static-text", mime_type="text/plain")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    def static_binary() -> bytes:
        return base64.b64decode(PNG)

    @server.resource("test://template/{number}/data", mime_type="application/json")
    def template(number: str) -> str:
        return json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"})


def add_prompts(server: MCPServer) -> None:
    """Prompts with and without arguments, and one completion for all."""

    @server.prompt()
    def test_simple_prompt() -> list[UserMessage]:
        """Nothing to fill in."""
        return [UserMessage(content=text("This is a simple prompt for testing."))]

    @server.prompt()
    def test_prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
        """Two to fill in."""
        return [UserMessage(content=text(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"))]

    @server.prompt()
    def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803
        """A resource inside."""
        inside = embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
        asked = text("Please process the embedded resource above.")
        return [UserMessage(content=inside), UserMessage(content=asked)]

    @server.prompt()
    def test_prompt_with_image() -> list[UserMessage]:
        """A picture inside."""
        return [UserMessage(content=IMAGE), UserMessage(content=text("Please analyze the image above."))]

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]
    async def complete(_reference: Any, argument: Any, _context: Any) -> Completion:
        found = [word for word in ("paris", "park", "party") if word.startswith(argument.value)]
        return Completion(values=found, total=len(found), has_more=False)


def create_server() -> MCPServer:
    """Everything that the suite asks for."""
    server = MCPServer("conformance", version="1", log_level="ERROR")
    for add in (add_tools, add_telling_tools, add_asking_tools, add_resources, add_prompts):
        add(server)
    return server


if __name__ == "__main__":
    uvicorn.run(create_mcp_app(create_server(), list), port=int(sys.argv[1]), log_level="error")
