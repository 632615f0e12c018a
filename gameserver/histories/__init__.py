"""What clients were told, held against the books.

`lines` reads the histories that load bots write, `books` the facts in SQL, and `checks` says where
they contradict each other.
"""
