/** What native/axi_master.h does, in TypeScript, cycle by cycle. A change to one is a change to both. */
import type { Session } from "#sim/bridge/session.ts";
import { axiMasterBlock, axiOperation, axiResult, masterBeats, maxOperations } from "#sim/models/native/blocks.ts";
import type { Pauser } from "#sim/models/stream/pause.ts";
import { storageBytes } from "#sim/models/stream/ring.ts";
import type { AxiChannel } from "./memory.ts";
import type { AxiGroup } from "./pins.ts";
import { AxiValues } from "./values.ts";

interface Flight {
  readonly number: number;
  readonly id: number;
  response: number;
  readonly data: Uint8Array[];
}
interface Operation {
  readonly address: bigint;
  readonly write: boolean;
  readonly id: number;
  readonly len: number;
  readonly size: number;
  readonly burst: number;
  readonly prot: number;
}
type MasterNumber = "queued" | "started" | "finished" | "writeHead" | "readTail" | "outstanding" | "writeData" | "writeStrobe" | "readData";

export class MasterTwin {
  readonly #session: Session;
  readonly #values: AxiValues;
  readonly #group: AxiGroup;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #pausers: Readonly<Record<AxiChannel, Pauser>>;
  readonly #dataStride: number;
  readonly #strobeStride: number;

  #current: Operation | null = null;
  #awPending = false;
  #arPending = false;
  #wLeft = 0;
  #awValid = false;
  #arValid = false;
  #wValid = false;
  #bReady = false;
  #rReady = false;
  #writes: Flight[] = [];
  #reads: Flight[] = [];
  /** Operations queued at this very edge, by a model that was called earlier, have their turn at the next: as in C++. */
  #queuedBefore = 0;
  #moment = -1;

  constructor(session: Session, group: AxiGroup, words: Uint32Array, pausers: Readonly<Record<AxiChannel, Pauser>>) {
    this.#session = session;
    this.#values = new AxiValues(session, group);
    this.#group = group;
    this.#words = words;
    this.#bytes = new Uint8Array(words.buffer);
    this.#pausers = pausers;
    this.#dataStride = storageBytes(group.dataBytes * 8);
    this.#strobeStride = storageBytes(group.dataBytes);
  }

