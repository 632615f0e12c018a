"""Catch the Cat: a location game server whose prizes are real coupons."""
