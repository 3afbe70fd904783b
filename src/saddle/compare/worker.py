"""A child process that plays units of a comparison: a line of JSON asks, a line answers.

It ends when its input does, and stops, saved, when its parent is gone or sends it Ctrl-C.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> int:
    """Play what is asked for on standard input until that ends; 130 where it was stopped."""
    parent = os.getppid()
    try:
        from saddle.compare.design import read
        from saddle.compare.playing import play_unit

        folder = Path(sys.argv[1])
        design = read(folder)
        for line in sys.stdin:
            number, seeds = json.loads(line)
            unit = number, tuple(seeds)
            ended = play_unit(design, folder, unit, lambda: os.getppid() != parent)
            sys.stdout.write(json.dumps(ended) + "\n")
            sys.stdout.flush()
            if not ended:
                return 130
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
