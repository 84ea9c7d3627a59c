"""A test passes or fails by the code alone: not by how busy the machine is, how wide its terminal, nor by the examples
drawn that day."""

import os
from pathlib import Path

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

# Workers of pytest-xdist say 80, in which a hash does not fit; read once, when the console is made.
os.environ["COLUMNS"] = "200"
set_hypothesis_home_dir(Path(__file__).resolve().parents[1] / ".build" / "hypothesis")
settings.register_profile("rwa", deadline=None, derandomize=True, database=None)
settings.load_profile("rwa")
