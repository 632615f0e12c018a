"""Documentation that is written from the code: `python -m gameserver.docs` writes it anew."""
