// Counts the cycles in which `enable` is 1.
module counter ( // examples.ts:25
  input  wire       clk,
  input  wire       rst,
  input  wire       enable,
  // Starts again at zero after the largest value.
  output wire [7:0] count
);
  reg [7:0] value; // examples.ts:33

  always @(posedge clk) begin
    if (enable) // examples.ts:34
      value <= value + 8'd1;
    if (rst)
      value <= 8'd0; // examples.ts:33
  end

  assign count = value; // examples.ts:35
endmodule
