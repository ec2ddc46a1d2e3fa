"""The readers and writers of pandas, numpy and scipy, openly and by detours."""

import pytest

from tests.attacks.bare_jail import BareJail
from tests.attacks.scene import Scene, came_as_far_as_the_kernel
from tests.doubles.execution_server import ExecutionServer

ATTACKS = {
    "read_csv": "import pandas as pd; result = pd.read_csv('@FILE@').to_dict()",
    "read_csv_named": "import pandas as pd; result = pd.read_csv(filepath_or_buffer='@FILE@').to_dict()",
    "read_csv_by_variable": "import pandas as pd; where = '@FILE@'; result = pd.read_csv(where).to_dict()",
    "read_csv_by_getattr": "import pandas as pd; result = getattr(pd, 'read_' + 'csv')('@FILE@').to_dict()",
    "read_csv_by_alias": "import pandas as pd; read = pd.read_csv; result = read('@FILE@').to_dict()",
    "read_csv_by_another_module": "import pandas as pd; result = [pd][0].read_csv('@FILE@').to_dict()",
    "read_csv_mapped": "import pandas as pd; result = [t.to_dict() for t in map(pd.read_csv, ['@FILE@'])]",
    "read_csv_from_import": "from pandas import read_csv; result = read_csv('@FILE@').to_dict()",
    "read_table": "import pandas as pd; result = pd.read_table('@FILE@').to_dict()",
    "read_fwf": "import pandas as pd; result = pd.read_fwf('@FILE@').to_dict()",
    "read_json_lines": """
import pandas as pd
try:
    pd.read_json('@FILE@')
except ValueError:
    result = {'escaped': 'the file was found and read'}
""",
    "get_handle": """
import pandas as pd
with pd.io.common.get_handle('@FILE@', 'r') as opened:
    result = opened.handle.read()
""",
    "to_csv": "import pandas as pd; pd.DataFrame().to_csv('@FOLDER@/pwned')",
    "to_csv_by_getattr": "import pandas as pd; getattr(pd.Series([1]), 'to_' + 'csv')('@FOLDER@/pwned')",
    "to_csv_unbound": "import pandas as pd; pd.DataFrame.to_csv(pd.DataFrame(), '@FOLDER@/pwned')",
    "to_csv_handle": "import pandas as pd; pd.DataFrame().to_csv(open('@FOLDER@/pwned', 'w'))",
    "to_json": "import pandas as pd; pd.DataFrame().to_json('@FOLDER@/pwned')",
    "to_html": "import pandas as pd; pd.DataFrame().to_html('@FOLDER@/pwned')",
    "to_string": "import pandas as pd; pd.DataFrame().to_string('@FOLDER@/pwned')",
    "to_pickle": "import pandas as pd; pd.Series([1]).to_pickle('@FOLDER@/pwned')",
    "to_sql": """
import pandas as pd, sqlite3
pd.DataFrame({'a': [1]}).to_sql('t', sqlite3.connect('@FOLDER@/pwned'))
""",
    "read_pickle": """
import pandas as pd, io
text = b'cos\\nsystem\\n(S"touch @FOLDER@/pwned"\\ntR.'
pd.read_pickle(io.BytesIO(text))
""",
    "fromfile": "import numpy as np; result = np.fromfile('@FILE@', dtype='u1').tobytes().decode()",
    "loadtxt": "import numpy as np; result = np.loadtxt('@FILE@', dtype=str).tolist()",
    "genfromtxt": "import numpy as np; result = np.genfromtxt('@FILE@', dtype=str, delimiter=',').tolist()",
    "fromregex": "import numpy as np; result = np.fromregex('@FILE@', '(.+)', [('line', 'U99')]).tolist()",
    "memmap": "import numpy as np; result = bytes(np.memmap('@FILE@', mode='r')).decode()",
    "data_source": "import numpy as np; result = np.lib.npyio.DataSource().open('@FILE@').read()",
    "tofile": "import numpy as np; np.zeros(1).tofile('@FOLDER@/pwned')",
    "dump": "import numpy as np; np.zeros(1).dump('@FOLDER@/pwned')",
    "save": "import numpy as np; np.save('@FOLDER@/pwned', np.zeros(1))",
    "savetxt": "import numpy as np; np.savetxt('@FOLDER@/pwned', np.zeros(1))",
    "savez": "import numpy as np; np.savez('@FOLDER@/pwned', np.zeros(1))",
    "load_pickled": """
import numpy as np, io, pickle, os
class Mark:
    def __reduce__(self): return os.mkdir, ('@FOLDER@/pwned',)
held = io.BytesIO()
np.save(held, np.array([Mark()], dtype=object), allow_pickle=True)
held.seek(0)
np.load(held, allow_pickle=True)
""",
    "scipy_wavfile": "import numpy as np, scipy.io.wavfile as w; w.write('@FOLDER@/pwned', 8000, np.zeros(9))",
    "scipy_savemat": "import scipy.io; scipy.io.savemat('@FOLDER@/pwned', {'a': 1})",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_works_without_a_jail(scene: Scene, attack: str) -> None:
    assert scene.attack_plainly(ATTACKS[attack])


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_jail_holds(scene: Scene, executor: ExecutionServer, attack: str) -> None:
    assert not scene.evidence_in(executor.execute(scene.place(ATTACKS[attack])))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_kernel_alone_holds(scene: Scene, bare_jail: BareJail, attack: str) -> None:
    report = bare_jail.execute(scene.place(ATTACKS[attack]))
    assert not scene.evidence_in(report)
    assert came_as_far_as_the_kernel(report), report.error
