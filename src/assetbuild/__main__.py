"""`python -m assetbuild`."""

import sys

from assetbuild.cli import script

if __name__ == "__main__":
    sys.exit(script())
