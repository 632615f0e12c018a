"""A film for Chromium's fake camera: a QR code, held still."""

from pathlib import Path

import segno

WIDTH, HEIGHT = 640, 480
MODULE = 10
WHITE, BLACK = 235, 16


def write_film_of(code: str, path: Path) -> None:
    """A raw film (YUV4MPEG2) of a code in the middle of a white sheet."""
    bright = bytearray([WHITE]) * (WIDTH * HEIGHT)
    rows = [list(row) for row in segno.make_qr(code, error="m").matrix]
    side = len(rows) * MODULE
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    for y in range(side):
        for x in range(side):
            if rows[y // MODULE][x // MODULE]:
                bright[(top + y) * WIDTH + left + x] = BLACK
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F15:1 Ip A1:1 C420mpeg2\n".encode()
    path.write_bytes(head + (b"FRAME\n" + bytes(bright) + grey) * 2)
