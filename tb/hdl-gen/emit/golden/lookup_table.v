// Eight entries that can be written by number and looked up by key.
module lookup_table (
  input  wire        clk,
  input  wire        rst,
  input  wire        write,
  input  wire  [2:0] number,
  input  wire        entry_used,
  input  wire [11:0] entry_key,
  input  wire [19:0] entry_value,
  input  wire [11:0] key,
  output wire        hit,
  output reg  [19:0] value
);
  integer lane;
  integer lane_2;

  reg [7:0] entries_used;
  reg [95:0] entries_key;
  reg [159:0] entries_value;

  wire [7:0] found = {
    entries_used[7] && entries_key[95:84] == key,
    entries_used[6] && entries_key[83:72] == key,
    entries_used[5] && entries_key[71:60] == key,
    entries_used[4] && entries_key[59:48] == key,
    entries_used[3] && entries_key[47:36] == key,
    entries_used[2] && entries_key[35:24] == key,
    entries_used[1] && entries_key[23:12] == key,
    entries_used[0] && entries_key[11:0] == key
  };

  always @(posedge clk) begin
    if (write) begin
      entries_used[number] <= entry_used;
      for (lane = 0; lane < 8; lane = lane + 1)
        if (number == lane[2:0])
          entries_key[lane*12 +: 12] <= entry_key;
      for (lane_2 = 0; lane_2 < 8; lane_2 = lane_2 + 1)
        if (number == lane_2[2:0])
          entries_value[lane_2*20 +: 20] <= entry_value;
    end
    if (rst) begin
      entries_used <= 8'd0;
      entries_key <= 96'd0;
      entries_value <= 160'd0;
    end
  end

  assign hit = |found;

  always @* begin
    value = 20'd0;
    if (found[0])
      value = entries_value[19:0];
    if (found[1])
      value = entries_value[39:20];
    if (found[2])
      value = entries_value[59:40];
    if (found[3])
      value = entries_value[79:60];
    if (found[4])
      value = entries_value[99:80];
    if (found[5])
      value = entries_value[119:100];
    if (found[6])
      value = entries_value[139:120];
    if (found[7])
      value = entries_value[159:140];
  end
endmodule
