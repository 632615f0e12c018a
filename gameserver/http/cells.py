"""Cells of CSV that people open in a spreadsheet: no text of theirs is run as a formula."""

_BEGINS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet runs it: an apostrophe before what begins a formula.

    What begins one is as OWASP lists it ("CSV Injection"), with the full-width forms. A text that
    looks as if this had been done to it gets one more, so that `plain_cell` undoes it.
    """
    return f"'{text}" if text.lstrip("'").startswith(_BEGINS_FORMULA) else text


def plain_cell(cell: str) -> str:
    """The text of which `safe_cell` made the cell."""
    if cell.startswith("'") and cell.lstrip("'").startswith(_BEGINS_FORMULA):
        return cell[1:]
    return cell
