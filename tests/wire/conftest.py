"""What the tests of the wire share."""

import sys
from pathlib import Path

# The helpers beside these tests are plain modules; importlib mode does not put their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))
