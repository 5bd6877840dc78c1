// Counts the cycles in which `enable` is 1.
module counter (
  input  wire       clk,
  input  wire       rst,
  input  wire       enable,
  // Starts again at zero after the largest value.
  output wire [7:0] count
);
  reg [7:0] value;

  always @(posedge clk) begin
    if (enable)
      value <= value + 8'd1;
    if (rst)
      value <= 8'd0;
  end

  assign count = value;
endmodule
