"""No attack gets anything out, with all walls or with fewer of them."""

from schemas.execution import ExecutionReport, Outcome
from tests.attacks.engines import RunningEngine
from tests.attacks.families import every_attack
from tests.attacks.stage import Attack, Stage


def said_by(report: ExecutionReport) -> str:
    """All that a caller is told, except the script, which he sent himself."""
    return report.model_dump_json(exclude={"tape": {"script"}})


@every_attack
def test_the_python_wall_stops_it_and_the_next_run_is_ordinary(
    attack: Attack, stage: Stage, jail: RunningEngine
) -> None:
    report = jail.execute(stage.aim(attack.script))
    assert report.outcome in (Outcome.REFUSED, Outcome.RAISED)
    assert not stage.leaks(said_by(report))
    jail.demand_ordinary()


@every_attack
def test_the_kernel_alone_stops_it(attack: Attack, stage: Stage, unwalled: RunningEngine) -> None:
    report = unwalled.execute(stage.aim(attack.script))
    assert not stage.leaks(said_by(report)), report.result
    unwalled.demand_ordinary()


@every_attack
def test_the_kernel_stops_it_without_its_filter_of_system_calls(
    attack: Attack, stage: Stage, unfiltered: RunningEngine
) -> None:
    report = unfiltered.execute(stage.aim(attack.script))
    assert not stage.leaks(said_by(report)), report.result


def test_without_the_python_wall_a_script_is_plain_python(unwalled: RunningEngine) -> None:
    script = "import os\nresult = eval('[type(os).__name__, os.getpid(), str(open)[:9]]')"
    assert unwalled.execute(script).result == ["module", 1, "<built-in"]


def test_without_the_filter_a_socket_can_be_made_and_is_of_no_use(unfiltered: RunningEngine) -> None:
    assert unfiltered.engine.jails.layers()["seccomp"] == "off: stat is possible"
    report = unfiltered.execute("import socket\nresult = socket.socket().connect_ex(('127.0.0.1', 9))")
    assert report.outcome is Outcome.COMPLETED
    assert report.result != 0
