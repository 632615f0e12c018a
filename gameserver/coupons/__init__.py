"""The coupon service as the rest of the game asks it, in this process or over HTTP."""
