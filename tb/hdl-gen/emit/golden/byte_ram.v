// Block RAM with byte enables; the read port answers a cycle later, with the old word where one is written.
module byte_ram (
  input  wire        clk,
  input  wire  [8:0] address,
  input  wire        enable,
  input  wire  [7:0] strobe,
  input  wire [63:0] from,
  output wire [63:0] to
);
  integer lane;

  (* ram_style = "block" *)
  reg [63:0] words [0:511];
  reg [63:0] word;

  always @(posedge clk)
    if (enable) begin
      if (|strobe) begin
        for (lane = 0; lane < 8; lane = lane + 1)
          if (strobe[lane])
            words[address][lane*8 +: 8] <= from[lane*8 +: 8];
      end
    end

  always @(posedge clk)
    if (enable)
      word <= words[address];

  assign to = word;
endmodule
