"""Compiles a SystemRDL file with the reference compiler: prints what it understood as JSON, writes PeakRDL's C header.

usage: read-rdl.py IN.rdl OUT.h
"""

import json
import sys

from peakrdl_cheader.exporter import CHeaderExporter
from systemrdl import RDLCompiler
from systemrdl.messages import MessagePrinter
from systemrdl.node import FieldNode, MemNode, RegNode


class Raise(MessagePrinter):
    """Warnings count: the file is our own."""

    def print_message(self, severity, text, src_ref):
        print(f"{severity.name}: {text}", file=sys.stderr)
        if severity.name != "INFO":
            sys.exit(1)


def main():
    compiler = RDLCompiler(message_printer=Raise())
    compiler.compile_file(sys.argv[1])
    root = compiler.elaborate()
    found = []
    for node in root.top.descendants(unroll=True):
        path = node.get_rel_path(root.top)
        if isinstance(node, RegNode):
            found.append({"register": path, "offset": node.absolute_address, "bytes": node.size})
        elif isinstance(node, MemNode):
            found.append({"window": path, "offset": node.absolute_address, "bytes": node.size})
        elif isinstance(node, FieldNode):
            encode = node.get_property("encode")
            found.append(
                {
                    "field": path,
                    "low": node.low,
                    "high": node.high,
                    "readable": node.is_sw_readable,
                    "writable": node.is_sw_writable,
                    "reset": node.get_property("reset"),
                    "members": None if encode is None else {m.name: m.value for m in encode},
                }
            )
    CHeaderExporter().export(root.top, sys.argv[2])
    json.dump(found, sys.stdout)


main()
