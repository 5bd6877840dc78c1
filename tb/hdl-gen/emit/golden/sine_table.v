// Table of a quarter of a sine, in 8 bits.
module sine_table (
  input  wire [3:0] phase,
  output wire [7:0] level
);
  integer word;

  // Rises from 0; the last four points are those of the third.
  (* ram_style = "distributed" *)
  reg [7:0] table_points [0:15];

  initial begin
    for (word = 0; word < 16; word = word + 1)
      table_points[word] = 8'd0;
    table_points[0] = 8'd0;
    table_points[1] = 8'h1b;
    table_points[2] = 8'h35;
    table_points[3] = 8'h4f;
    table_points[4] = 8'h68;
    table_points[5] = 8'h7f;
    table_points[6] = 8'h96;
    table_points[7] = 8'hab;
    table_points[8] = 8'hbe;
    table_points[9] = 8'hce;
    table_points[10] = 8'hdd;
    table_points[11] = 8'he9;
  end

  assign level = table_points[phase];
endmodule
