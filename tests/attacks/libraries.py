"""Attacks through pandas, numpy and scipy: what they read, write, unpickle and evaluate."""

from tests.attacks.stage import Attack

ATTACKS = [
    Attack("read_csv", "file", "import pandas as pd\nresult = pd.read_csv('@SECRET@').to_dict()"),
    Attack("read_table", "file", "import pandas as pd\nresult = pd.read_table('@SECRET@').to_dict()"),
    Attack("read_fwf", "file", "import pandas as pd\nresult = pd.read_fwf('@SECRET@').to_dict()"),
    Attack(
        "read_csv by keyword and address",
        "file",
        "import pandas as pd\nresult = pd.read_csv(filepath_or_buffer='file://@SECRET@').to_dict()",
    ),
    Attack(
        "read_csv through another name",
        "file",
        """
import pandas as pd
read = getattr(pd, "read" + "_csv")
result = list(map(read, ["@SECRET@"]))[0].to_dict()
""",
    ),
    Attack(
        "unpickle what runs a command",
        "written",
        """
import io
import pandas as pd
bomb = b"cposix\\nsystem\\n(S'touch @LOOT@'\\ntR."
result = str(pd.read_pickle(io.BytesIO(bomb), compression=None))
""",
    ),
    Attack("to_pickle", "written", "import pandas as pd\npd.Series([1]).to_pickle('@LOOT@')\nresult = 1"),
    Attack("to_csv", "written", "import pandas as pd\npd.Series([1]).to_csv('@LOOT@')\nresult = 1"),
    Attack(
        "to_csv called on the class",
        "written",
        "import pandas as pd\npd.DataFrame.to_csv(pd.DataFrame({'a': [1]}), '@LOOT@')\nresult = 1",
    ),
    Attack(
        "to_csv named by pipe",
        "written",
        "import pandas as pd\npd.DataFrame({'a': [1]}).pipe(pd.DataFrame.to_csv, '@LOOT@')\nresult = 1",
    ),
    Attack(
        "to_csv named by agg",
        "written",
        "import pandas as pd\nresult = pd.Series([1]).agg('to_csv', path_or_buf='@LOOT@')",
    ),
    Attack("to_json", "written", "import pandas as pd\npd.Series([1]).to_json('@LOOT@')\nresult = 1"),
    Attack(
        "to_html",
        "written",
        "import pandas as pd\npd.DataFrame({'a': [1]}).to_html(buf='@LOOT@')\nresult = 1",
    ),
    Attack(
        "to_string",
        "written",
        "import pandas as pd\npd.Series([1]).to_string('@LOOT@')\nresult = 1",
    ),
    Attack(
        "eval an expression with a caller's name",
        "file",
        """
import pandas as pd
door = print
result = pd.DataFrame({"a": [1]}).eval("@door.__self__.open('@SECRET@').read()", engine="python")
""",
    ),
    Attack(
        "query with a caller's name",
        "file",
        """
import pandas as pd
door, seen = print, []
table = pd.DataFrame({"a": [1]})
try:
    table.query("@seen.append(@door.__self__.open('@SECRET@').read())", engine="python")
except KeyError:
    result = seen
""",
    ),
    Attack(
        "eval named by pipe",
        "file",
        """
import pandas as pd
door = print
text = "@door.__self__.open('@SECRET@').read()"
table = pd.DataFrame({"a": [1]})
result = table.pipe(lambda t, name: getattr(t, name)(text, engine="python"), "eval")
""",
    ),
    Attack(
        "numpy.load",
        "written",
        "import numpy as np\nnp.save('@LOOT@', np.ones(1))\nresult = np.load('@LOOT@.npy').sum()",
    ),
    Attack(
        "numpy.fromfile",
        "file",
        "import numpy as np\nresult = np.fromfile('@SECRET@', dtype=np.uint8).tobytes().decode()",
    ),
    Attack("numpy.loadtxt", "file", "import numpy as np\nresult = str(np.loadtxt('@SECRET@', dtype=str))"),
    Attack(
        "numpy.genfromtxt", "file", "import numpy as np\nresult = str(np.genfromtxt('@SECRET@', dtype=str))"
    ),
    Attack(
        "numpy.memmap",
        "file",
        "import numpy as np\nresult = bytes(np.memmap('@SECRET@', dtype=np.uint8, mode='r')).decode()",
    ),
    Attack(
        "numpy.fromregex",
        "file",
        "import numpy as np\nresult = str(np.fromregex('@SECRET@', r'(.+)', [('a', 'S60')]))",
    ),
    Attack(
        "numpy.DataSource",
        "file",
        "import numpy as np\nresult = np.lib.npyio.DataSource('@FOLDER@').open('@SECRET@').read()",
    ),
    Attack("tofile", "written", "import numpy as np\nnp.ones(1).tofile('@LOOT@')\nresult = 1"),
    Attack("dump", "written", "import numpy as np\nnp.ones(1).dump('@LOOT@')\nresult = 1"),
    Attack("savetxt", "written", "import numpy as np\nnp.savetxt('@LOOT@', [1])\nresult = 1"),
    Attack(
        "numpy unpickles an array of objects",
        "written",
        """
import io
import numpy as np
class Bomb:
    def __reduce__(self):
        import os
        return os.system, ("touch @LOOT@",)
held = io.BytesIO()
np.save(held, np.array([Bomb()], dtype=object), allow_pickle=True)
held.seek(0)
result = str(np.load(held, allow_pickle=True))
""",
    ),
    Attack(
        "copy an object that reduces to a command",
        "written",
        """
import copy
class Bomb:
    def __reduce_ex__(self, _):
        import os
        return os.system, ("touch @LOOT@",)
result = str(copy.copy(Bomb()))
""",
    ),
    Attack(
        "ctypes of an array",
        "environment",
        """
import numpy as np
libc = np.ctypeslib.ctypes.CDLL(None)
libc.getenv.restype = np.ctypeslib.ctypes.c_char_p
result = libc.getenv(b"@VARIABLE@").decode()
""",
    ),
    Attack(
        "ctypes from an array's own attribute",
        "environment",
        """
import numpy as np
ctypes = np.ones(1).ctypes._ctypes
ctypes.pythonapi.getenv.restype = ctypes.c_char_p
result = ctypes.pythonapi.getenv(b"@VARIABLE@").decode()
""",
    ),
    Attack(
        "scipy.io writes a matrix",
        "written",
        "import scipy.io\nscipy.io.savemat('@LOOT@.mat', {'a': [1]})\nresult = 1",
    ),
    Attack(
        "scipy.io writes a sound",
        "written",
        "import numpy as np, scipy.io.wavfile as w\nw.write('@LOOT@', 8, np.ones(2))\nresult = 1",
    ),
    Attack(
        "scipy.io read through the package",
        "written",
        "import scipy\nscipy.io.mmwrite('@LOOT@', [[1]])\nresult = 1",
    ),
]
