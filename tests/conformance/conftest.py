"""Lets the tests of the conformance suite import the planted ERP."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
