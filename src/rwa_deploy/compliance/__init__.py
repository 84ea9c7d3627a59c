"""Who may hold: the rows of onboarding files, identifiers and hashes; no chain."""
