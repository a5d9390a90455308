"""From a Document to Target records: quantities, linking, and the human ledger."""
