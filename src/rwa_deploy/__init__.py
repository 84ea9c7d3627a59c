"""rwa_deploy: issue, settle, service and report tokenised government debt on an EVM development chain."""

__all__ = ["__version__"]
__version__ = "0.1.0"
