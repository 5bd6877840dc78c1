// A memory written at one clock and read at another; `half` tells the reader which half is complete.
module dual_clock (
  input  wire        clk,
  input  wire        rst,
  input  wire        sample_clk,
  input  wire        sample_rst,
  input  wire        write,
  input  wire [11:0] sample,
  input  wire  [3:0] readAddress,
  output wire        half,
  output wire [11:0] word
);
  reg [11:0] words [0:31];
  reg [4:0] place;
  reg writing;
  reg meta;
  reg complete;
  reg [11:0] read_word;

  always @(posedge sample_clk) begin
    if (write) begin
      words[place] <= sample;
      place <= place + 5'd1;
    end
    if (sample_rst)
      place <= 5'd0;
  end

  always @(posedge sample_clk) begin
    writing <= place[4];
    if (sample_rst)
      writing <= 1'b0;
  end

  always @(posedge clk) begin
    meta <= writing;
    complete <= meta;
    if (rst) begin
      meta <= 1'b0;
      complete <= 1'b0;
    end
  end

  assign half = complete;

  always @(posedge clk)
    read_word <= words[{!complete, readAddress}];

  assign word = read_word;
endmodule
