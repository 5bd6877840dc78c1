// FIFO of `depth` (a power of two) entries: a beat can leave one cycle after it came.
module queue_8x16 (
  input  wire       clk,
  input  wire       rst,
  input  wire       push_valid,
  output wire       push_ready,
  input  wire [7:0] push_payload,
  output wire       pop_valid,
  input  wire       pop_ready,
  output wire [7:0] pop_payload
);
  // The oldest entry.
  reg [3:0] head;
  // Where the next beat goes.
  reg [3:0] tail;
  reg full;

  wire empty = head == tail && !full;

  reg [7:0] cells [0:15];

  wire push_fire = push_valid && push_ready;
  wire pop_fire = pop_valid && pop_ready;

  assign push_ready = !full;
  assign pop_valid = !empty;

  always @(posedge clk)
    if (push_fire)
      cells[tail] <= push_payload;

  assign pop_payload = cells[head];

  always @(posedge clk) begin
    if (push_fire)
      tail <= tail + 4'd1;
    if (pop_fire)
      head <= head + 4'd1;
    if (push_fire != pop_fire)
      full <= push_fire && tail + 4'd1 == head;
    if (rst) begin
      head <= 4'd0;
      tail <= 4'd0;
      full <= 1'b0;
    end
  end

`ifdef FORMAL
`ifndef ACCIO_ASSERT
`define ACCIO_ASSERT
`endif
`endif
`ifdef ACCIO_ASSERT
  reg pop_stalled_past;

  always @(posedge clk) begin
    pop_stalled_past <= pop_valid && !pop_ready;
    if (rst)
      pop_stalled_past <= 1'b0;
  end

  wire never_full_and_empty_holds = !(full && empty);
  wire an_entry_stays_until_it_is_taken_holds = !pop_stalled_past || pop_valid;
  wire all_entries_in_use_reached = full;

  always @(posedge clk)
    if (!rst) begin
`ifdef FORMAL
      never_full_and_empty: assert (never_full_and_empty_holds);
      an_entry_stays_until_it_is_taken: assert (an_entry_stays_until_it_is_taken_holds);
`else
      if (!never_full_and_empty_holds)
        $error("never full and empty (examples.ts:59)");
      if (!an_entry_stays_until_it_is_taken_holds)
        $error("an entry stays until it is taken (examples.ts:60)");
`endif
`ifndef __ICARUS__
      all_entries_in_use: cover (all_entries_in_use_reached);
`endif
    end
`endif
endmodule
