"""python -m rehearsal.bench [--rounds N] [--only cold|replay|simulation|calls] [--write]"""

import sys

from rehearsal.bench import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
