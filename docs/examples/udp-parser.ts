/** Finds the header of UDP datagrams in IPv4 frames without options or fragments, 8 bytes a beat. */
import { bool, cat, input, module, output, struct, uint } from "#hdl";
import { packetStream } from "#hdl/lib/packet.ts";

const endpoint = struct({ ip: uint(32), port: uint(16) }, "endpoint");
const udpHeader = struct({ from: endpoint, to: endpoint, bytes: uint(16) }, "udp_header");

export const udpParser = module(
  "udp_parser_example",
  { frames: input(packetStream(64), { unused: true }), found: output(bool), header: output(udpHeader) },
  ({ frames, found, header }, h) => {
    const { beat, complete, start } = h.registers({ beat: uint(3), complete: bool, start: uint(48 * 8).noReset() });
    frames.ready.drive(1);
    complete.next(frames.fire.and(beat.eq(5)));
    h.when(frames.fire, () => {
      start.next(cat(frames.payload.data, start.slice(48 * 8 - 1, 64)));
      h.when(frames.payload.last, () => beat.next(0)).elseWhen(beat.ne(6), () => beat.next(beat.add(1)));
    });

    // Byte 0 is the lowest; fields have their first byte on top.
    const field = (first: number, count: number) => start.slice((first + count) * 8 - 1, first * 8).swapBytes();
    const ipv4 = field(12, 2).eq("0x0800").and(field(14, 1).eq("0x45"));
    const whole = field(20, 2).and("0x3fff").eq(0);
    found.drive(complete.and(ipv4).and(whole).and(field(23, 1).eq(17)));
    header.drive({
      from: { ip: field(26, 4), port: field(34, 2) },
      to: { ip: field(30, 4), port: field(36, 2) },
      bytes: field(38, 2),
    });
  },
);
