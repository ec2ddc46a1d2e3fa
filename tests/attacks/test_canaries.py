"""Each attack gets what it is after where there is no jail: only therefore can the other tests fail."""

from tests.attacks.families import every_attack
from tests.attacks.stage import Attack, Stage


@every_attack
def test_it_works_without_a_jail(attack: Attack, stage: Stage) -> None:
    said = stage.run_plainly(attack)
    assert attack.shows in stage.leaks(said), said
