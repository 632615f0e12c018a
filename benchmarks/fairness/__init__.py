"""How many cheating catches the server refuses, and how many honest ones: `make fairness`."""
