"""From tables to things that can be handed on: charts, notebooks run as reports, exports."""
