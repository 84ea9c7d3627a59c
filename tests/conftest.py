"""A test passes or fails by the code alone: not by how busy the machine is, nor by the examples drawn that day."""

from pathlib import Path

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(__file__).resolve().parents[1] / ".build" / "hypothesis")
settings.register_profile("rwa", deadline=None, derandomize=True, database=None)
settings.load_profile("rwa")
