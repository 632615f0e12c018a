"""Players' sockets: from the bytes of a phone to the rules, and back."""
