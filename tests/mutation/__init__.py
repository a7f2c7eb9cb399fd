"""Small changes of the decision core, one by one, and whether its tables notice them (docs/mutations.md)."""

import site

# mutmut wants other packages than .venv has: it lies apart (see the Makefile), and comes last.
site.addsitedir("build/mutation/tools")
