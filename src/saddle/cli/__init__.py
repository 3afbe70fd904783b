"""The command line: parse, make a recipe, call one function.

Torch is imported by the commands that need it and by nothing else, so that help is quick. The
commands stand in the order in which help lists them.
"""

from saddle.cli import making, using, looking, exporting, judging, comparing, doctoring, asking  # noqa: E501, I001
from saddle.cli.door import main
from saddle.cli.options import app

__all__ = [
    "app",
    "asking",
    "comparing",
    "doctoring",
    "exporting",
    "judging",
    "looking",
    "main",
    "making",
    "using",
]
