"""How the lightningd of a recording talks to a plugin. The folder of a recording is its version; recordings outside of the folders are
of the newest one.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    name: str                        # as in LIGHTNINGD_VERSION and getinfo
    hook_filters: bool = True        # the hook gets only the commands of its filters, not every one
    numeric_ids: bool = False        # of requests to plugins
    wait_sendpays: bool = True       # `wait` answers `sendpays`, not only `details`
    pay_indexes: bool = True         # `listpays` has created_index and updated_index
    xpay_holds: bool = True          # `listpays` says pending until xpay no longer holds the payment
    waits_for_blocks: str = ""       # the payer that may let a minute pass before it tries again, and has no status command


NEWEST = Version("v26.06.6")
BY_FOLDER = {
    "v25.12": Version("v25.12.1", xpay_holds=False, waits_for_blocks="cln-xpay"),
    "v24.11": Version("v24.11.2", hook_filters=False, wait_sendpays=False, xpay_holds=False, waits_for_blocks="cln-xpay"),
    "v23.11": Version("v23.11.2-modded", hook_filters=False, numeric_ids=True, wait_sendpays=False, pay_indexes=False, xpay_holds=False,
                      waits_for_blocks="pay"),
}


def of(recording: str) -> Version:
    return BY_FOLDER.get(recording.rpartition("/")[0], NEWEST)
