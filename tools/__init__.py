"""What the authors of the course work with; ``make`` names each."""

import sys

# jsonschema compiles a grammar of web addresses as it is imported, if it finds this package: one
# second of every start, for a check that nothing here asks for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
