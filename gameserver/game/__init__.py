"""The rules of the game, pure: no sockets, no stores, no clock, no loop."""
