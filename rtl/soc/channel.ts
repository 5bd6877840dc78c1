/** AXI4 channels between ports whose IDs or addresses have different widths. */
import type { Bits, Stream, StructType } from "#hdl";
import { type Axi4, type Axi4Options, axi4Address, axi4ReadData, axi4WriteResponse } from "#hdl/lib/axi4.ts";

type Change = (old: Bits) => Bits;
export interface Changes {
  readonly id?: Change;
  readonly addr?: Change;
}

/** The beats of `s` as `to`, a type of the same channel, with the ID or the address changed. */
export const changed = (s: Stream<any>, to: StructType<any>, changes: Changes): Stream<any> =>
  s.map(to as StructType<any>, (beat: Readonly<Record<string, Bits>>) =>
    Object.fromEntries(
      Object.keys(to.fields).map((name) => {
        const change = changes[name as keyof Changes];
        const old = beat[name] as Bits;
        return [name, change === undefined ? old : change(old)];
      }),
    ),
  );

/**
 * Joins a master to a slave. `address` makes the slave's addresses of the master's; IDs get zeros on top where the slave's
 * are wider.
 */
export const join = (slave: Axi4, slaveOptions: Axi4Options, master: Axi4, masterOptions: Axi4Options, address: Change): void => {
  const request: Changes = { addr: address, id: (id) => id.zext(slaveOptions.idBits) };
  const response: Changes = { id: (id) => id.trunc(masterOptions.idBits) };
  slave.aw.connect(changed(master.aw, axi4Address(slaveOptions), request));
  slave.w.connect(master.w);
  master.b.connect(changed(slave.b, axi4WriteResponse(masterOptions), response));
  slave.ar.connect(changed(master.ar, axi4Address(slaveOptions), request));
  master.r.connect(changed(slave.r, axi4ReadData(masterOptions), response));
};
