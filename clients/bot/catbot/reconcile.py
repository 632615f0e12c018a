"""Whether every coupon that a bot was told of is in that player's wallet, and none twice.

`compare` is the judgement, without I/O; `reconcile` reads the wallets and waits for what is still
pending. `note_lists` writes down what the server says in the end, for others to judge.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from catbot.api import Api, ApiError, WalletCoupon
from catbot.attempts import Attempt
from catbot.history import History, KeptCatch, KeptCoupon, wall_clock_ms
from catbot.wire import Coupon

_READERS = 16
_PENDING_S = 30.0
_LOOK_AGAIN_S = 1.0
_SAMPLE = 20
_LOST_MOST = 16


class _Trust:
    """That a server answers at all. It is lost after so many accounts in a row that could not be
    read, each in several tries: thousands of others would take hours to say the same.
    """

    def __init__(self) -> None:
        self._lost = 0

    @property
    def is_gone(self) -> bool:
        return self._lost >= _LOST_MOST

    def answered(self) -> None:
        self._lost = 0

    def failed(self) -> None:
        self._lost += 1


class Told(msgspec.Struct, frozen=True):
    """A coupon that a bot heard of: by its code, or by its cat alone while it is pending."""

    cat: str
    code: str | None


class Account(msgspec.Struct, frozen=True):
    """One player at the end of a run: what it was told, and the cats it threw at."""

    token: str
    told: tuple[Told, ...]
    tried: frozenset[str]
    is_new: bool  # signed up for this run, so its wallet holds nothing older


class Reconciliation(msgspec.Struct, frozen=True):
    """Counts over all wallets. Only `missing`, `twice`, `pending` and `unread` are faults of money.

    `withdrawn` coupons were pending and came to nothing, as the player's catches say; `unheard`
    ones came of catches whose answer the bot did not live to hear; `unasked` ones of no catch at
    all, in a wallet that was empty before the run.
    """

    told: int = 0
    found: int = 0
    missing: int = 0
    twice: int = 0
    pending: int = 0
    unread: int = 0
    withdrawn: int = 0
    unheard: int = 0
    unasked: int = 0
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Every coupon told of is there once, and with its code."""
        return not (self.missing or self.twice or self.pending or self.unread)


class Wallet(msgspec.Struct, frozen=True):
    """One account beside its wallet; `coupons` is None where the wallet could not be read.

    `withdrawn` are the cats whose promised coupons the player's catches say came to nothing.
    """

    account: Account
    coupons: tuple[WalletCoupon, ...] | None
    withdrawn: frozenset[str] = frozenset()


def account_of(token: str, attempts: Iterable[Attempt], *, is_new: bool) -> Account:
    """Sum up what a player threw and was told."""
    tried = list(attempts)
    return Account(
        token=token,
        told=tuple(
            Told(attempt.catch.cat, attempt.coupon.code)
            for attempt in tried
            if attempt.coupon is not None and _is_owed(attempt.coupon)
        ),
        tried=frozenset(attempt.catch.cat for attempt in tried),
        is_new=is_new,
    )


class _Finding(msgspec.Struct, frozen=True):
    """One thing seen in the wallets: the count it belongs to, and a text where it is a problem."""

    count: str
    problem: str | None = None


def _is_owed(coupon: Coupon) -> bool:
    # A coupon without a code that is not pending any more was taken back before it was given.
    return coupon.code is not None or coupon.state == "pending"


def compare(wallets: Sequence[Wallet]) -> Reconciliation:
    """Hold what bots were told against their wallets; a code may be in one wallet only, once."""
    findings = [finding for wallet in wallets for finding in _findings(wallet)]
    findings += _shared_codes(wallets)
    counts = Counter(finding.count for finding in findings)
    counts["told"] = sum(len(wallet.account.told) for wallet in wallets)
    problems = [finding.problem for finding in findings if finding.problem is not None]
    if counts["unread"]:
        unread = "a wallet" if counts["unread"] == 1 else f"{counts['unread']:,} wallets"
        problems.insert(0, f"{unread} could not be read")
    return Reconciliation(**counts, problems=tuple(problems[:_SAMPLE]))


def _findings(wallet: Wallet) -> Iterator[_Finding]:
    if wallet.coupons is None:
        yield _Finding("unread")
        return
    for cat, times in Counter(coupon.cat for coupon in wallet.coupons).items():
        if times > 1:
            yield _Finding("twice", f"cat {cat} gave one player {times} coupons")
    by_cat = {coupon.cat: coupon for coupon in wallet.coupons}
    for told in wallet.account.told:
        if told.code is None and told.cat not in by_cat and told.cat in wallet.withdrawn:
            yield _Finding("withdrawn")
        else:
            yield _whereabouts(told, by_cat.get(told.cat))
    for cat in by_cat.keys() - {told.cat for told in wallet.account.told}:
        if cat in wallet.account.tried:
            yield _Finding("unheard")
        elif wallet.account.is_new:
            yield _Finding("unasked", f"cat {cat} gave a coupon that nobody asked for")


