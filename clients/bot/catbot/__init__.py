"""The load bots of Catch the Cat: many players in one process, and an honest report of them.

`catbot.running.run` plays a whole run that `catbot.options.Options` describes.
"""
