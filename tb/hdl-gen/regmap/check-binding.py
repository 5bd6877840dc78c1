"""Checks device tree bindings against the kernel's meta-schemas (dt-doc-validate), without its library for compiled trees.

usage: check-binding.py BINDING.yaml...
"""

import sys
import types

# Imported by dtschema for compiled trees, which this does not read; it is not published as a wheel.
libfdt = types.ModuleType("libfdt")
libfdt.QUIET_NOTFOUND = ()
sys.modules["libfdt"] = libfdt

from dtschema.doc_validate import main  # noqa: E402

sys.exit(main())
