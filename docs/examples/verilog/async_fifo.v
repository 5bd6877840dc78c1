// FIFO of DEPTH entries, a power of two, between two clocks.
module async_fifo #(
  parameter WIDTH = 8,
  parameter DEPTH = 8
) (
  input  wire             write_clk,
  input  wire             write_rst,
  input  wire             read_clk,
  input  wire             read_rst,
  input  wire             push_valid,
  output wire             push_ready,
  input  wire [WIDTH-1:0] push_payload,
  output wire             pop_valid,
  input  wire             pop_ready,
  output wire [WIDTH-1:0] pop_payload
);
  localparam BITS = $clog2(DEPTH);
  reg [WIDTH-1:0] cells [0:DEPTH-1];
  reg [BITS:0] tail, tail_gray, tail_sync, tail_seen;
  reg [BITS:0] head, head_gray, head_sync, head_seen;
  wire [BITS:0] tail_next = tail + 1'b1;
  wire [BITS:0] head_next = head + 1'b1;

  assign push_ready = tail_gray != {~head_seen[BITS:BITS-1], head_seen[BITS-2:0]};
  assign pop_valid = head_gray != tail_seen;
  assign pop_payload = cells[head[BITS-1:0]];

  always @(posedge write_clk) begin
    head_sync <= head_gray;
    head_seen <= head_sync;
    if (push_valid && push_ready) begin
      cells[tail[BITS-1:0]] <= push_payload;
      tail <= tail_next;
      tail_gray <= tail_next ^ (tail_next >> 1);
    end
    if (write_rst) begin
      head_sync <= 0;
      head_seen <= 0;
      tail <= 0;
      tail_gray <= 0;
    end
  end

  always @(posedge read_clk) begin
    tail_sync <= tail_gray;
    tail_seen <= tail_sync;
    if (pop_valid && pop_ready) begin
      head <= head_next;
      head_gray <= head_next ^ (head_next >> 1);
    end
    if (read_rst) begin
      tail_sync <= 0;
      tail_seen <= 0;
      head <= 0;
      head_gray <= 0;
    end
  end
endmodule
