// Register that software writes and the hardware reads back by word.
module read_back (
  input  wire        clk,
  input  wire        rst,
  input  wire  [2:0] word,
  input  wire [15:0] status,
  input  wire  [3:0] events,
  output reg  [31:0] data
);
  reg [47:0] ticks;
  reg [3:0] seen;

  always @(posedge clk) begin
    ticks <= ticks + 48'd1;
    seen <= seen | events;
    if (rst) begin
      ticks <= 48'd0;
      seen <= 4'd0;
    end
  end

  always @*
    case (word)
      3'd0: data = 32'hacc10001;
      3'd1: data = {16'd0, status};
      3'd2: data = ticks[31:0];
      3'd3: data = {16'd0, ticks[47:32]};
      3'd4: data = {28'd0, seen};
      default: data = 32'd0;
    endcase
endmodule
