"""The bundled review: the alopecia areata reconstruction, played by jak's own commands from export to report."""
