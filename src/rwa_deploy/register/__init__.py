"""Events -> Register -> reconciliation: who holds what, folded in DuckDB from what the chain has said.

The register is a fold: delete it, fold again, and the same content comes back (`Register.content_hash`). Nothing in
it is a float: amounts are HUGEINT, whose sums are exact or refused.
"""

from rwa_deploy.register.credit import CreditAct, credit_acts
from rwa_deploy.register.fold import fold
from rwa_deploy.register.ledger import Register
from rwa_deploy.register.lines import (
    AllotmentLine,
    Holder,
    Kyc,
    Payment,
    Purchase,
    Redemption,
    SeriesUse,
    TaxRowSet,
    TradeLine,
    Use,
)
from rwa_deploy.register.orders import Order, order_acts, orders
from rwa_deploy.register.recon import ReconRow, recon_rows, reconcile
from rwa_deploy.register.store import load, save

__all__ = [
    "AllotmentLine",
    "CreditAct",
    "Holder",
    "Kyc",
    "Order",
    "Payment",
    "Purchase",
    "ReconRow",
    "Redemption",
    "Register",
    "SeriesUse",
    "TaxRowSet",
    "TradeLine",
    "Use",
    "credit_acts",
    "fold",
    "load",
    "order_acts",
    "orders",
    "recon_rows",
    "reconcile",
    "save",
]
