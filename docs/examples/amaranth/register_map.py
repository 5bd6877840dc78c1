from amaranth import *
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth_soc import csr


class RegisterMap(wiring.Component):
    """Control, status and a counter of a small device, with amaranth-soc."""

    class Control(csr.Register, access="rw"):
        """Datapath control: accept and send packets; local UDP port."""

        def __init__(self):
            super().__init__({
                "enable": csr.Field(csr.action.RW, 1),
                "_reserved": csr.Field(csr.action.ResR0W0, 15),
                "port": csr.Field(csr.action.RW, 16),
            })

    class Status(csr.Register, access="rw"):
        """Causes of the interrupt: a packet is in memory."""

        def __init__(self):
            super().__init__({"received": csr.Field(csr.action.RW1C, 1)})

    class Drops(csr.Register, access="r"):
        """Dropped packets. Wraps."""

        def __init__(self):
            super().__init__({"count": csr.Field(csr.action.R, 32)})

    def __init__(self):
        regs = csr.Builder(addr_width=4, data_width=8)
        self._control = regs.add("CONTROL", self.Control(), offset=0x0)
        self._status = regs.add("STATUS", self.Status(), offset=0x4)
        self._drops = regs.add("DROPS", self.Drops(), offset=0x8)
        self._bridge = csr.Bridge(regs.as_memory_map())
        super().__init__({
            "bus": In(csr.Signature(addr_width=4, data_width=8)),
            "enable": Out(1),
            "port": Out(16),
            "received": In(1),
            "drop": In(1),
        })
        self.bus.memory_map = self._bridge.bus.memory_map

    def elaborate(self, platform):
        m = Module()
        m.submodules.bridge = self._bridge
        connect(m, flipped(self.bus), self._bridge.bus)
        drops = Signal(32)
        m.d.sync += drops.eq(drops + self.drop)
        m.d.comb += [
            self.enable.eq(self._control.f.enable.data),
            self.port.eq(self._control.f.port.data),
            self._status.f.received.set.eq(self.received),
            self._drops.f.count.r_data.eq(drops),
        ]
        return m
