// Ones' complement sum of four words, folded to 16 bits; only its low byte is compared.
module checksum (
  input  wire [63:0] words,
  input  wire  [7:0] expected,
  output wire [15:0] sum,
  output wire        bad
);
  wire [17:0] folded_sum =
    {2'd0, words[15:0]} + {2'd0, words[31:16]} + {2'd0, words[47:32]} + {2'd0, words[63:48]};
  wire [16:0] folded = {1'b0, folded_sum[15:0]} + {15'd0, folded_sum[17:16]};

  assign sum = folded[15:0] + {15'd0, folded[16]};
  assign bad = sum[7:0] != expected;
endmodule
