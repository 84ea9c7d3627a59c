"""The rows of the gas table, what each may cost at most, and whom it is compared with."""

from collections.abc import Mapping

__all__ = ["BEGIN", "END", "PEERS", "QUOTED", "SPEED", "TARGETS"]

# Marks in docs/gas.md, between which the table stands.
BEGIN, END = "<!-- gas table: begin -->", "<!-- gas table: end -->"

# Operation -> gas at most, as ../shared/ARCHITECTURE.md has it; None where it sets no target. The table's order.
TARGETS: Mapping[str, int | None] = {
    "transfer_existing": 48_000,
    "transfer_new": 65_100,
    "transfer_policy_bound": 75_000,
    "transfer_every_rule_bound": None,
    "transfer_after_record_date": 94_000,
    "transfer_first_after_record_date": None,
    "transfer_from": None,
    "approve": None,
    "permit": None,
    "freeze": None,
    "freeze_wallet": None,
    "forced_transfer": None,
    "recover_wallet": None,
    "onboard_each_of_100": 26_200,
    "attest": None,
    "publish_root": None,
    "activate_of_a_million": None,
    "renew_each_of_100": None,
    "revoke_each_of_100": None,
    "issue_each_of_100": 31_000,
    "settle_each_of_100": 50_000,
    "coupon_each_of_100": 22_500,
    "coupon_claim": 60_000,
    "redeem_each_of_100": None,
    "cash_transfer_existing": 46_500,
    "cash_transfer_new": 63_600,
    "cash_mint": None,
    "cash_authorization": None,
    "vault_open": 165_000,
    "vault_mint": 90_000,
    "vault_repay": 90_000,
    "vault_release": 90_000,
    "vault_auction_start": 120_000,
    "vault_auction_take": 150_000,
    "dvp_trade": 110_000,
    "dvp_trade_first": 145_000,
    "new_series": 4_600_000,
    "deploy_all": 45_000_000,
}

# Column -> heading.
PEERS: Mapping[str, str] = {
    "oz_erc20": "OpenZeppelin ERC20",
    "solady_erc20": "Solady ERC20",
    "trex_0_topics": "T-REX, 0 topics",
    "trex_1_topic": "T-REX, 1 topic",
    "trex_typical": "T-REX, typical",
}

# Operation -> gas of the peer whose work is the same, measured once (anvil 1.7.1, cold slots) and not run here. Cash:
# Circle's FiatToken. Vault: Morpho Blue with Circle's token; auctions: Maker's.
QUOTED: Mapping[str, int] = {
    "cash_transfer_existing": 45_059,
    "cash_transfer_new": 62_159,
    "cash_mint": 55_491,
    "cash_authorization": 86_052,
    "vault_open": 168_541,
    "vault_mint": 94_522,
    "vault_repay": 92_182,
    "vault_release": 81_003,
    "vault_auction_start": 373_861,
    "vault_auction_take": 130_595,
}

# Measure -> seconds at most; the memory of the root is in GiB.
SPEED: Mapping[str, float] = {
    "compile_warm": 0.5,
    "deploy_all": 3.0,
    "onboard_and_issue_10000": 20.0,
    "pay_10000": 30.0,
    "root_of_a_million": 20.0,
    "root_of_a_million_gib": 1.0,
}
