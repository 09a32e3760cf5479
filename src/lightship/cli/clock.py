"""Refuse to speak while this machine's clock is wrong."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lightship.cli.shared import Refused, utc_now
from lightship.net.client import PublicReader

CLOCK_OFF = 300.0
"""Seconds. A cache that does not tell the age of its answer is less behind."""


def insist_on_clock(urls: Sequence[str], reader: PublicReader) -> None:
    """An update with a wrong date stands above or below those of colleagues, and nobody can take that back. One host that
    agrees with this machine is enough: another may lie."""
    with ThreadPoolExecutor(16) as pool:
        clocks = [at for at in pool.map(reader.clock, urls) if at]
    off = min(((utc_now() - at).total_seconds() for at in clocks), key=abs, default=0.0)
    if abs(off) > CLOCK_OFF:
        raise Refused(
            f"this machine's clock is {abs(off) / 60:,.0f} minutes {'ahead of' if off > 0 else 'behind'} what every host says "
            "that answers: what you say would be dated wrongly. Set it (timedatectl set-ntp true); or, if it is right, put "
            "--clock-is-right after breakglass"
        )
