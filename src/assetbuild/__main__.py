"""`python -m assetbuild`."""

import sys

from assetbuild.cli import main

if __name__ == "__main__":
    sys.exit(main())
