"""A test passes or fails by the code alone: not by how busy the machine is, nor by the examples drawn that day."""

from hypothesis import settings

settings.register_profile("rwa", deadline=None, derandomize=True, database=None)
settings.load_profile("rwa")
