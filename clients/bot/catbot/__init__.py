"""The load bots of Catch the Cat: many players in one process, and an honest report of them."""

from catbot.address import AddressError
from catbot.fail_if import ConditionError
from catbot.options import Options, OptionsError
from catbot.report import Report
from catbot.running import RunError, run

__all__ = ["AddressError", "ConditionError", "Options", "OptionsError", "Report", "RunError", "run"]
