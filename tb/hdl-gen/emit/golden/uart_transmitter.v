// Sends bytes on a line: a start bit, eight data bits, the lowest first, a stop bit.
module uart_transmitter (
  input  wire       clk,
  input  wire       rst,
  input  wire       bytes_valid,
  output wire       bytes_ready,
  input  wire [7:0] bytes_payload,
  output reg        line
);
  localparam [1:0] STATE_IDLE  = 2'd0;
  localparam [1:0] STATE_START = 2'd1;
  localparam [1:0] STATE_DATA  = 2'd2;
  localparam [1:0] STATE_STOP  = 2'd3;

  reg [8:0] timer;
  reg [2:0] bits;
  // What is still to be sent.
  reg [7:0] shift;

  wire tick = timer == 9'd0;

  reg [1:0] state;

  always @(posedge clk) begin
    timer <= tick ? 9'd433 : timer - 9'd1;
    case (state)
      STATE_IDLE:
        if (bytes_valid) begin
          timer <= 9'd433;
          shift <= bytes_payload;
          state <= STATE_START;
        end
      STATE_START:
        if (tick)
          state <= STATE_DATA;
      STATE_DATA:
        if (tick) begin
          shift <= {1'b0, shift[7:1]};
          bits <= bits + 3'd1;
          if (bits == 3'd7)
            state <= STATE_STOP;
        end
      STATE_STOP:
        if (tick)
          state <= STATE_IDLE;
    endcase
    if (rst) begin
      timer <= 9'd0;
      bits <= 3'd0;
      state <= STATE_IDLE;
    end
  end

  always @* begin
    line = 1'b1;
    case (state)
      STATE_START: line = 1'b0;
      STATE_DATA: line = shift[0];
      default: ;
    endcase
  end

  assign bytes_ready = state == STATE_IDLE;
endmodule
