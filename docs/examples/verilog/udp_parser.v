// Finds the header of UDP datagrams in IPv4 frames without options or fragments, 8 bytes a beat.
module udp_parser (
  input  wire        clk,
  input  wire        rst,
  input  wire        frames_valid,
  output wire        frames_ready,
  input  wire [63:0] frames_payload_data,
  input  wire [7:0]  frames_payload_keep,
  input  wire        frames_payload_last,
  output wire        found,
  output wire [31:0] header_from_ip,
  output wire [15:0] header_from_port,
  output wire [31:0] header_to_ip,
  output wire [15:0] header_to_port,
  output wire [15:0] header_bytes
);
  reg [2:0] beat;
  reg complete;
  reg [48*8-1:0] start;
  assign frames_ready = 1'b1;

  always @(posedge clk) begin
    complete <= frames_valid && beat == 5;
    if (frames_valid) begin
      start <= {frames_payload_data, start[48*8-1:64]};
      if (frames_payload_last) beat <= 0;
      else if (beat != 6) beat <= beat + 1'b1;
    end
    if (rst) begin
      beat <= 0;
      complete <= 0;
    end
  end

  // Byte 0 is the lowest; fields have their first byte on top.
  function [15:0] swap16(input [15:0] v);
    swap16 = {v[7:0], v[15:8]};
  endfunction
  function [31:0] swap32(input [31:0] v);
    swap32 = {v[7:0], v[15:8], v[23:16], v[31:24]};
  endfunction
  wire ipv4 = swap16(start[12*8 +: 16]) == 16'h0800 && start[14*8 +: 8] == 8'h45;
  wire whole = (swap16(start[20*8 +: 16]) & 16'h3fff) == 0;
  assign found = complete && ipv4 && whole && start[23*8 +: 8] == 17;
  assign header_from_ip = swap32(start[26*8 +: 32]);
  assign header_from_port = swap16(start[34*8 +: 16]);
  assign header_to_ip = swap32(start[30*8 +: 32]);
  assign header_to_port = swap16(start[36*8 +: 16]);
  assign header_bytes = swap16(start[38*8 +: 16]);
  wire unused = &{1'b0, frames_payload_keep, start};
endmodule
