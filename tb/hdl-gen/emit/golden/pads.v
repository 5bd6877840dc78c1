// A board's pins: an open bus, and a differential input.
module pads (
  inout  wire [7:0] bus,
  input  wire       drive,
  input  wire [7:0] value,
  input  wire       clockP,
  input  wire       clockN,
  output wire [7:0] seen,
  output wire       tick
);
  assign seen = bus;

  differential_buffer #(
    .DIFF_TERM("TRUE"),
    .DELAY(3)
  ) pins (
    .p(clockP),
    .n(clockN),
    .o(tick)
  );

  assign bus = drive ? value : 8'bz;
endmodule
