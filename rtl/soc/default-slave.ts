/** Answers what no device has: DECERR, as the standard asks (IHI 0022, A10.1), and a word to the simulator about it. */
import { type Bits, bool, input, module, mux, output, struct, type Type, uint } from "#hdl";
import { type Axi4Options, axi4 } from "#hdl/lib/axi4.ts";

/** An access that nobody has; one pulse for each. */
export const strayAccess = ({ addressBits, idBits }: Pick<Axi4Options, "addressBits" | "idBits">) =>
  struct(
    { valid: bool, write: bool, address: uint(addressBits) as Type<Bits>, id: uint(idBits) as Type<Bits> },
    `stray_access_${addressBits}_${idBits}`,
  );

/** One burst at a time, reads and writes in turn where both wait. Reads give zeros; written data is forgotten. */
export const defaultSlave = (options: Axi4Options) =>
  module(
    `default_slave_${options.addressBits}_${options.dataBits}_${options.idBits}`,
    {
      axi: input(axi4(options), { unused: true }),
      /** High for the cycle in which an access begins. */
      stray: output(strayAccess(options)),
    },
    ({ axi, stray }, h) => {
      const { aw, w, b, ar, r } = axi;
      const { id, beats } = h.registers({
        id: (uint(options.idBits) as Type<Bits>).noReset(),
        /** Beats of the read that follow this one. */
        beats: uint(8).noReset(),
      });
      const { was_read } = h.registers({ /** The last burst was a read: a write is next. */ was_read: bool });
      const state = h.fsm("state", {
        IDLE: (go) => {
          h.when(ar.fire, () => {
            id.next(ar.payload.id);
            beats.next(ar.payload.len);
            go("READ");
          }).elseWhen(aw.fire, () => {
            id.next(aw.payload.id);
            go("WRITE");
          });
        },
        READ: (go) => {
          h.when(r.ready, () => {
            beats.next(beats.sub(1));
            was_read.next(1);
            h.when(r.payload.last, () => go("IDLE"));
          });
        },
        WRITE: (go) => h.when(w.valid.and(w.payload.last), () => go("ANSWER")),
        ANSWER: (go) => {
          was_read.next(0);
          h.when(b.ready, () => go("IDLE"));
        },
      });
      const idle = state.is("IDLE");
      const { write_next } = h.nets({ write_next: aw.valid.and(was_read.or(ar.valid.not())) });
      aw.ready.drive(idle.and(write_next));
      ar.ready.drive(idle.and(write_next.not()));
      w.ready.drive(state.is("WRITE"));
      r.valid.drive(state.is("READ"));
      r.payload.drive({ id, data: 0, resp: "DECERR", last: beats.eq(0) });
      b.valid.drive(state.is("ANSWER"));
      b.payload.drive({ id, resp: "DECERR" });
      stray.drive({
        valid: aw.fire.or(ar.fire),
        write: aw.fire,
        address: mux(aw.fire, aw.payload.addr, ar.payload.addr as never),
        id: mux(aw.fire, aw.payload.id, ar.payload.id as never),
      });
    },
  );
