"""What is known about government work reports, as data, and the loader that validates it."""

from policylab.codebook.folding import fold
from policylab.codebook.loader import Alias, Codebook, Indicator, Unit, load_codebook

__all__ = ["Alias", "Codebook", "Indicator", "Unit", "fold", "load_codebook"]
