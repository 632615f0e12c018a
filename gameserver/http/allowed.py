"""Whom an endpoint is for: the sets of roles that the table of endpoints names."""

from gameserver.http.call import Role

ANYONE = frozenset({Role.ANYONE})
PLAYER = frozenset({Role.PLAYER})
MERCHANT = frozenset({Role.MERCHANT})
HOLDERS = frozenset({Role.PLAYER, Role.MERCHANT})
COUNTER = frozenset({Role.MERCHANT, Role.CLERK})
ADMIN = frozenset({Role.ADMIN})
SERVICE = frozenset({Role.SERVICE})
