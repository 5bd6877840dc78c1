// CRC-32 of Ethernet over bytes, one in a cycle, reflected.
module crc32 (
  input  wire        clk,
  input  wire        rst,
  input  wire  [7:0] octet,
  input  wire        valid,
  input  wire        clear,
  output wire [31:0] crc
);
  reg [31:0] state;

  wire [31:0] state_choice =
    (state[0] ^ octet[0]) ? {1'b0, state[31:1] ^ {24'd0, octet[7:1]}} ^ 32'hedb88320 :
    {1'b0, state[31:1] ^ {24'd0, octet[7:1]}};
  wire [31:0] state_choice_2 =
    state_choice[0] ? {1'b0, state_choice[31:1]} ^ 32'hedb88320 : {1'b0, state_choice[31:1]};
  wire [31:0] state_choice_3 =
    state_choice_2[0] ? {1'b0, state_choice_2[31:1]} ^ 32'hedb88320 : {1'b0, state_choice_2[31:1]};
  wire [31:0] state_choice_4 =
    state_choice_3[0] ? {1'b0, state_choice_3[31:1]} ^ 32'hedb88320 : {1'b0, state_choice_3[31:1]};
  wire [31:0] state_choice_5 =
    state_choice_4[0] ? {1'b0, state_choice_4[31:1]} ^ 32'hedb88320 : {1'b0, state_choice_4[31:1]};
  wire [31:0] state_choice_6 =
    state_choice_5[0] ? {1'b0, state_choice_5[31:1]} ^ 32'hedb88320 : {1'b0, state_choice_5[31:1]};
  wire [31:0] state_choice_7 =
    state_choice_6[0] ? {1'b0, state_choice_6[31:1]} ^ 32'hedb88320 : {1'b0, state_choice_6[31:1]};

  always @(posedge clk) begin
    if (clear)
      state <= 32'hffffffff;
    else if (valid)
      state <= state_choice_7[0] ? {1'b0, state_choice_7[31:1]} ^ 32'hedb88320 : {1'b0, state_choice_7[31:1]};
    if (rst)
      state <= 32'hffffffff;
  end

  assign crc = ~state;
endmodule
