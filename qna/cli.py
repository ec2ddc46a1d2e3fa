"""The command `qna`: reads arguments, calls, prints, exits."""

import asyncio
import sys
from collections.abc import Coroutine
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.text import Text

from qna import keys_commands
from qna.answer_view import AnswerView
from qna.ask import AskOptions, Reply, run_ask
from qna.failures import ExitCode, Failure, Misuse
from qna.settings import read_settings
from qna.terminal import Progress, open_console, plain, print_json
from qna.up import run_up
from service.logs import configure_logs
from service.settings import BadSetting
from service.version import package_version

Value = TypeVar("Value")
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells count."""

app = typer.Typer(
    name="qna",
    help="Answers financial questions with one typed Python script, run in a jail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(keys_commands.app)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]
"""The same option of several commands."""


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"qna {package_version()}")
        raise typer.Exit


@app.callback()
def configure(
    context: typer.Context,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="The one folder that holds all state.  [default: QNA_DATA_DIR, else .qna]"),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    """Options of every command."""
    context.obj = data_dir


@app.command()
def up(context: typer.Context) -> None:
    """Run all five servers until Ctrl-C; restart those that die."""
    _run(run_up(read_settings(context.obj), open_console(on_stderr=True)))


@app.command()
def ask(  # noqa: PLR0913, PLR0917 - typer makes an option of each parameter
    context: typer.Context,
    questions: Annotated[list[str], typer.Argument(help="One or more questions, each in quotes.")],
    as_json: AsJson = False,
    model: Annotated[str | None, typer.Option(help="Which model writes the script.")] = None,
    no_execute: Annotated[bool, typer.Option("--no-execute", help="Only show the script.")] = False,
    script: Annotated[bool, typer.Option("--script", help="Show the script too.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Find a fresh answer anew.")] = False,
    session: Annotated[str | None, typer.Option(help="The conversation to go on with.")] = None,
) -> None:
    """Answer questions, one conversation; starts what is needed when nothing runs.

    Exits with 0 answered, 1 a script failed, 2 bad usage, 3 cannot be answered, 4 the platform failed;
    of several questions the worst one counts.
    """
    view = AnswerView(open_console(), shows_script=script)
    show = _ignore if as_json else view.show_reply
    options = AskOptions(model, not no_execute, refresh, session)
    with Progress(open_console(on_stderr=True)) as progress:
        replies = _run(run_ask(questions, read_settings(context.obj), options, progress, show))
    if as_json:
        raw = [reply.raw for reply in replies]
        print_json(open_console(), raw if len(raw) > 1 else raw[0])
    raise typer.Exit(max(reply.code for reply in replies))


@app.command("exec")
def execute(  # noqa: PLR0913, PLR0917 - typer makes an option of each parameter
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The script.", exists=True, dir_okay=False)],
    param: Annotated[
        list[str] | None, typer.Option(help="A parameter as NAME=VALUE; the value is JSON or text.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds it may take, at most 120.")] = 30,
    memory: Annotated[int, typer.Option(help="Megabytes it may use, 64 to 2048.")] = 512,
    no_tools: Annotated[bool, typer.Option("--no-tools", help="Run without any tools.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run one script in the jail, without a web server.

    Exits with 0 completed, 1 the script failed, 2 bad usage, 4 the jail failed.
    """
    # Imported here: it brings the whole executor, which the other commands start as a process.
    from qna.exec import make_request, run_exec

    configure_logs("qna", "WARNING", "console")
    request = make_request(file, param or [], {"timeout_seconds": timeout, "max_memory_mb": memory})
    with Progress(open_console(on_stderr=True)) as progress:
        report = _run(run_exec(request, read_settings(context.obj), progress, uses_tools=not no_tools))
    if as_json:
        print_json(open_console(), report.model_dump(mode="json", by_alias=True))
    else:
        view = AnswerView(open_console())
        view.show_report(report)
        view.show_usage(report)
    raise typer.Exit(ExitCode.DONE if report.success else ExitCode.SCRIPT_FAILED)


