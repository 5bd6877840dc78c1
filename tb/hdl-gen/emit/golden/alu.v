// Arithmetic on two's complement numbers, one cycle later.
module alu (
  input  wire        clk,
  input  wire        rst,
  input  wire  [2:0] operation,
  input  wire [15:0] a,
  input  wire [15:0] b,
  output wire [15:0] result,
  output wire        overflow
);
  localparam [2:0] OPERATION_ADD         = 3'd0;
  localparam [2:0] OPERATION_SUBTRACT    = 3'd1;
  localparam [2:0] OPERATION_LESS        = 3'd2;
  localparam [2:0] OPERATION_SHIFT_RIGHT = 3'd3;

  wire [16:0] sum = {a[15], a} + {b[15], b};
  reg [15:0] value;
  reg overflows;

  reg [15:0] kept_value;
  reg kept_overflow;

  always @* begin
    overflows = 1'b0;
    case (operation)
      OPERATION_ADD: begin
        value = sum[15:0];
        overflows = sum[16] != sum[15];
      end
      OPERATION_SUBTRACT: value = a - b;
      OPERATION_LESS: value = {15'd0, $signed(a) < $signed(b)};
      OPERATION_SHIFT_RIGHT: value = $signed(a) >>> b[3:0];
      // AND; no other value occurs.
      default: value = a & b;
    endcase
  end

  always @(posedge clk) begin
    kept_value <= value;
    kept_overflow <= overflows;
    if (rst) begin
      kept_value <= 16'd0;
      kept_overflow <= 1'b0;
    end
  end

  assign result = kept_value;
  assign overflow = kept_overflow;
endmodule
