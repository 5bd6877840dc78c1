// Control, status and a counter of a small device. An access that is refused changes nothing.
module register_map (
  input  wire        clk,
  input  wire        rst,
  input  wire        bus_valid,
  output wire        bus_ready,
  input  wire        bus_write,
  input  wire [1:0]  bus_word,
  input  wire [31:0] bus_data,
  input  wire [3:0]  bus_strobe,
  output reg         bus_response_valid,
  output reg  [31:0] bus_response_data,
  output reg         bus_response_error,
  output reg         CONTROL_enable,
  output reg  [15:0] CONTROL_port,
  output reg         STATUS_received_value,
  input  wire        STATUS_received_set,
  output reg  [31:0] DROPS_count_value,
  input  wire        DROPS_count_increment
);
  localparam CONTROL = 2'd0, STATUS = 2'd1, DROPS = 2'd2;
  wire refused = bus_word > DROPS || (bus_write && bus_word == DROPS);
  wire write = bus_valid && bus_write && !refused;
  wire unused = &{1'b0, bus_data[15:1], bus_strobe[1]};
  assign bus_ready = 1'b1;

  always @(posedge clk) begin
    bus_response_valid <= bus_valid;
    bus_response_error <= bus_valid && refused;
    bus_response_data <= 0;
    if (bus_valid && !bus_write)
      case (bus_word)
        CONTROL: bus_response_data <= {CONTROL_port, 15'b0, CONTROL_enable};
        STATUS:  bus_response_data <= {31'b0, STATUS_received_value};
        DROPS:   bus_response_data <= DROPS_count_value;
        default: ;
      endcase

    if (write && bus_word == CONTROL) begin
      if (bus_strobe[0]) CONTROL_enable <= bus_data[0];
      if (bus_strobe[2]) CONTROL_port[7:0] <= bus_data[23:16];
      if (bus_strobe[3]) CONTROL_port[15:8] <= bus_data[31:24];
    end
    if (write && bus_word == STATUS && bus_strobe[0] && bus_data[0]) STATUS_received_value <= 0;
    if (STATUS_received_set) STATUS_received_value <= 1;
    if (DROPS_count_increment) DROPS_count_value <= DROPS_count_value + 1;
    if (rst) begin
      bus_response_valid <= 0;
      bus_response_error <= 0;
      bus_response_data <= 0;
      CONTROL_enable <= 0;
      CONTROL_port <= 0;
      STATUS_received_value <= 0;
      DROPS_count_value <= 0;
    end
  end
endmodule
