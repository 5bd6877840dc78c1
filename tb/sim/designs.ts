/** Small designs that the tests of the bridge and of the tasks run. */
import { array, bool, enumeration, input, module, output, sint, struct, uint } from "#hdl";
import type { VerilogOptions } from "#sim/bridge/design.ts";

/** Counts up while enabled; `carry` is high in the cycle before it wraps. */
export const counter = (width: number) =>
  module(
    `counter_${width}`,
    { enable: input(bool), count: output(uint(width)), carry: output(bool), doubled: output(uint(width + 1)) },
    ({ enable, count, carry, doubled }, h) => {
      const { value } = h.registers({ value: uint(width) });
      h.when(enable, () => value.next(value.add(1)));
      count.drive(value);
      carry.drive(value.all().and(enable));
      doubled.drive(value.addCarry(value));
    },
  );

export const colour = enumeration("colour", ["RED", "GREEN", "BLUE"]);
export const pixel = struct({ shade: colour, level: sint(12), flags: array(bool, 4), key: uint(100) }, "pixel");

/** Everything that a handle can be, delayed by one register. */
export const mirror = module(
  "mirror",
  {
    a: input(uint(8)),
    b: input(uint(32)),
    c: input(uint(48)),
    d: input(uint(64)),
    e: input(uint(200)),
    s: input(sint(20)),
    wide_s: input(sint(70)),
    shade: input(colour),
    pixel: input(pixel),
    list: input(array(pixel, 3)),
    words: input(array(uint(32), 5)),
    a_out: output(uint(8)),
    b_out: output(uint(32)),
    c_out: output(uint(48)),
    d_out: output(uint(64)),
    e_out: output(uint(200)),
    s_out: output(sint(20)),
    wide_s_out: output(sint(70)),
    shade_out: output(colour),
    pixel_out: output(pixel),
    list_out: output(array(pixel, 3)),
    words_out: output(array(uint(32), 5)),
  },
  (io, h) => {
    const r = h.registers({
      ra: uint(8),
      rb: uint(32),
      rc: uint(48),
      rd: uint(64),
      re: uint(200),
      rs: sint(20),
      rwide: sint(70),
      rshade: colour,
      rpixel: pixel,
      rlist: array(pixel, 3),
      rwords: array(uint(32), 5),
    });
    r.ra.next(io.a);
    r.rb.next(io.b);
    r.rc.next(io.c);
    r.rd.next(io.d);
    r.re.next(io.e);
    r.rs.next(io.s);
    r.rwide.next(io.wide_s);
    r.rshade.next(io.shade);
    r.rpixel.next(io.pixel);
    r.rlist.next(io.list);
    r.rwords.next(io.words);
    io.a_out.drive(r.ra);
    io.b_out.drive(r.rb);
    io.c_out.drive(r.rc);
    io.d_out.drive(r.rd);
    io.e_out.drive(r.re);
    io.s_out.drive(r.rs);
    io.wide_s_out.drive(r.rwide);
    io.shade_out.drive(r.rshade);
    io.pixel_out.drive(r.rpixel);
    io.list_out.drive(r.rlist);
    io.words_out.drive(r.rwords);
  },
);

/** Counts two clocks, a falling edge among them: plain Verilog, as somebody else would bring it. */
export const clocks: VerilogOptions = {
  top: "clocks",
  files: {
    "clocks.v": `module clocks (
  input wire fast_clk,
  input wire slow_clk,
  input wire [7:0] in,
  output reg [15:0] fast = 0,
  output reg [15:0] slow = 0,
  output reg [15:0] falling = 0,
  output reg [15:0] slow_seen_by_fast = 0,
  output wire [7:0] inverted
);
  assign inverted = ~in;
  always @(posedge fast_clk) begin
    fast <= fast + 16'd1;
    slow_seen_by_fast <= slow;
  end
  always @(posedge slow_clk) slow <= slow + 16'd1;
  always @(negedge fast_clk) falling <= fast;
endmodule
`,
  },
  pins: {
    fast_clk: "input",
    slow_clk: "input",
    in: { input: 8 },
    fast: { output: 16 },
    slow: { output: 16 },
    falling: { output: 16 },
    slow_seen_by_fast: { output: 16 },
    inverted: { output: 8 },
  },
  clocks: { fast_clk: null, slow_clk: null },
};

/** Names that are words of C++, or that Verilator spells otherwise; messages and an end from inside. */
export const oddities: VerilogOptions = {
  top: "oddities",
  files: {
    "oddities.v": `module oddities (
  input wire clk,
  input wire [3:0] delete,
  input wire a__b,
  output reg [3:0] operator,
  output wire c___d
);
  assign c___d = !a__b;
  always @(posedge clk) begin
    operator <= delete;
    if (delete == 4'd1) $display("delete is %0d", delete);
    if (delete == 4'd2) $finish;
    if (delete == 4'd3) $stop;
    if (delete == 4'd4) $error("delete is four");
  end
endmodule
`,
  },
  pins: { clk: "input", delete: { input: 4 }, a__b: "input", operator: { output: 4 }, c___d: "output" },
};
