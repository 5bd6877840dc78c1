// Reset that begins at once and ends at an edge of the clock; a level that crosses into it.
module crossing (
  input  wire       pixel_clk,
  /* verilator lint_off SYNCASYNCNET */
  input  wire       pixel_rst,
  /* verilator lint_on SYNCASYNCNET */
  input  wire       level,
  output wire       there,
  output wire [3:0] edges
);
  reg meta;
  reg stable;
  reg previous;
  reg [3:0] count;

  always @(posedge pixel_clk or posedge pixel_rst)
    if (pixel_rst) begin
      meta <= 1'b0;
      stable <= 1'b0;
    end else begin
      meta <= level;
      stable <= meta;
    end

  always @(posedge pixel_clk) begin
    previous <= stable;
    if (stable != previous)
      count <= count + 4'd1;
    if (pixel_rst)
      count <= 4'd0;
  end

  assign there = stable;
  assign edges = count;
endmodule
