// Two queues in a row, and how full they are.
module two_queues (
  input  wire        clk,
  input  wire        rst,
  input  wire        from_valid,
  output wire        from_ready,
  input  wire  [7:0] from_payload,
  output wire        to_valid,
  input  wire        to_ready,
  output wire  [7:0] to_payload,
  output wire        waiting,
  output wire [15:0] stalls
);
  reg [15:0] count;

  wire [7:0] first_pop_payload;

  wire second_push_ready;
  wire second_pop_valid;

  // Takes bursts.
  queue_8x16 first (
    .clk(clk),
    .rst(rst),
    .push_valid(from_valid),
    .push_ready(from_ready),
    .push_payload(from_payload),
    .pop_valid(waiting),
    .pop_ready(second_push_ready),
    .pop_payload(first_pop_payload)
  );

  queue_8x4 second (
    .clk(clk),
    .rst(rst),
    .push_valid(waiting),
    .push_ready(second_push_ready),
    .push_payload(first_pop_payload),
    .pop_valid(second_pop_valid),
    .pop_ready(to_ready && !(&count)),
    .pop_payload(to_payload)
  );

  assign to_valid = second_pop_valid && !(&count);

  always @(posedge clk) begin
    if (waiting && !second_push_ready)
      count <= count + 16'd1;
    if (rst)
      count <= 16'd0;
  end

  assign stalls = count;
endmodule
