// FIFO of DEPTH entries, a power of two.
module fifo #(
  parameter WIDTH = 8,
  parameter DEPTH = 4
) (
  input  wire             clk,
  input  wire             rst,
  input  wire             push_valid,
  output wire             push_ready,
  input  wire [WIDTH-1:0] push_payload,
  output wire             pop_valid,
  input  wire             pop_ready,
  output wire [WIDTH-1:0] pop_payload
);
  localparam BITS = $clog2(DEPTH);
  reg [BITS-1:0] head, tail;
  reg full;
  reg [WIDTH-1:0] cells [0:DEPTH-1];
  wire push = push_valid && push_ready;
  wire pop = pop_valid && pop_ready;
  wire [BITS-1:0] tail_next = tail + 1'b1;

  assign push_ready = !full;
  assign pop_valid = full || head != tail;
  assign pop_payload = cells[head];

  always @(posedge clk) begin
    if (push) begin
      cells[tail] <= push_payload;
      tail <= tail_next;
    end
    if (pop) head <= head + 1'b1;
    if (push != pop) full <= push && tail_next == head;
    if (rst) begin
      head <= 0;
      tail <= 0;
      full <= 0;
    end
  end
endmodule
