/** The UART as National's data sheet of the 16550 describes it, in plain TypeScript: what the hardware is compared with. */

const depth = 16;
const timeout = 256;
const levels = [1, 4, 8, 14] as const;

export class UartModel {
  ier = 0;
  lcr = 0;
  mcr = 0;
  scr = 0;
  dll = 0;
  dlm = 0;
  fifos = false;
  trigger = 0;
  overrun = false;
  /** The transmitter ran empty and the driver has not asked since. */
  emptied = false;
  readonly received: number[] = [];
  readonly toSend: number[] = [];
  /** The character in the shift register. */
  shifting: number | null = null;
  /** Cycles since a character came or went, while one waits. */
  quiet = 0;

  get loop(): boolean {
    return (this.mcr & 0x10) !== 0;
  }
  get #divisor(): boolean {
    return (this.lcr & 0x80) !== 0;
  }
  /** What IIR's low nibble says. */
  get cause(): number {
    if (this.ier & 4 && this.overrun) return 0x6;
    if (this.ier & 1 && this.received.length >= (this.fifos ? (levels[this.trigger] as number) : 1)) return 0x4;
    if (this.ier & 1 && this.quiet === timeout) return 0xc;
    if (this.ier & 2 && this.emptied) return 0x2;
    return 0x1;
  }
  get irq(): boolean {
    return this.cause !== 1;
  }
  get takes(): boolean {
    return !this.loop && this.received.length < depth;
  }
  /** What a register reads now; nothing changes. */
  peek(register: number): number {
    switch (register) {
      case 0:
        return this.#divisor ? this.dll : (this.received[0] ?? 0);
      case 1:
        return this.#divisor ? this.dlm : this.ier;
      case 2:
        return (this.fifos ? 0xc0 : 0) | this.cause;
      case 3:
        return this.lcr;
      case 4:
        return this.mcr;
      case 5:
        return (
          (this.received.length > 0 ? 1 : 0) |
          (this.overrun ? 2 : 0) |
          (this.toSend.length === 0 ? 0x20 : 0) |
          (this.toSend.length === 0 && this.shifting === null ? 0x40 : 0)
        );
      case 6: {
        if (!this.loop) return 0xb0;
        const m = this.mcr;
        return ((m & 2) << 3) | ((m & 1) << 5) | ((m & 4) << 4) | ((m & 8) << 4);
      }
      default:
        return this.scr;
    }
  }

  /**
   * One clock edge: an access to some registers (values by number; null reads), a character that arrives, and whether the
   * line takes the one that is offered.
   */
  edge(access: ReadonlyMap<number, number | null>, arrives: number | null, lineTakes: boolean): void {
    // Everything happens at one moment: what it was before decides.
    const { loop, cause } = this;
    const divisor = this.#divisor;
    const wrote = (register: number): number | null => access.get(register) ?? null;
    const readOf = (register: number): boolean => access.get(register) === null;
    const fullBefore = this.received.length >= depth;
    const wasEmpty = this.toSend.length === 0;
    const waited = this.received.length > 0;

    const moves = !wasEmpty && (loop || this.shifting === null || lineTakes);
    const character = moves ? (this.toSend[0] as number) : null;
    const data = wrote(0);
    const sends = data !== null && !divisor;
    const room = this.toSend.length < depth;
    if (moves) this.toSend.shift();
    if (sends && room) this.toSend.push(data);
    const ranEmpty = moves && this.toSend.length === 0;

    if (moves && !loop) this.shifting = character;
    else if (lineTakes) this.shifting = null;

    const pops = readOf(0) && !divisor;
    if (pops) this.received.shift();
    const comes = loop ? character : arrives;
    const pushed = comes !== null && !fullBefore;
    if (pushed) this.received.push(comes);
    this.quiet = !waited || pushed || pops ? 0 : Math.min(timeout, this.quiet + 1);

    if (sends || (readOf(2) && cause === 2)) this.emptied = false;
    const ier = divisor ? null : wrote(1);
    const asks = ier !== null && (ier & 2) !== 0 && (this.ier & 2) === 0 && wasEmpty;
    const control = wrote(2);
    const switches = control !== null && ((control & 1) === 1) !== this.fifos;
    const clearsSend = control !== null && (switches || (control & 4) !== 0);
    if (ranEmpty || asks || (clearsSend && !wasEmpty)) this.emptied = true;
    if (readOf(5)) this.overrun = false;
    if (loop && character !== null && fullBefore) this.overrun = true;

    if (control !== null) {
      if (switches || control & 2) this.received.length = 0;
      if (clearsSend) this.toSend.length = 0;
      this.fifos = (control & 1) === 1;
      this.trigger = control >> 6;
    }
    if (data !== null && divisor) this.dll = data;
    const one = wrote(1);
    if (one !== null) {
      if (divisor) this.dlm = one;
      else this.ier = one & 0xf;
    }
    this.lcr = wrote(3) ?? this.lcr;
    this.mcr = (wrote(4) ?? this.mcr) & 0x1f;
    this.scr = wrote(7) ?? this.scr;
  }
}