@app.command("eval")
def evaluate(  # noqa: PLR0913, PLR0917 - typer makes an option of each parameter
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Questions as JSON lines; evaluation/README.md has the form.")],
    model: Annotated[str | None, typer.Option(help="Which model writes the scripts.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first of them.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Ask only those of this kind; may be repeated.")
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Replay these answers instead of a model's."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write JSON there, and Markdown beside it.")] = None,
    require: Annotated[
        list[str] | None, typer.Option(help="NAME=SHARE, such as ran=0.95; may be repeated.")
    ] = None,
) -> None:
    """Ask a set of questions with known answers and score the replies.

    Exits with 0 when every requirement is met, otherwise with 1; 2 bad usage, 4 the platform failed.
    """
    from qna.evaluation.questions import load_questions
    from qna.evaluation.report import show_evaluation, write_report
    from qna.evaluation.run import EvaluationOptions, run_evaluation
    from qna.evaluation.summary import find_unmet, read_requirements

    required = read_requirements(require or [])
    options = EvaluationOptions(file, model, limit, tuple(kind or ()), recording)
    questions = options.choose(load_questions(file))
    with Progress(open_console(on_stderr=True)) as progress:
        evaluation = _run(run_evaluation(questions, read_settings(context.obj), options, progress))
    show_evaluation(open_console(), evaluation)
    if report is not None:
        write_report(report, evaluation)
    unmet = find_unmet(evaluation.totals, required)
    for line in unmet:
        open_console(on_stderr=True).print(Text(f"qna: {line}", style="bold red"))
    raise typer.Exit(ExitCode.SCRIPT_FAILED if unmet else ExitCode.DONE)


@app.command()
def replay(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="The id of an execution, or an exported .qna.json file.")],
    as_json: AsJson = False,
) -> None:
    """Run an execution again on its recording, and say whether it gives the same bytes.

    A file is replayed in the jail alone, without a server or a network.
    Exits with 0 identical, 1 it diverged, 2 bad usage or a changed file, 4 the platform failed.
    """
    from qna.replay import replay_execution, replay_file
    from qna.replay_view import show_replay

    configure_logs("qna", "WARNING", "console")
    settings, key = read_settings(context.obj), None
    with Progress(open_console(on_stderr=True)) as progress:
        if Path(target).is_file():
            found, key = _run(replay_file(Path(target).read_bytes(), settings, progress))
        else:
            found = _run(replay_execution(target, settings, progress))
    if as_json:
        print_json(open_console(), found.model_dump(mode="json"))
    else:
        show_replay(open_console(), found, key)
    raise typer.Exit(ExitCode.DONE if found.is_identical else ExitCode.SCRIPT_FAILED)


@app.command()
def rerun(
    context: typer.Context,
    execution_id: Annotated[str, typer.Argument(help="The execution whose script runs again.")],
    param: Annotated[
        list[str] | None, typer.Option(help="A parameter as NAME=VALUE; the value is JSON or text.")
    ] = None,
    recorded: Annotated[bool, typer.Option("--recorded", help="Run on the recorded data only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the script of an execution with other parameters; no model is asked.

    Exits with 0 completed, 1 the script failed, 2 bad usage, 4 the platform failed.
    """
    from qna.exec import parse_parameter
    from qna.replay import rerun_execution

    changes = [parse_parameter(text) for text in param or []]
    settings = read_settings(context.obj)
    with Progress(open_console(on_stderr=True)) as progress:
        work = rerun_execution(execution_id, changes, settings, progress, is_recorded=recorded)
        found = _run(work)
    if as_json:
        print_json(open_console(), found.model_dump(mode="json"))
    else:
        AnswerView(open_console()).show_report(found.execution)
    raise typer.Exit(ExitCode.DONE if found.execution.success else ExitCode.SCRIPT_FAILED)


@app.command()
def doctor(context: typer.Context) -> None:
    """Show what is configured, what is embedded, and what works here.

    Exits with 0 when nothing required is missing, otherwise with 4.
    """
    from qna.doctor import examine, show_findings

    configure_logs("qna", "WARNING", "console")
    raise typer.Exit(show_findings(open_console(), _run(examine(read_settings(context.obj)))))


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database of DATABASE_URL, or the one in the data folder, to this version's tables."""
    from qna.migrate import run_migrate

    configure_logs("qna", "WARNING", "console")
    typer.echo(_run(run_migrate(read_settings(context.obj))))


def main() -> None:
    """The entry point: a failure is two lines and an exit code, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Failure as failure:
        _end(failure)
    except BadSetting as error:
        _end(Misuse(str(error), "Correct it in the environment or in .env."))


def _end(failure: Failure) -> NoReturn:
    console = open_console(on_stderr=True)
    console.print(Text(plain(f"qna: {failure.message}"), style="bold red"), soft_wrap=True)
    if failure.next_step:
        console.print(Text(plain(failure.next_step)), soft_wrap=True)
    sys.exit(failure.exit_code)


def _run(work: Coroutine[Any, Any, Value]) -> Value:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _ignore(_question: str, _reply: Reply) -> None:
    """Shows nothing yet: JSON is printed at the end, as one value."""
