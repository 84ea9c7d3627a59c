"""Wheel build -> wheel, or a refusal when the compiled contracts are not there to go into it."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ARTIFACTS = Path("src") / "rwa_deploy" / "artifacts"


class ArtifactsHook(BuildHookInterface[Any]):
    """Refuses a wheel that could not deploy; an editable install compiles later."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Version of the target -> nothing, or RuntimeError without artifacts."""
        if version != "editable" and not any((Path(self.root) / ARTIFACTS).glob("*.json")):
            raise RuntimeError(f"{ARTIFACTS} holds no compiled contracts; run `make wheel`, which compiles first")
