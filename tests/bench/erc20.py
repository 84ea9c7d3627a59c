"""Lab -> samples of a plain ERC-20 (OpenZeppelin's, Solady's): the floor, with nobody checked and nothing recorded."""

from dataclasses import dataclass

from tests.bench.lab import AMOUNT, FOREVER, Lab, Sample, sample
from tests.bench.signing import permit

from rwa_deploy.chain import wallet

__all__ = ["PLAIN", "Plain", "measure"]

BATCH = 100
DEPLOYER = 31  # number of an account of the development chain


@dataclass(frozen=True, slots=True)
class Plain:
    """A mock around a library's token; the one with EIP-2612 may be another."""

    name: str
    contract: str
    with_permit: str
    permit_name: str


PLAIN = (
    Plain("oz_erc20", "OpenZeppelinToken", "OpenZeppelinPermitToken", "OpenZeppelin"),
    Plain("solady_erc20", "SoladyToken", "SoladyToken", "Solady"),
)


def measure(lab: Lab, plain: Plain) -> dict[str, Sample]:
    """Lab + token -> operation -> Sample."""
    deployer = lab.signer(DEPLOYER)
    token, created = lab.create(deployer, plain.contract)
    holders = [wallet(plain.name, index) for index in range(BATCH)]
    addresses = [holder.address for holder in holders]
    lab.chain.fund(addresses, 10**18)
    one, two, three, *_ = holders
    new, seed = wallet(plain.name, BATCH).address, wallet(plain.name, BATCH + 1).address
    lab.send(deployer, token.call("mint", [seed], [AMOUNT]))
    issued = lab.send(deployer, token.call("mint", addresses, [10 * AMOUNT] * BATCH))
    permitted, _ = lab.create(deployer, plain.with_permit)
    signed = permit(lab.chain.chain_id, permitted, plain.permit_name, one, two.address, AMOUNT, FOREVER)
    acts = {
        "transfer_existing": (one, token.call("transfer", two.address, AMOUNT)),
        "transfer_new": (one, token.call("transfer", new, AMOUNT)),
        "approve": (one, token.call("approve", two.address, 3 * AMOUNT)),
        "transfer_from": (two, token.call("transferFrom", one.address, three.address, AMOUNT)),
        "permit": (deployer, signed),
    }
    found = {name: sample([lab.send(signer, call)]) for name, (signer, call) in acts.items()}
    cash = {f"cash_{name}": found[name] for name in ("transfer_existing", "transfer_new")}
    return found | cash | {"deploy_all": sample([created]), "issue_each_of_100": sample([issued], units=BATCH)}
