"""The pages that are written from the code say what the code says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_catalogue_page_is_current():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "catalogue"), "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
