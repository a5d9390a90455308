"""From files to Documents: reports, corpora, regions, and the parts of a report. The text is never changed."""
