"""The storm lies beside the benchmarks, which are scripts: here it is imported as they import it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
