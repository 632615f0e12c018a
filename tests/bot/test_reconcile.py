from catbot.api import WalletCoupon
from catbot.attempts import Attempts
from catbot.reconcile import Account, Reconciliation, Told, Wallet, account_of, compare
from catbot.wire import Coupon


def account(*told: Told, tried: tuple[str, ...] = (), is_new: bool = True) -> Account:
    cats = frozenset((*tried, *(one.cat for one in told)))
    return Account("token", told, cats, is_new)


def wallet(owner: Account, *coupons: tuple[str, str | None]) -> Wallet:
    held = tuple(
        WalletCoupon(cat, "pending" if code is None else "active", code) for cat, code in coupons
    )
    return Wallet(owner, held)


def test_every_coupon_told_of_and_there_reconciles() -> None:
    found = compare([wallet(account(Told("c1", "A"), Told("c2", "B")), ("c1", "A"), ("c2", "B"))])
    assert found == Reconciliation(told=2, found=2)
    assert found.holds


def test_no_coupons_at_all_reconcile() -> None:
    assert compare([]).holds
    assert compare([wallet(account())]).holds


def test_a_coupon_that_is_not_in_the_wallet_is_missing() -> None:
    found = compare([wallet(account(Told("c1", "A")))])
    assert (found.missing, found.holds) == (1, False)
    assert "A" in found.problems[0]


def test_a_pending_coupon_that_was_withdrawn_is_no_fault() -> None:
    promised = account(Told("c1", None), Told("c2", None))
    assert compare([wallet(promised)]).pending == 2
    found = compare([Wallet(promised, (), frozenset({"c1"}))])
    assert (found.withdrawn, found.pending, found.holds) == (1, 1, False)
    found = compare([Wallet(account(Told("c1", "A")), (), frozenset({"c1"}))])
    assert (found.missing, found.holds) == (1, False)


def test_a_coupon_with_another_code_than_told_is_missing() -> None:
    found = compare([wallet(account(Told("c1", "A")), ("c1", "B"))])
    assert (found.missing, found.holds) == (1, False)


def test_a_coupon_that_was_pending_is_found_by_its_cat() -> None:
    assert compare([wallet(account(Told("c1", None)), ("c1", "A"))]).found == 1


def test_a_coupon_that_is_still_pending_does_not_reconcile() -> None:
    found = compare([wallet(account(Told("c1", None)), ("c1", None))])
    assert (found.pending, found.missing, found.holds) == (1, 0, False)


def test_a_pending_coupon_that_is_not_in_the_wallet_yet_is_still_waited_for() -> None:
    found = compare([wallet(account(Told("c1", None)))])
    assert (found.pending, found.missing, found.holds) == (1, 0, False)


def test_a_code_that_was_told_must_be_there_even_while_its_coupon_is_pending() -> None:
    assert compare([wallet(account(Told("c1", "A")), ("c1", None))]).missing == 1


def test_two_coupons_for_one_cat_do_not_reconcile() -> None:
    found = compare([wallet(account(Told("c1", "A")), ("c1", "B"), ("c1", "A"))])
    assert found.twice == 1
    assert not found.holds


def test_one_code_in_two_wallets_does_not_reconcile() -> None:
    one = wallet(account(Told("c1", "A")), ("c1", "A"))
    other = wallet(account(Told("c2", "A")), ("c2", "A"))
    found = compare([one, other])
    assert found.twice == 1
    assert not found.holds


def test_a_wallet_that_cannot_be_read_does_not_reconcile() -> None:
    found = compare([Wallet(account(), None)])
    assert (found.unread, found.holds) == (1, False)


def test_a_coupon_whose_catch_was_thrown_but_not_answered_is_unheard() -> None:
    found = compare([wallet(account(tried=("c1",)), ("c1", "A"))])
    assert (found.unheard, found.unasked, found.holds) == (1, 0, True)


def test_a_coupon_in_a_new_wallet_that_nobody_threw_for_is_reported() -> None:
    assert compare([wallet(account(), ("c1", "A"))]).unasked == 1


def test_older_coupons_of_an_older_player_are_none_of_our_business() -> None:
    found = compare([wallet(account(is_new=False), ("c1", "A"))])
    assert found == Reconciliation()


def test_problems_are_a_sample_and_counts_are_complete() -> None:
    told = tuple(Told(f"c{number}", f"A{number}") for number in range(200))
    found = compare([wallet(account(*told))])
    assert found.missing == 200
    assert len(found.problems) == 20


def test_an_account_sums_up_attempts() -> None:
    attempts = Attempts("run")
    attempts.new("c1", "t").coupon = Coupon("active", "k", "Tea", "A", 1)
    attempts.new("c2", "t").coupon = Coupon("pending", "k", "Tea", None, None)
    attempts.new("c3", "t").coupon = Coupon("void", "k", "Tea", None, None)
    attempts.new("c4", "t")
    assert account_of("token", attempts, is_new=True) == Account(
        "token",
        (Told("c1", "A"), Told("c2", None)),
        frozenset({"c1", "c2", "c3", "c4"}),
        is_new=True,
    )