  /** To be called before something is queued. */
  willQueue(): void {
    const moment = this.#session.cyclesOf(this.#group.clock);
    if (moment === this.#moment) return;
    this.#moment = moment;
    this.#queuedBefore = this.#get("queued");
  }

  edge(): void {
    const values = this.#values;
    if (values.inReset) this.#clear();
    else this.#step();
    values.drive("awvalid", this.#awValid);
    values.drive("wvalid", this.#wValid);
    values.drive("bready", this.#bReady);
    values.drive("arvalid", this.#arValid);
    values.drive("rready", this.#rReady);
  }
  /** Under reset: what is under way ends with an error and without data; what is queued waits. */
  #clear(): void {
    for (const flight of [...this.#writes, ...this.#reads]) this.#finish({ ...flight, response: 3, data: [] });
    this.#writes = [];
    this.#reads = [];
    this.#set("writeHead", this.#get("writeHead") + this.#wLeft);
    this.#wLeft = 0;
    this.#current = null;
    this.#awPending = this.#arPending = this.#awValid = this.#arValid = this.#wValid = this.#bReady = this.#rReady = false;
  }

  #step(): void {
    const values = this.#values;
    if (this.#awValid && values.bit("awready")) this.#awValid = false;
    if (this.#arValid && values.bit("arready")) this.#arValid = false;
    if (this.#wValid && values.bit("wready")) {
      this.#wValid = false;
      this.#wLeft -= 1;
      this.#set("writeHead", this.#get("writeHead") + 1);
    }
    if (this.#bReady && values.bit("bvalid")) this.#takeResponse();
    if (this.#rReady && values.bit("rvalid")) this.#takeData();

    const [pauseAw, pauseAr, pauseW] = [this.#pausers.aw.next(), this.#pausers.ar.next(), this.#pausers.w.next()];
    if (this.#current !== null && !this.#awPending && !this.#awValid && !this.#arPending && !this.#arValid && this.#wLeft === 0)
      this.#current = null;
    const queued = this.#moment === this.#session.cyclesOf(this.#group.clock) ? this.#queuedBefore : this.#get("queued");
    const underWay = (this.#get("started") - this.#get("finished")) >>> 0;
    if (this.#current === null && this.#get("started") !== queued && underWay < this.#get("outstanding")) this.#begin();
    if (this.#awPending && !pauseAw) {
      this.#awPending = false;
      this.#awValid = true;
      this.#driveRequest("aw");
    }
    if (this.#arPending && !pauseAr) {
      this.#arPending = false;
      this.#arValid = true;
      this.#driveRequest("ar");
    }
    if (this.#wLeft > 0 && !this.#wValid && !pauseW) {
      this.#wValid = true;
      this.#driveData();
    }
    this.#bReady = !this.#pausers.b.next();
    this.#rReady = !this.#pausers.r.next();
  }

  #begin(): void {
    const number = this.#get("started");
    this.#set("started", number + 1);
    const at = axiMasterBlock.offset("operations", number % maxOperations);
    const read = (key: "write" | "id" | "len" | "size" | "burst" | "prot"): number =>
      this.#words[at / 4 + axiOperation.index(key)] as number;
    const address = new BigUint64Array(this.#words.buffer)[at / 8 + axiOperation.index("address")] as bigint;
    const write = read("write") === 1;
    this.#current = { address, write, id: read("id"), len: read("len"), size: read("size"), burst: read("burst"), prot: read("prot") };
    (write ? this.#writes : this.#reads).push({ number, id: this.#current.id, response: 0, data: [] });
    this.#awPending = write;
    this.#arPending = !write;
    this.#wLeft = write ? this.#current.len + 1 : 0;
  }
  #driveRequest(channel: "aw" | "ar"): void {
    const { address, id, len, size, burst, prot } = this.#current as Operation;
    this.#values.driveLong(`${channel}addr`, address);
    this.#values.drive(`${channel}id`, id);
    this.#values.drive(`${channel}len`, len);
    this.#values.drive(`${channel}size`, size);
    this.#values.drive(`${channel}burst`, burst);
    this.#values.drive(`${channel}prot`, prot);
  }
  #driveData(): void {
    const beat = this.#get("writeHead") % masterBeats;
    const data = this.#get("writeData") + beat * this.#dataStride;
    this.#values.driveBytes("wdata", this.#bytes.subarray(data, data + this.#dataStride));
    const strobe = this.#get("writeStrobe") + beat * this.#strobeStride;
    if (this.#values.has("wstrb")) this.#values.driveBytes("wstrb", this.#bytes.subarray(strobe, strobe + this.#strobeStride));
    this.#values.drive("wlast", this.#wLeft === 1);
  }

  #finish(flight: Flight): void {
    for (const word of flight.data) {
      this.#bytes.set(word, this.#get("readData") + (this.#get("readTail") % masterBeats) * this.#dataStride);
      this.#set("readTail", this.#get("readTail") + 1);
    }
    const at = axiMasterBlock.offset("results", this.#get("finished") % maxOperations) / 4;
    this.#words[at + axiResult.index("operation")] = flight.number;
    this.#words[at + axiResult.index("response")] = flight.response;
    this.#words[at + axiResult.index("beats")] = flight.data.length;
    this.#set("finished", this.#get("finished") + 1);
  }
  #takeResponse(): void {
    const at = this.#writes.findIndex((flight) => flight.id === this.#values.number("bid"));
    const flight = this.#writes[at];
    if (flight === undefined) return;
    flight.response = this.#values.number("bresp");
    this.#writes.splice(at, 1);
    this.#finish(flight);
  }
  #takeData(): void {
    const at = this.#reads.findIndex((flight) => flight.id === this.#values.number("rid"));
    const flight = this.#reads[at];
    if (flight === undefined) return;
    const word = new Uint8Array(this.#dataStride);
    this.#values.copy("rdata", word, 0, this.#dataStride);
    flight.data.push(word);
    flight.response = Math.max(flight.response, this.#values.number("rresp"));
    if (this.#values.has("rlast") && !this.#values.bit("rlast")) return;
    this.#reads.splice(at, 1);
    this.#finish(flight);
  }

  #get(key: MasterNumber): number {
    return this.#words[axiMasterBlock.index(key)] as number;
  }
  #set(key: MasterNumber, value: number): void {
    this.#words[axiMasterBlock.index(key)] = value;
  }
}
