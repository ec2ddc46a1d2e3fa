"""The commands of `qna keys`: they read arguments, call, print. SQL is imported when one is called."""

import asyncio
from typing import Annotated

import typer

from qna.settings import read_settings
from service.logs import configure_logs

app = typer.Typer(
    name="keys", help="API keys (with ENABLE_API_KEYS) and tokens (with JWT_SECRET).", no_args_is_help=True
)
User = Annotated[str, typer.Argument(help="Whose it is: the id under which sessions are kept.")]
IsAdministrator = Annotated[bool, typer.Option("--administrator", help="May also empty caches and the like.")]


@app.callback()
def quiet() -> None:
    """Options of every command."""
    configure_logs("qna", "WARNING", "console")


@app.command()
def create(
    context: typer.Context,
    user: User,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    administrator: IsAdministrator = False,
    days: Annotated[float | None, typer.Option(help="How long it is valid; unset: until revoked.")] = None,
) -> None:
    """Make a key and print it; it is shown this once."""
    from qna.keys import create_key

    settings = read_settings(context.obj)
    made = create_key(settings, user, name, is_administrator=administrator, days=days)
    _key, text = asyncio.run(made)
    typer.echo(text)


@app.command("list")
def show(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="Only this user's keys.")] = None,
) -> None:
    """Show every key, without its secret."""
    from qna.keys import describe_key, list_keys

    for key in asyncio.run(list_keys(read_settings(context.obj), user)):
        typer.echo(describe_key(key))


@app.command()
def revoke(
    context: typer.Context, key_id: Annotated[str, typer.Argument(help="As `qna keys list` shows it.")]
) -> None:
    """End a key, at once."""
    from qna.keys import revoke_key

    asyncio.run(revoke_key(read_settings(context.obj), key_id))
    typer.echo(f"{key_id} is revoked")


@app.command()
def token(user: User, administrator: IsAdministrator = False) -> None:
    """Print a token, valid for JWT_EXPIRES_IN_HOURS."""
    from qna.keys import make_token

    typer.echo(make_token(user, is_administrator=administrator))
