/**
 * The system: Rocket, Accio, and what a program needs beside them. The top is `soc` in every configuration; what differs is
 * the width of `mem` and what is inside. Memory, the wire and the console are the simulator's.
 */
import { type Bits, type Bool, bool, cat, constant, input, module, mux, output, stream, uint } from "#hdl";
import { type Axi4, type Axi4Options, axi4 } from "#hdl/lib/axi4.ts";
import { axi4Registers } from "#hdl/lib/axi4-registers.ts";
import { axiStream } from "#hdl/lib/packet.ts";
import { addressBits } from "#hdl/regmap/index.ts";
import { accioTop } from "#rtl/accio-top.ts";
import { idBits } from "#rtl/nic/dma-write.ts";
import { nicPort } from "#rtl/nic/nic.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { bootRom, bootRomBits } from "./boot-rom.ts";
import { join } from "./channel.ts";
import type { SocConfig } from "./config.ts";
import { crossbar } from "./crossbar.ts";
import { defaultSlave, strayAccess } from "./default-slave.ts";
import { frontMux } from "./front-mux.ts";
import { regionOf, type SocMap, socMap } from "./map.ts";
import { requestDelay } from "./request-delay.ts";
import { frontPort, interruptLines, memoryPort, mmioPort, rocket } from "./rocket.ts";
import { exitType, systemDevice, systemMap } from "./system.ts";
import { uart, uartAddressBits } from "./uart.ts";

/** The simulator's way into memory, past Rocket's caches and coherent with them. */
export const hostPort: Axi4Options = { addressBits: 32, dataBits: 64, idBits: 7 };
/** An address that nothing has, below 4 GiB: Rocket answers DECERR. Where DMA beyond 4 GiB goes. */
const nowhere = 0x0800_0000;

/** The module `soc` of a configuration. Its map's memory size does not matter here. */
export const soc = (config: SocConfig, map: SocMap = socMap(config)) => {
  const devices = map.regions.filter((r) => r.kind === "device");
  return module(
    "soc",
    {
      /** Memory at 0x8000_0000; Rocket's own IDs. */
      mem: output(axi4(memoryPort(config))),
      /** Coherent accesses of the simulator: programs loaded, `tohost` watched. Any address, bursts of any length. */
      host: input(axi4(hostPort)),
      /** Frames from the wire; always ready. */
      s_axis_rx: input(axiStream(config.accio.wireBits, 1)),
      /** Frames to the wire. */
      m_axis_tx: output(axiStream(config.accio.wireBits, 1)),
      /** A frame goes the kernel's ordinary way: high for a cycle. */
      to_kernel: output(bool),
      /** Characters that programs send. */
      console_tx: output(stream(uint(8))),
      /** Characters for programs. */
      console_rx: input(stream(uint(8))),
      /** A program has ended: stands until reset. */
      exit: output(exitType),
      /** A hart touches an address that nothing has, and is answered DECERR: high for a cycle. */
      unmapped: output(strayAccess(mmioPort)),
      /** Cycles by which every access to a device is longer. */
      mmio_latency: input(uint(8)),
      /** Where the boot ROM sends every hart. */
      entry: input(uint(64)),
      /** What it gives them in a1. */
      device_tree: input(uint(64)),
    },
    (io, h) => {
      const cores = rocket(h, config);
      join(io.mem, memoryPort(config), cores.memory, memoryPort(config), (a) => a);

      // Harts to devices.
      const bus = h.instance("mmio", crossbar("mmio_crossbar", mmioPort, devices));
      const delay = requestDelay(mmioPort);
      const ar = h.instance("read_delay", delay, { from: cores.mmio.ar, cycles: io.mmio_latency }).to;
      const aw = h.instance("write_delay", delay, { from: cores.mmio.aw, cycles: io.mmio_latency }).to;
      for (const [to, from] of [
        [bus.from.ar, ar],
        [bus.from.aw, aw],
      ] as const)
        to.connect(from.map(to.of, (a) => ({ ...a, addr: throughViews(map, a.addr) })));
      bus.from.w.connect(cores.mmio.w);
      cores.mmio.b.connect(bus.from.b);
      cores.mmio.r.connect(bus.from.r);
      const port = (name: string): Axi4 => bus.to[devices.indexOf(regionOf(map, name))] as Axi4;
      const registers = (name: string, bits: number) => {
        const adapter = h.instance(`${name}_port`, axi4Registers({ addressBits: bits, idBits: mmioPort.idBits }));
        attach(adapter.axi, bits, port(name));
        return adapter.bus;
      };

      h.instance("boot_rom", bootRom(map), { bus: registers("boot_rom", bootRomBits) });
      const bits = addressBits(systemMap);
      const system = h.instance("system", systemDevice, { bus: registers("system", bits), entry: io.entry, device_tree: io.device_tree });
      io.exit.drive(system.exit);
      const serial = h.instance("serial", uart, { bus: registers("uart", uartAddressBits), rx: io.console_rx });
      io.console_tx.connect(serial.tx);
      const nobody = h.instance("nobody", defaultSlave(mmioPort), { axi: bus.to[devices.length] as never });
      io.unmapped.drive(nobody.stray);

      // Accio: registers, wire, and memory through the coherent port, which it shares with the simulator.
      const accio = h.instance("accio", accioTop(config.accio));
      attach(accio.s_axi, addressBits(nicMap(config.accio)), port("accio"));
      accio.s_axis_rx.connect(io.s_axis_rx);
      io.m_axis_tx.connect(accio.m_axis_tx);
      accio.link_up.drive(1);
      io.to_kernel.drive(accio.trace.ordinary);
      const front = h.instance("front", frontMux("front_mux", hostPort, 2, frontPort.idBits));
      const dmaPort: Axi4Options = { addressBits: 64, dataBits: config.accio.busBits, idBits: idBits(nicPort(config.accio)) };
      const [dma, host] = front.from as unknown as readonly [Axi4, Axi4];
      join(dma, hostPort, accio.m_axi, dmaPort, (a) => mux(a.slice(63, 32).any(), constant(32, nowhere) as Bits, a.trunc(32)));
      join(host, hostPort, io.host, hostPort, (a) => a);
      join(cores.front, frontPort, front.to, frontPort, (a) => a);

      const lines: Readonly<Record<string, Bool>> = {
        ...Object.fromEntries(Array.from({ length: config.harts }, (_, hart) => [`wake${hart}`, accio.irq_wake.bit(hart)])),
        ordinary_receive: accio.irq_ordinary_rx,
        ordinary_transmit: accio.irq_ordinary_tx,
        event: accio.irq_event,
        console: serial.irq,
      };
      const line = (source: number): Bool => lines[map.interrupts.find((x) => x.source === source)?.name ?? ""] ?? constant(1, 0);
      cores.interrupts.drive(cat(...Array.from({ length: interruptLines }, (_, i) => line(interruptLines - i))));
    },
  );
};

/** The address in the device that a view shows; any other address as it is. */
const throughViews = (map: SocMap, address: Bits): Bits =>
  map.regions.reduce((at, { base, size, shows }) => {
    if (shows === undefined) return at;
    const low = Math.log2(size);
    const target = (regionOf(map, shows.device).base + shows.offset) / size;
    const high = address.width - low;
    const inside = address.slice(address.width - 1, low).eq(base / size);
    return mux(inside, cat(constant(high, target), address.trunc(low)) as Bits, at);
  }, address);

/** A slave on the MMIO side with `bits` bits of address. */
const attach = (slave: Axi4, bits: number, master: Axi4): void =>
  join(slave, { ...mmioPort, addressBits: bits }, master, mmioPort, (a) => a.trunc(bits));
