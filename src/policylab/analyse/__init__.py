"""Tables in, tables out: the tidy table of targets, comparisons, the panel and what missing means in it."""
