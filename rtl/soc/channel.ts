/** AXI4 channels between ports whose IDs or addresses have different widths. */
import type { Bits, Data, Stream, Type } from "#hdl";
import { type Axi4, type Axi4Options, axi4Address, axi4ReadData, axi4WriteResponse } from "#hdl/lib/axi4.ts";

type Change = (old: Bits) => Bits;
export interface Changes {
  readonly id?: Change;
  readonly addr?: Change;
}

/** The beats of `s` as `to`, a type of the same channel, with the ID or the address changed. */
export const changed = <P extends Data, Q extends Data>(
  s: Stream<P>,
  to: Type<Q> & { readonly fields: object },
  changes: Changes,
): Stream<Q> =>
  s.map(to, (beat) => {
    const fields = beat as unknown as Readonly<Record<string, Bits>>;
    return Object.fromEntries(
      Object.keys(to.fields).map((name) => {
        const old = fields[name] as Bits;
        return [name, changes[name as keyof Changes]?.(old) ?? old];
      }),
    ) as never;
  });

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
