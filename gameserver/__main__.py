"""`python -m gameserver` is `catcat`."""

from gameserver.cli import main

if __name__ == "__main__":
    main()
