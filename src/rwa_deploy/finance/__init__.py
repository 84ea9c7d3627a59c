"""Exact, pure rules of money and time: auctions, bills, bids; no chain, no files."""
