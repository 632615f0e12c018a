"""What can go wrong with a database, as the callers of the ledger see it."""


class LedgerError(Exception):
    """The books could not be asked; nothing is known to be wrong with the question."""


class LedgerBusy(LedgerError):
    """Too many wait already, or a lock was not to be had in time. Nothing was changed."""


class LedgerUnavailable(LedgerError):
    """The database cannot be reached or cannot write. Whether the change was made is unknown."""


class UnsupportedDatabase(ValueError):
    """The URL is none that the ledger can open."""
