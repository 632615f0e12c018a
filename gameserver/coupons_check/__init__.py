"""The contract of a coupon service, as checks that any implementation can be run against.

It shares no code with the client and the server of this project: a mistake of theirs would go
unseen. docs/coupon-service.md is what is checked.
"""
