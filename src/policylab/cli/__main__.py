"""``python -m policylab.cli``: the command line without its script."""

from policylab.cli import main

main()
