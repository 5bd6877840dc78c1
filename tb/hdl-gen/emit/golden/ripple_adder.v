// Adds bit by bit: each bit of a vector depends on the one below it.
module ripple_adder (
  input  wire [3:0] a,
  input  wire [3:0] b,
  output wire [3:0] sum,
  output wire       carryOut
);
  wire [4:0] carry /* verilator split_var */;

  assign carry[0] = 1'b0;
  assign sum[0] = a[0] ^ b[0] ^ carry[0];
  assign carry[1] = a[0] && b[0] || carry[0] && (a[0] ^ b[0]);
  assign sum[1] = a[1] ^ b[1] ^ carry[1];
  assign carry[2] = a[1] && b[1] || carry[1] && (a[1] ^ b[1]);
  assign sum[2] = a[2] ^ b[2] ^ carry[2];
  assign carry[3] = a[2] && b[2] || carry[2] && (a[2] ^ b[2]);
  assign sum[3] = a[3] ^ b[3] ^ carry[3];
  assign carry[4] = a[3] && b[3] || carry[3] && (a[3] ^ b[3]);
  assign carryOut = carry[4];
endmodule
