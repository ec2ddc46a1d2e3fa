"""Executions as files: `GET /executions/{execution_id}/export`, `POST /executions/import`."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api_server.routes.dependencies import TheCaller, TheOrigin, TheTrust
from api_server.trust.export_file import SIZE_MAX_BYTES, refuse_size
from schemas.export import ImportResponse, InstallationResponse

router = APIRouter()


@router.get("/executions/{execution_id}/export")
async def export(execution_id: str, caller: TheCaller, trust: TheTrust) -> Response:
    """The execution with all its data, signed by this installation: `qna replay FILE` runs it anywhere."""
    content = await trust.exchange.export(caller.user_id, execution_id)
    name = "".join(character for character in execution_id if character.isalnum() or character in "_-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.qna.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.post("/executions/import", status_code=201)
async def import_file(
    request: Request, caller: TheCaller, trust: TheTrust, origin: TheOrigin
) -> ImportResponse:
    """Keep an exported execution as one of the caller's. The body is the file, byte for byte."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > SIZE_MAX_BYTES:
            raise refuse_size()
    imported = await trust.exchange.import_file(caller.user_id, bytes(content), origin)
    return ImportResponse(data=imported)


@router.get("/installation")
async def installation(trust: TheTrust) -> InstallationResponse:
    """The public key of what this installation exports."""
    return InstallationResponse(public_key=trust.exchange.key.public)
