"""What makes an entry worth a second look, and from which figures on. A signal is never a verdict: a person decides.

docs/rules.md section 5 names the signals. Their thresholds stand here alone and are told nowhere else: who knows them
stays just below.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

# Photos: of the 64 features of a print at most so many may differ.
LOOK_ALIKE_BITS = 7
PRINT_BITS = 64
UNSIGNED = 2**PRINT_BITS - 1
BANDS = 4
BAND_BITS = PRINT_BITS // BANDS

# So many acts of one day, sent in within so short a time.
BURST_ACTS = 6
BURST_WITHIN = timedelta(minutes=60)

# So many other people who logged in the same cell and ten minutes, besides one's own team and family.
CROWD_OTHERS = 2

# A manager's approvals for one resident: so many in these days, and so many times what each resident gets on average.
OFTEN_APPROVALS = 10
OFTEN_TIMES = 3
OFTEN_DAYS = 30


def distance(one: int, other: int) -> int:
    """In how many features two prints differ. Prints may be signed, as databases keep them."""
    return ((one ^ other) & UNSIGNED).bit_count()


def nearest(features: int, prints: Iterable[int]) -> int:
    """The least distance between one print and several. Asked thousands of times a search, so written out."""
    return min([((features ^ print_) & UNSIGNED).bit_count() for print_ in prints])


def bands(print_: int) -> tuple[int, ...]:
    """A print cut into bands."""
    return tuple(print_ >> shift & (2**BAND_BITS - 1) for shift in range(0, PRINT_BITS, BAND_BITS))


def probes(prints: Iterable[int]) -> tuple[frozenset[int], ...]:
    """For each band, the values that a print at most LOOK_ALIKE_BITS away from one of these must have in some band.

    Seven differences over four bands leave one band with at most one: the band itself, or with one bit turned.
    """
    found: tuple[set[int], ...] = tuple(set() for _ in range(BANDS))
    for print_ in prints:
        for values, band in zip(found, bands(print_), strict=True):
            values.add(band)
            values.update(band ^ 1 << bit for bit in range(BAND_BITS))
    return tuple(frozenset(values) for values in found)


def is_burst(sent_at: datetime, others: Iterable[datetime]) -> bool:
    """Whether so many acts of one day were sent in within so short a time, this one among them.

    `others` are the instants of all acts of that resident and act day, this one's included.
    """
    times = sorted(others)
    spans = zip(times, times[BURST_ACTS - 1 :], strict=False)
    return any(first <= sent_at <= last and last - first <= BURST_WITHIN for first, last in spans)


def is_often(resident_id: int, approvals: Mapping[int, int]) -> bool:
    """Whether a manager's approvals go to one resident unusually often, measured by what the others get.

    `approvals` counts this manager's approvals of the last OFTEN_DAYS days by resident. Where few take part each has a
    large share, which is nothing unusual.
    """
    mine = approvals.get(resident_id, 0)
    return mine >= OFTEN_APPROVALS and mine * len(approvals) >= OFTEN_TIMES * sum(approvals.values())
