"""What the server costs: `make bench` measures it, `make bench-check` guards it."""
