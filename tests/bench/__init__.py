"""Contracts + chain -> gas table: what each operation costs here and with the peers, in one run on one chain."""