def _whereabouts(told: Told, coupon: WalletCoupon | None) -> _Finding:
    if (coupon is None or coupon.code is None) and told.code is None:
        return _Finding("pending", f"the coupon for cat {told.cat} is still pending")
    if coupon is None:
        return _Finding("missing", f"told of {told.code} for cat {told.cat}: not there")
    if told.code is not None and coupon.code != told.code:
        return _Finding("missing", f"told {told.code} for cat {told.cat}: {coupon.code} is there")
    return _Finding("found")


def _shared_codes(wallets: Sequence[Wallet]) -> Iterator[_Finding]:
    owners = Counter(
        coupon.code
        for wallet in wallets
        for coupon in wallet.coupons or ()
        if coupon.code is not None
    )
    for code, times in owners.items():
        if times > 1:
            yield _Finding("twice", f"code {code} is in wallets {times} times")


def merged(parts: Iterable[Reconciliation]) -> Reconciliation:
    """The sum of what was found in the wallets of several groups of players."""
    counts: Counter[str] = Counter()
    problems: list[str] = []
    for part in parts:
        fields = msgspec.structs.asdict(part)
        problems += fields.pop("problems")
        counts.update(fields)
    return Reconciliation(**counts, problems=tuple(problems[:_SAMPLE]))


async def reconcile(api: Api, accounts: Sequence[Account]) -> Reconciliation:
    """Read the wallet of every account and compare; coupons that are pending get up to 30 s."""
    return compare(await read_wallets(api, accounts))


async def read_wallets(api: Api, accounts: Sequence[Account]) -> list[Wallet]:
    """The wallet of every account; those with pending coupons are read again for up to 30 s.

    Where 16 in a row can't be read, the rest is not tried.
    """
    wallets = await _read(api, accounts)
    deadline_s = asyncio.get_running_loop().time() + _PENDING_S
    while True:
        waiting = [place for place, wallet in enumerate(wallets) if compare([wallet]).pending]
        if not waiting or asyncio.get_running_loop().time() > deadline_s:
            return wallets
        await asyncio.sleep(_LOOK_AGAIN_S)
        accounts_again = [wallets[place].account for place in waiting]
        again = await _read(api, accounts_again, with_catches=True)
        for place, wallet in zip(waiting, again, strict=True):
            wallets[place] = wallet


async def _read(
    api: Api, accounts: Sequence[Account], *, with_catches: bool = False
) -> list[Wallet]:
    wallets: list[Wallet | None] = [None] * len(accounts)
    places = iter(range(len(accounts)))  # shared, so that every reader takes the next one free
    trust = _Trust()

    async def reader() -> None:
        for place in places:
            account = accounts[place]
            if trust.is_gone:
                wallets[place] = Wallet(account, None)
                continue
            try:
                caught = await api.catches(account.token) if with_catches else []
                coupons = tuple(await api.wallet(account.token))
            except ApiError:
                trust.failed()
                wallets[place] = Wallet(account, None)
            else:
                trust.answered()
                withdrawn = frozenset(each.cat for each in caught if each.no_coupon is not None)
                wallets[place] = Wallet(account, coupons, withdrawn)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(_READERS, len(accounts))):
            group.create_task(reader())
    return [wallet for wallet in wallets if wallet is not None]


async def note_lists(api: Api, tokens: Iterable[tuple[str, str]], history: History) -> None:
    """Read the wallet and the catches of every (player, token) once more, into the history.

    What can't be read is not written down.
    """
    players = iter(tokens)  # shared, so that every reader takes the next one free
    trust = _Trust()

    async def reader() -> None:
        for player, token in players:
            if trust.is_gone:
                return
            try:
                asked_ms = wall_clock_ms()
                coupons = [_kept(coupon) for coupon in await api.wallet(token)]
                history.wallet(player, asked_ms, coupons)
                asked_ms = wall_clock_ms()
                catches = await api.catches(token)
            except ApiError:
                trust.failed()
                continue
            trust.answered()
            history.catches(
                player, asked_ms, [KeptCatch(c.cat, c.attempt, c.points) for c in catches]
            )

    async with asyncio.TaskGroup() as group:
        for _ in range(_READERS):
            group.create_task(reader())


def _kept(coupon: WalletCoupon) -> KeptCoupon:
    return KeptCoupon(
        state=coupon.state,
        campaign=coupon.campaign or "",
        code=coupon.code,
        expires_ms=coupon.expires_ms,
        cat=coupon.cat,
        attempt=coupon.attempt,
    )
