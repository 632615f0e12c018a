"""From a won cat to a coupon in the books: what gateway and keeper both do with a claim.

The order is what makes crashes harmless: the claim stands in Redis with its outbox entry, then the
coupon and the catch are committed, then the player hears of it and the entry goes.
Whoever finds an entry later does the same again, with the same ids, and gets the same answers.
"""
