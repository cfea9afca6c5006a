"""`python -m collabwidgets` is `collabwidgets`."""

import sys

from .cli import main

sys.exit(main())
