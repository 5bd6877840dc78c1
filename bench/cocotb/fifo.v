module fifo (
  input wire clk,
  input wire rst,
  input wire push_valid,
  output wire push_ready,
  input wire [31:0] push_payload,
  output wire pop_valid,
  input wire pop_ready,
  output wire [31:0] pop_payload
);
  reg [3:0] head;
  reg [3:0] tail;
  reg full;
  reg [31:0] cells [0:15];
  wire empty = head == tail && !full;
  wire push_fire = push_valid && push_ready;
  wire pop_fire = pop_valid && pop_ready;
  assign push_ready = !full;
  assign pop_valid = !empty;
  assign pop_payload = cells[head];
  always @(posedge clk) begin
    if (push_fire) cells[tail] <= push_payload;
  end
  always @(posedge clk) begin
    if (rst) begin head <= 4'd0; tail <= 4'd0; full <= 1'b0; end
    else begin
      if (push_fire) tail <= tail + 4'd1;
      if (pop_fire) head <= head + 4'd1;
      if (push_fire != pop_fire) full <= push_fire && (tail + 4'd1 == head);
    end
  end
`ifdef SIM
  always @(posedge clk) if (!rst && full && empty) $error("never full and empty");
  always @(posedge clk) if (!rst && push_payload == 32'd77) $error("seventy-seven seen");
`endif
endmodule
