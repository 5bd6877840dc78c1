/** A model's shared library as functions. koffi makes each call in some 30 ns; everything that is read or written often lies in the shared buffer instead. */
import koffi from "koffi";

export interface Library {
  readonly path: string;
  /** The number of a new session, selected, or -1. */
  readonly open: (shared: Uint8Array) => number;
  readonly select: (session: number) => void;
  readonly close: (session: number) => void;
  readonly tick: () => number;
  readonly run: () => number;
  readonly settle: () => number;
  readonly sample: () => void;
  readonly attach: (
    kind: string,
    name: string,
    ports: Int32Array,
    count: number,
    clock: number,
    reset: number,
    block: Uint8Array,
  ) => number;
  readonly address: (memory: Uint8Array) => number | bigint;
  readonly message: () => string | null;
  readonly trace: (path: string | null) => void;
  readonly coverage: (path: string) => void;
  /** The session that the model works on: calls carry none, which saves a quarter of their time. */
  selected: number;
}

const loaded = new Map<string, Library>();

/** Loads a library, once per process. It is never unloaded: Verilator leaves a thread in it. */
export const loadLibrary = (path: string): Library => {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const library = koffi.load(path);
  const made: Library = {
    path,
    open: library.func("int accio_open(void *shared)"),
    select: library.func("void accio_select(int session)"),
    close: library.func("void accio_close(int session)"),
    tick: library.func("int accio_tick()"),
    run: library.func("int accio_run()"),
    settle: library.func("int accio_settle()"),
    sample: library.func("void accio_sample()"),
    attach: library.func("int accio_attach(str kind, str name, void *ports, int count, int clock, int reset, void *block)"),
    address: library.func("uint64_t accio_address(void *memory)"),
    message: library.func("str accio_message()"),
    trace: library.func("void accio_trace(str path)"),
    coverage: library.func("void accio_coverage(str path)"),
    selected: -1,
  };
  loaded.set(path, made);
  return made;
};
