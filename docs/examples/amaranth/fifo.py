from amaranth import *
from amaranth.lib import stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2


class Fifo(wiring.Component):
    """FIFO of `depth` entries, a power of two."""

    def __init__(self, shape, depth):
        self.shape = shape
        self.depth = depth
        super().__init__({"push": In(stream.Signature(shape)), "pop": Out(stream.Signature(shape))})

    def elaborate(self, platform):
        m = Module()
        width = exact_log2(self.depth)
        head = Signal(width)
        tail = Signal(width)
        full = Signal()
        m.submodules.cells = cells = Memory(shape=self.shape, depth=self.depth, init=[])
        write = cells.write_port()
        read = cells.read_port(domain="comb")
        pushes = self.push.valid & self.push.ready
        pops = self.pop.valid & self.pop.ready
        m.d.comb += [
            self.push.ready.eq(~full),
            self.pop.valid.eq(full | (head != tail)),
            write.addr.eq(tail),
            write.data.eq(self.push.payload),
            write.en.eq(pushes),
            read.addr.eq(head),
            self.pop.payload.eq(read.data),
        ]
        with m.If(pushes):
            m.d.sync += tail.eq(tail + 1)
        with m.If(pops):
            m.d.sync += head.eq(head + 1)
        with m.If(pushes != pops):
            m.d.sync += full.eq(pushes & ((tail + 1)[:width] == head))
        return m
