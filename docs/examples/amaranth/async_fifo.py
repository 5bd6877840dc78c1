from amaranth import *
from amaranth.lib import stream, wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2


def gray(value):
    return value ^ (value >> 1)


class AsyncFifo(wiring.Component):
    """FIFO of `depth` entries, a power of two, from clock domain `write` to `read`."""

    def __init__(self, shape, depth):
        self.shape = shape
        self.depth = depth
        super().__init__({"push": In(stream.Signature(shape)), "pop": Out(stream.Signature(shape))})

    def elaborate(self, platform):
        m = Module()
        width = exact_log2(self.depth) + 1
        head, head_gray, head_seen = Signal(width), Signal(width), Signal(width)
        tail, tail_gray, tail_seen = Signal(width), Signal(width), Signal(width)
        m.submodules.cells = cells = Memory(shape=self.shape, depth=self.depth, init=[])
        write = cells.write_port(domain="write")
        read = cells.read_port(domain="comb")
        m.submodules += FFSynchronizer(head_gray, head_seen, o_domain="write")
        m.submodules += FFSynchronizer(tail_gray, tail_seen, o_domain="read")
        pushes = self.push.valid & self.push.ready
        pops = self.pop.valid & self.pop.ready
        m.d.comb += [
            self.push.ready.eq((tail_gray ^ head_seen) != 3 << (width - 2)),
            write.addr.eq(tail),
            write.data.eq(self.push.payload),
            write.en.eq(pushes),
            self.pop.valid.eq(head_gray != tail_seen),
            read.addr.eq(head),
            self.pop.payload.eq(read.data),
        ]
        with m.If(pushes):
            m.d.write += tail.eq(tail + 1)
            m.d.write += tail_gray.eq(gray((tail + 1)[:width]))
        with m.If(pops):
            m.d.read += head.eq(head + 1)
            m.d.read += head_gray.eq(gray((head + 1)[:width]))
        return m
