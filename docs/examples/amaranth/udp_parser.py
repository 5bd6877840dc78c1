from amaranth import *
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out


class Beat(data.Struct):
    data: 64
    keep: 8
    last: 1


class Endpoint(data.Struct):
    ip: 32
    port: 16


class UdpHeader(data.Struct):
    source: Endpoint
    target: Endpoint
    bytes: 16


class UdpParser(wiring.Component):
    """Finds the header of UDP datagrams in IPv4 frames without options or fragments, 8 bytes a beat."""

    frames: In(stream.Signature(Beat))
    found: Out(1)
    header: Out(UdpHeader)

    def elaborate(self, platform):
        m = Module()
        beat = Signal(3)
        complete = Signal()
        start = Signal(48 * 8, reset_less=True)
        fire = self.frames.valid & self.frames.ready
        m.d.comb += self.frames.ready.eq(1)
        m.d.sync += complete.eq(fire & (beat == 5))
        with m.If(fire):
            m.d.sync += start.eq(Cat(start[64:], self.frames.payload.data))
            with m.If(self.frames.payload.last):
                m.d.sync += beat.eq(0)
            with m.Elif(beat != 6):
                m.d.sync += beat.eq(beat + 1)

        # Byte 0 is the lowest; fields have their first byte on top.
        def field(first, count):
            return Cat(start.word_select(i, 8) for i in reversed(range(first, first + count)))

        ipv4 = (field(12, 2) == 0x0800) & (field(14, 1) == 0x45)
        whole = (field(20, 2) & 0x3FFF) == 0
        m.d.comb += [
            self.found.eq(complete & ipv4 & whole & (field(23, 1) == 17)),
            self.header.source.ip.eq(field(26, 4)),
            self.header.source.port.eq(field(34, 2)),
            self.header.target.ip.eq(field(30, 4)),
            self.header.target.port.eq(field(36, 2)),
            self.header.bytes.eq(field(38, 2)),
        ]
        return m
