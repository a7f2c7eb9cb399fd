"""python -m rehearsal.bench [--rounds N] [--only cold|replay|calls] [--write]"""

import sys

from rehearsal.bench import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
