"""What one run changes, no later run sees: neither with the Python wall nor without it."""

import subprocess
import sys

import pytest

from schemas.execution import Outcome
from tests.attacks.engines import RunningEngine

LATER_RUNS = 4
"""More than the children that stand warm, so that forked ones are among them."""
CHANGES = {
    "a pandas method": (
        "import pandas as pd\npd.Series.mean = lambda self: -1\nresult = 1",
        "import pandas as pd\nresult = float(pd.Series([1, 3]).mean())",
        2.0,
    ),
    "a pandas function": (
        "import pandas as pd\npd.concat = None\nresult = 1",
        "import pandas as pd\nresult = len(pd.concat([pd.Series([1])]))",
        1,
    ),
    "a pandas option": (
        "import pandas as pd\npd.set_option('display.precision', 1)\nresult = 1",
        "import pandas as pd\nresult = pd.get_option('display.precision')",
        6,
    ),
    "a numpy function": (
        "import numpy as np\nnp.sqrt = lambda x: -1\nresult = 1",
        "import numpy as np\nresult = float(np.sqrt(4.0))",
        2.0,
    ),
    "numpy's care for division": (
        "import numpy as np\nnp.seterr(all='raise')\nresult = 1",
        "import numpy as np\nresult = bool(np.isinf(np.float64(1) / np.float64(0)))",
        True,
    ),
    "numpy's printing": (
        "import numpy as np\nnp.set_printoptions(precision=1)\nresult = 1",
        "import numpy as np\nresult = str(np.array([0.123]))",
        "[0.123]",
    ),
    "json": (
        "import json\njson.dumps = lambda *a, **k: 'mine'\nresult = 1",
        "import json\nresult = json.dumps([1])",
        "[1]",
    ),
    "math": ("import math\nmath.pi = 3\nresult = 1", "import math\nresult = math.pi > 3.1", True),
    "a builtin": (
        "import builtins\nbuiltins.abs = lambda _: -1\nresult = 1",
        "result = abs(-2)",
        2,
    ),
    "a builtin's table": (
        "__builtins__['sum'] = None\nresult = 1",
        "result = sum([1, 2])",
        3,
    ),
    "the table of modules": (
        "import sys\nsys.modules['statistics'] = None\nresult = 1",
        "import statistics\nresult = statistics.mean([1, 3])",
        2,
    ),
    "warnings as errors": (
        "import warnings\nwarnings.simplefilter('error')\nresult = 1",
        "import warnings\nwarnings.warn('x')\nresult = 1",
        1,
    ),
    "the decimal context": (
        "import decimal\ndecimal.getcontext().prec = 2\nresult = 1",
        "import decimal\nresult = str(decimal.Decimal(1) / 3)",
        "0." + "3" * 28,
    ),
    "the recursion limit": (
        "import sys\nsys.setrecursionlimit(60)\nresult = 1",
        "def dive(n): return n and dive(n - 1)\nresult = dive(200)",
        0,
    ),
    "a time zone": (
        "import datetime\ndatetime.UTC = None\nresult = 1",
        "import datetime\nresult = datetime.UTC is not None",
        True,
    ),
    "an abstract class's children": (
        "from collections.abc import Sized\nSized.register(int)\nresult = 1",
        "from collections.abc import Sized\nresult = isinstance(1, Sized)",
        False,
    ),
    "a shared list": (
        "import string\nstring.memory = ['mine']\nresult = 1",
        "import string\nresult = hasattr(string, 'memory')",
        False,
    ),
}
every_change = pytest.mark.parametrize("change", CHANGES)


@every_change
def test_without_a_jail_the_next_script_sees_it(change: str) -> None:
    script, later, clean = CHANGES[change]
    both = (
        f"exec({script!r}, {{}})\nspace = {{}}\nexec({later!r}, space)\nprint(space['result'] == {clean!r})"
    )
    done = subprocess.run(
        [sys.executable, "-s", "-P", "-W", "ignore", "-c", both], capture_output=True, text=True, check=False
    )
    assert done.stdout != "True\n"


@every_change
def test_no_later_run_sees_it(change: str, jail: RunningEngine) -> None:
    script, later, clean = CHANGES[change]
    jail.execute(script)
    for _ in range(LATER_RUNS):
        report = jail.execute(later)
        assert (report.outcome, report.result) == (Outcome.COMPLETED, clean)


@every_change
def test_no_later_run_sees_it_though_nothing_stopped_it(change: str, unwalled: RunningEngine) -> None:
    script, later, clean = CHANGES[change]
    assert unwalled.execute(script).outcome is Outcome.COMPLETED
    for _ in range(LATER_RUNS):
        report = unwalled.execute(later)
        assert (report.outcome, report.result) == (Outcome.COMPLETED, clean)


def test_runs_at_the_same_time_do_not_see_each_other(unwalled: RunningEngine) -> None:
    script = """
import pandas as pd, time
pd.mark = getattr(pd, "mark", 0) + 1
result = pd.mark
"""
    assert [report.result for report in unwalled.execute_together([script] * 6)] == [1] * 6


def test_a_patched_tool_client_is_gone_with_its_run(unwalled: RunningEngine) -> None:
    patch = """
import mcp_client, sys
from executor.jail import client, values
client.ToolClient.step = lambda self, text: None
values.Converter.convert = lambda self, value, *rest: "mine"
mcp_client.step = None
result = 1
"""
    unwalled.execute(patch)
    for _ in range(LATER_RUNS):
        report = unwalled.execute("import mcp_client\nmcp_client.step('here')\nresult = [1]")
        assert (report.metadata.steps, report.result) == (["here"], [1])
