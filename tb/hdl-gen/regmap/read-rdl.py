"""Compiles SystemRDL files with the reference compiler: what it understood as JSON, one list for each file.

usage: read-rdl.py (IN.rdl OUT.h)...    OUT.h is PeakRDL's C header, or - for none
"""

import json
import sys

from peakrdl_cheader.exporter import CHeaderExporter
from systemrdl import RDLCompiler
from systemrdl.messages import MessagePrinter
from systemrdl.node import FieldNode, MemNode, RegNode


class Strict(MessagePrinter):
    """Warnings count: the files are our own."""

    def print_message(self, severity, text, src_ref):
        if severity.name != "INFO":
            sys.exit(f"{severity.name}: {text} at {src_ref}")


def describe(node, top):
    path = node.get_rel_path(top)
    if isinstance(node, RegNode):
        return {"register": path, "offset": node.absolute_address, "bytes": node.size}
    if isinstance(node, MemNode):
        return {"window": path, "offset": node.absolute_address, "bytes": node.size}
    if isinstance(node, FieldNode):
        encode = node.get_property("encode")
        reset = node.get_property("reset")
        return {
            "field": path,
            "low": node.low,
            "high": node.high,
            "readable": node.is_sw_readable,
            "writable": node.is_sw_writable,
            "reset": None if reset is None else hex(reset),
            "members": None if encode is None else {m.name: m.value for m in encode},
        }
    return None


def compiled(source, header):
    compiler = RDLCompiler(message_printer=Strict())
    compiler.compile_file(source)
    top = compiler.elaborate().top
    if header != "-":
        CHeaderExporter().export(top, header)
    return [d for d in (describe(node, top) for node in top.descendants(unroll=True)) if d is not None]


pairs = sys.argv[1:]
json.dump([compiled(*pair) for pair in zip(pairs[::2], pairs[1::2])], sys.stdout)
