"""The authority on money: campaigns, coupons, catches, and who owns what, in SQL."""
