// A small network interface.
module demo_nic_registers (
  input  wire         clk,
  input  wire         rst,
  // Accesses, each answered one cycle after it moved
  input  wire         bus_valid,
  output wire         bus_ready,
  input  wire         bus_write,
  input  wire   [8:0] bus_word,
  input  wire  [63:0] bus_data,
  input  wire   [7:0] bus_strobe,
  output wire         bus_response_valid,
  output wire  [63:0] bus_response_data,
  output wire         bus_response_error,
  // Datapath control
  output wire         CONTROL_enable,
  output wire   [2:0] CONTROL_speed,
  output wire  [15:0] CONTROL_udpPort,
  // Causes of the interrupt
  output wire         STATUS_rxDone_value,
  input  wire         STATUS_rxDone_set,
  output wire         STATUS_txDone_value,
  input  wire         STATUS_txDone_set,
  output wire   [3:0] STATUS_overflow_value,
  input  wire   [3:0] STATUS_overflow_set,
  // Requests to the engines
  output wire         COMMAND_start_value,
  input  wire         COMMAND_start_clear,
  output wire         COMMAND_flush_value,
  input  wire         COMMAND_flush_clear,
  // Hash key of the connection table
  output wire  [63:0] KEY_key,
  // Clock trim
  output wire  [11:0] TRIM_trim,
  // Link
  input  wire         LINK_up,
  input  wire   [3:0] LINK_lanes,
  // Frames dropped for want of room
  output wire  [31:0] RX_DROPS_count_value,
  input  wire         RX_DROPS_count_increment,
  output wire   [8:0] RX_DROPS_bursts_value,
  input  wire   [2:0] RX_DROPS_bursts_increment,
  // Bytes received
  output wire  [47:0] RX_BYTES_bytes_value,
  input  wire   [6:0] RX_BYTES_bytes_increment,
  // Next finished receive buffer
  input  wire         COMPLETION_pop_valid,
  output wire         COMPLETION_pop_ready,
  input  wire  [15:0] COMPLETION_pop_payload_length,
  input  wire  [47:0] COMPLETION_pop_payload_address,
  // Gives a receive buffer to the hardware
  output wire         BUFFER_push_valid,
  input  wire         BUFFER_push_ready,
  output wire  [47:0] BUFFER_push_payload_address,
  // Interrupt enables of a hart
  output wire   [3:0] HART_wake,
  // State of a wire lane
  output wire  [29:0] LANE_errors_value,
  input  wire   [4:0] LANE_errors_increment,
  // Restarts the timer
  output wire         TIMER_ticks_written,
  output wire  [23:0] TIMER_ticks_data,
  // Receive ring
  input  wire [255:0] RX_HEAD_head_value,
  output wire   [7:0] RX_HEAD_head_written,
  output wire  [31:0] RX_HEAD_head_data,
  input  wire [255:0] RX_TAIL_tail,
  output wire [191:0] RX_SIZE_size,
  output wire         RX_LAST_valid,
  input  wire         RX_LAST_ready,
  output wire         RX_LAST_write,
  output wire   [2:0] RX_LAST_index,
  output wire  [63:0] RX_LAST_data,
  output wire   [7:0] RX_LAST_strobe,
  input  wire  [63:0] RX_LAST_response_data,
  input  wire         RX_LAST_response_error,
  // Connection table
  output wire         SLOT_valid,
  input  wire         SLOT_ready,
  output wire         SLOT_write,
  output wire   [3:0] SLOT_index,
  output wire   [2:0] SLOT_word,
  output wire  [63:0] SLOT_data,
  output wire   [7:0] SLOT_strobe,
  input  wire  [63:0] SLOT_response_data,
  input  wire         SLOT_response_error,
  // Ethernet
  output wire  [47:0] MAC_SOURCE_address,
  output wire         MAC_TYPE_tagged,
  // Trace memory
  output wire         TRACE_valid,
  input  wire         TRACE_ready,
  output wire         TRACE_write,
  output wire   [6:0] TRACE_word,
  output wire  [63:0] TRACE_data,
  output wire   [7:0] TRACE_strobe,
  input  wire  [63:0] TRACE_response_data,
  input  wire         TRACE_response_error
);
  localparam [2:0] SPEED_AUTO = 3'd0;
  integer lane;

  wire at_HART = bus_word[8:2] == 7'd2;
  wire [1:0] HART_row = bus_word[1:0];
  wire at_LANE = bus_word[8:1] == 8'd6;
  wire LANE_row = bus_word[0];
  wire at_RX = bus_word[8:5] == 4'd1;
  wire [2:0] RX_row = bus_word[4:2];
  wire [1:0] RX_row_word = bus_word[1:0];
  wire at_SLOT = bus_word[8:7] == 2'd1;
  wire [3:0] SLOT_row = bus_word[6:3];
  wire [2:0] SLOT_row_word = bus_word[2:0];
  wire at_TRACE = bus_word[8:7] == 2'd3;
  wire [6:0] TRACE_row_word = bus_word[6:0];

  // The map and its registers allow the access
  reg permitted;

  wire bus_fire = bus_valid && bus_ready;
  wire writing = bus_fire && permitted && bus_write;
  wire write_CONTROL = writing && bus_word == 9'd0;

  // Datapath control
  reg CONTROL_enable_q;
  reg [2:0] CONTROL_speed_q;
  reg [15:0] CONTROL_udpPort_q;

  // Bits of the word that are accessed
  wire [63:0] mask = {
    {8{bus_strobe[7]}},
    {8{bus_strobe[6]}},
    {8{bus_strobe[5]}},
    {8{bus_strobe[4]}},
    {8{bus_strobe[3]}},
    {8{bus_strobe[2]}},
    {8{bus_strobe[1]}},
    {8{bus_strobe[0]}}
  };

  wire write_STATUS = writing && bus_word == 9'd1;
  wire reading = bus_fire && permitted && !bus_write;
  wire read_STATUS = reading && bus_word == 9'd1;

  // Causes of the interrupt
  reg STATUS_rxDone_q;
  reg STATUS_txDone_q;
  reg [3:0] STATUS_overflow_q;

  wire write_COMMAND = writing && bus_word == 9'd1;

  // Requests to the engines
  reg COMMAND_start_q;
  reg COMMAND_flush_q;

  wire write_KEY = writing && bus_word == 9'd2;

  // Hash key of the connection table
  reg [63:0] KEY_key_q;

  wire write_TRIM = writing && bus_word == 9'd3;

  // Clock trim
  reg [11:0] TRIM_trim_q;

  // Frames dropped for want of room
  reg [31:0] RX_DROPS_count_q;
  reg [8:0] RX_DROPS_bursts_q;

  wire [9:0] RX_DROPS_bursts_sum = {1'b0, RX_DROPS_bursts_q} + {7'd0, RX_DROPS_bursts_increment};

  // Bytes received
  reg [47:0] RX_BYTES_bytes_q;

  wire read_COMPLETION = reading && bus_word == 9'd6;
  wire write_BUFFER = writing && bus_word == 9'd7;

  reg BUFFER_push_full_q;
  reg [47:0] BUFFER_push_q_address;

  wire write_TIMER = writing && bus_word == 9'd14;
  wire write_MAC_SOURCE = writing && bus_word == 9'd256;

  // Own address
  reg [47:0] MAC_SOURCE_address_q;

  wire write_MAC_TYPE = writing && bus_word == 9'd257;

  // Frame format
  reg MAC_TYPE_tagged_q;

  wire write_HART = writing && at_HART;

  // Interrupt enables of a hart
  reg [3:0] HART_wake_q;

  // State of a wire lane
  reg [29:0] LANE_errors_q;

  wire write_RX_HEAD = writing && at_RX && RX_row_word == 2'd0;
  wire write_RX_SIZE = writing && at_RX && RX_row_word == 2'd1;

  // Size of the ring
  reg [191:0] RX_SIZE_size_q;

  // Arrival of the last packet
  wire at_RX_LAST = at_RX && RX_row_word == 2'd2;

  // The answer to the access of the cycle before
  reg answer_q;
  reg error_q;
  reg [63:0] data_q;

  wire SLOT_selected = at_SLOT && permitted;

  // An answer of SLOT is due
  reg SLOT_asked_q;
  reg SLOT_read_q;
  reg [63:0] SLOT_mask_q;

  wire TRACE_selected = at_TRACE && permitted;

  // An answer of TRACE is due
  reg TRACE_asked_q;
  reg TRACE_read_q;

  wire RX_LAST_selected = at_RX_LAST && permitted;

  // An answer of RX_LAST is due
  reg RX_LAST_asked_q;
  reg RX_LAST_read_q;

  assign CONTROL_enable = CONTROL_enable_q;
  assign CONTROL_speed = CONTROL_speed_q;
  assign CONTROL_udpPort = CONTROL_udpPort_q;

  always @(posedge clk) begin
    if (write_CONTROL) begin
      if (bus_strobe[0])
        CONTROL_enable_q <= bus_data[0];
      if (bus_strobe[0])
        CONTROL_speed_q <= bus_data[6:4];
      CONTROL_udpPort_q <= (CONTROL_udpPort_q & ~mask[31:16]) | (bus_data[31:16] & mask[31:16]);
    end
    if (rst) begin
      CONTROL_enable_q <= 1'b0;
      CONTROL_speed_q <= SPEED_AUTO;
      CONTROL_udpPort_q <= 16'd9000;
    end
  end

  assign STATUS_rxDone_value = STATUS_rxDone_q;

  always @(posedge clk) begin
    STATUS_rxDone_q <= STATUS_rxDone_q || STATUS_rxDone_set;
    STATUS_txDone_q <= STATUS_txDone_q || STATUS_txDone_set;
    STATUS_overflow_q <= STATUS_overflow_q | STATUS_overflow_set;
    if (write_STATUS) begin
      STATUS_rxDone_q <= STATUS_rxDone_q && !(bus_data[0] && mask[0]) || STATUS_rxDone_set;
      STATUS_txDone_q <= STATUS_txDone_q && !(bus_data[1] && mask[1]) || STATUS_txDone_set;
    end
    if (read_STATUS) begin
      if (bus_strobe[1])
        STATUS_overflow_q <= STATUS_overflow_set;
    end
    if (rst) begin
      STATUS_rxDone_q <= 1'b0;
      STATUS_txDone_q <= 1'b0;
      STATUS_overflow_q <= 4'd0;
    end
  end

  assign STATUS_txDone_value = STATUS_txDone_q;
  assign STATUS_overflow_value = STATUS_overflow_q;
  assign COMMAND_start_value = COMMAND_start_q;

  always @(posedge clk) begin
    COMMAND_start_q <= COMMAND_start_q && !COMMAND_start_clear;
    COMMAND_flush_q <= COMMAND_flush_q && !COMMAND_flush_clear;
    if (write_COMMAND) begin
      COMMAND_start_q <= COMMAND_start_q && !COMMAND_start_clear || bus_data[32] && mask[32];
      COMMAND_flush_q <= COMMAND_flush_q && !COMMAND_flush_clear || bus_data[33] && mask[33];
    end
    if (rst) begin
      COMMAND_start_q <= 1'b0;
      COMMAND_flush_q <= 1'b0;
    end
  end

  assign COMMAND_flush_value = COMMAND_flush_q;
  assign KEY_key = KEY_key_q;

  always @(posedge clk) begin
    if (write_KEY)
      KEY_key_q <= (KEY_key_q & ~mask) | (bus_data & mask);
    if (rst)
      KEY_key_q <= 64'd0;
  end

  assign TRIM_trim = TRIM_trim_q;

  always @(posedge clk) begin
    if (write_TRIM)
      TRIM_trim_q <= (TRIM_trim_q & ~mask[11:0]) | (bus_data[11:0] & mask[11:0]);
    if (rst)
      TRIM_trim_q <= 12'd4093;
  end

  assign RX_DROPS_count_value = RX_DROPS_count_q;

  always @(posedge clk) begin
    if (RX_DROPS_count_increment)
      RX_DROPS_count_q <= RX_DROPS_count_q + 32'd1;
    if (RX_DROPS_bursts_sum[9])
      RX_DROPS_bursts_q <= 9'd511;
    else
      RX_DROPS_bursts_q <= RX_DROPS_bursts_sum[8:0];
    if (rst) begin
      RX_DROPS_count_q <= 32'd0;
      RX_DROPS_bursts_q <= 9'd0;
    end
  end

  assign RX_DROPS_bursts_value = RX_DROPS_bursts_q;
  assign RX_BYTES_bytes_value = RX_BYTES_bytes_q;

  always @(posedge clk) begin
    RX_BYTES_bytes_q <= RX_BYTES_bytes_q + {41'd0, RX_BYTES_bytes_increment};
    if (rst)
      RX_BYTES_bytes_q <= 48'd0;
  end

  assign COMPLETION_pop_ready = read_COMPLETION && (|bus_strobe[1:0]);
  assign BUFFER_push_valid = BUFFER_push_full_q;
  assign BUFFER_push_payload_address = BUFFER_push_q_address;

  always @(posedge clk) begin
    if (BUFFER_push_ready)
      BUFFER_push_full_q <= 1'b0;
    if (write_BUFFER && (|bus_strobe[5:0])) begin
      BUFFER_push_full_q <= 1'b1;
      BUFFER_push_q_address <= bus_data[47:0];
    end
    if (rst)
      BUFFER_push_full_q <= 1'b0;
  end

  assign TIMER_ticks_data = bus_data[23:0];
  assign TIMER_ticks_written = write_TIMER && (|bus_strobe[2:0]);
  assign MAC_SOURCE_address = MAC_SOURCE_address_q;

  always @(posedge clk) begin
    if (write_MAC_SOURCE)
      MAC_SOURCE_address_q <= (MAC_SOURCE_address_q & ~mask[47:0]) | (bus_data[47:0] & mask[47:0]);
    if (rst)
      MAC_SOURCE_address_q <= 48'd0;
  end

  assign MAC_TYPE_tagged = MAC_TYPE_tagged_q;

  always @(posedge clk) begin
    if (write_MAC_TYPE) begin
      if (bus_strobe[0])
        MAC_TYPE_tagged_q <= bus_data[0];
    end
    if (rst)
      MAC_TYPE_tagged_q <= 1'b0;
  end

  assign HART_wake = HART_wake_q;

  always @(posedge clk) begin
    if (write_HART) begin
      if (bus_strobe[0])
        HART_wake_q[HART_row] <= bus_data[0];
    end
    if (rst)
      HART_wake_q <= 4'd0;
  end

  assign LANE_errors_value = LANE_errors_q;

  always @(posedge clk) begin
    if (LANE_errors_increment[0] && !(&LANE_errors_q[5:0]))
      LANE_errors_q[5:0] <= LANE_errors_q[5:0] + 6'd1;
    if (LANE_errors_increment[1] && !(&LANE_errors_q[11:6]))
      LANE_errors_q[11:6] <= LANE_errors_q[11:6] + 6'd1;
    if (LANE_errors_increment[2] && !(&LANE_errors_q[17:12]))
      LANE_errors_q[17:12] <= LANE_errors_q[17:12] + 6'd1;
    if (LANE_errors_increment[3] && !(&LANE_errors_q[23:18]))
      LANE_errors_q[23:18] <= LANE_errors_q[23:18] + 6'd1;
    if (LANE_errors_increment[4] && !(&LANE_errors_q[29:24]))
      LANE_errors_q[29:24] <= LANE_errors_q[29:24] + 6'd1;
    if (rst)
      LANE_errors_q <= 30'd0;
  end

  assign RX_HEAD_head_data =
    (RX_HEAD_head_value[{RX_row, 5'd0} +: 32] & ~mask[31:0]) | (bus_data[31:0] & mask[31:0]);
  assign RX_HEAD_head_written = (write_RX_HEAD && (|bus_strobe[3:0])) ? 8'd1 << RX_row : 8'd0;
  assign RX_SIZE_size = RX_SIZE_size_q;

  always @(posedge clk) begin
    if (write_RX_SIZE) begin
      for (lane = 0; lane < 8; lane = lane + 1)
        if (RX_row == lane[2:0])
          RX_SIZE_size_q[lane*24 +: 24] <=
            (RX_SIZE_size_q[{5'd0, RX_row} * 8'd24 +: 24] & ~mask[23:0]) | (bus_data[23:0] & mask[23:0]);
    end
    if (rst)
      RX_SIZE_size_q <= 192'd0;
  end

  always @* begin
    permitted = 1'b0;
    case (bus_word)
      9'd0: permitted =
        bus_write ? !(bus_strobe[0] &&
          !(bus_data[6:4] == 3'd0 || bus_data[6:4] == 3'd1 || bus_data[6:4] == 3'd4)) :
        1'b1;
      9'd1, 9'd256: permitted = 1'b1;
      9'd2: permitted = bus_write;
      9'd3: permitted =
        bus_write ? ((|bus_strobe[1:0]) || bus_strobe[2] || (|bus_strobe[7:4])) &&
          !bus_strobe[2] &&
          !(|bus_strobe[7:4]) :
        (|bus_strobe[1:0]) || bus_strobe[2] || (|bus_strobe[7:4]);
      9'd4, 9'd5: permitted = !bus_write;
      9'd6: permitted = !bus_write && ((&bus_strobe) || !(|bus_strobe));
      9'd7: permitted =
        bus_write &&
        ((&bus_strobe[5:0]) || !(|bus_strobe[5:0])) &&
        !((|bus_strobe[5:0]) && BUFFER_push_full_q && !BUFFER_push_ready);
      9'd14: permitted = bus_write && (|bus_strobe[3:0]) && ((&bus_strobe[2:0]) || !(|bus_strobe[2:0]));
      9'd257: permitted = bus_strobe[0];
      default: ;
    endcase
    if (at_HART)
      permitted = |bus_strobe[3:0];
    if (at_LANE)
      permitted =
        !bus_write &&
        ((|bus_strobe[1:0]) ||
          (|bus_strobe[3:2]) && !LANE_row ||
          (|bus_strobe[5:4]) && !LANE_row ||
          (|bus_strobe[7:6]) && !LANE_row);
    if (at_RX) begin
      case (RX_row_word)
        2'd0: permitted = bus_write ? !(|bus_strobe[7:4]) : 1'b1;
        2'd1: permitted = 1'b1;
        2'd2: permitted = !bus_write;
        default: ;
      endcase
    end
    if (at_SLOT) begin
      case (SLOT_row_word)
        3'd0, 3'd1: permitted = 1'b1;
        3'd2, 3'd3, 3'd4, 3'd5: permitted = !bus_write;
        3'd6: permitted = bus_write;
        default: ;
      endcase
    end
    if (at_TRACE)
      permitted = !bus_write;
  end

  always @(posedge clk) begin
    answer_q <= bus_fire;
    error_q <= bus_fire && !permitted;
    data_q <= 64'd0;
    if (reading) begin
      case (bus_word)
        9'd0: data_q <= {32'd0, CONTROL_udpPort_q, 9'd0, CONTROL_speed_q, 3'd0, CONTROL_enable_q};
        9'd1: data_q <= {
          30'd0,
          COMMAND_flush_q,
          COMMAND_start_q,
          20'd0,
          STATUS_overflow_q,
          6'd0,
          STATUS_txDone_q,
          STATUS_rxDone_q
        };
        9'd3: data_q <= {8'd0, 8'd2, 16'd7, 8'd0, LINK_lanes, 3'd0, LINK_up, 4'd0, TRIM_trim_q};
        9'd4: data_q <= {23'd0, RX_DROPS_bursts_q, RX_DROPS_count_q};
        9'd5: data_q <= {16'd0, RX_BYTES_bytes_q};
        9'd6: data_q <= {
          (COMPLETION_pop_valid ? COMPLETION_pop_payload_address : 48'd0),
          (COMPLETION_pop_valid ? COMPLETION_pop_payload_length : 16'd0)
        };
        9'd256: data_q <= {16'd0, MAC_SOURCE_address_q};
        9'd257: data_q <= {63'd0, MAC_TYPE_tagged_q};
        default: ;
      endcase
      if (at_HART)
        data_q <= {63'd0, HART_wake_q[HART_row]};
      if (at_LANE)
        data_q <= {
          10'd0,
          (({LANE_row, 2'd3} < 3'd5) ? LANE_errors_q[{2'd0, LANE_row, 2'd3} * 5'd6 +: 6] : 6'd0),
          10'd0,
          (({LANE_row, 2'd2} < 3'd5) ? LANE_errors_q[{2'd0, LANE_row, 2'd2} * 5'd6 +: 6] : 6'd0),
          10'd0,
          (({LANE_row, 2'd1} < 3'd5) ? LANE_errors_q[{2'd0, LANE_row, 2'd1} * 5'd6 +: 6] : 6'd0),
          10'd0,
          (({LANE_row, 2'd0} < 3'd5) ? LANE_errors_q[{2'd0, LANE_row, 2'd0} * 5'd6 +: 6] : 6'd0)
        };
      if (at_RX) begin
        case (RX_row_word)
          2'd0: data_q <= {RX_TAIL_tail[{RX_row, 5'd0} +: 32], RX_HEAD_head_value[{RX_row, 5'd0} +: 32]};
          2'd1: data_q <= {40'd0, RX_SIZE_size_q[{5'd0, RX_row} * 8'd24 +: 24]};
          default: ;
        endcase
      end
    end
    if (rst) begin
      answer_q <= 1'b0;
      error_q <= 1'b0;
      data_q <= 64'd0;
    end
  end

  assign SLOT_valid = bus_valid && SLOT_selected;
  assign SLOT_write = bus_write;
  assign SLOT_data = bus_data;
  assign SLOT_strobe = bus_strobe;
  assign SLOT_index = SLOT_row;
  assign SLOT_word = SLOT_row_word;

  always @(posedge clk) begin
    SLOT_asked_q <= bus_fire && SLOT_selected;
    SLOT_read_q <= bus_fire && SLOT_selected && !bus_write;
    case (SLOT_row_word)
      3'd2, 3'd3, 3'd4, 3'd5: SLOT_mask_q <= 64'h0000_0000_ffff_ffff;
      default: SLOT_mask_q <= 64'h0000_ffff_ffff_ffff;
    endcase
    if (rst) begin
      SLOT_asked_q <= 1'b0;
      SLOT_read_q <= 1'b0;
    end
  end

  assign TRACE_valid = bus_valid && TRACE_selected;
  assign TRACE_write = bus_write;
  assign TRACE_data = bus_data;
  assign TRACE_strobe = bus_strobe;
  assign TRACE_word = TRACE_row_word;

  always @(posedge clk) begin
    TRACE_asked_q <= bus_fire && TRACE_selected;
    TRACE_read_q <= bus_fire && TRACE_selected && !bus_write;
    if (rst) begin
      TRACE_asked_q <= 1'b0;
      TRACE_read_q <= 1'b0;
    end
  end

  assign RX_LAST_valid = bus_valid && RX_LAST_selected;
  assign RX_LAST_write = bus_write;
  assign RX_LAST_data = bus_data;
  assign RX_LAST_strobe = bus_strobe;
  assign RX_LAST_index = RX_row;

  always @(posedge clk) begin
    RX_LAST_asked_q <= bus_fire && RX_LAST_selected;
    RX_LAST_read_q <= bus_fire && RX_LAST_selected && !bus_write;
    if (rst) begin
      RX_LAST_asked_q <= 1'b0;
      RX_LAST_read_q <= 1'b0;
    end
  end

  assign bus_ready =
    (!SLOT_selected || SLOT_ready) && (!TRACE_selected || TRACE_ready) && (!RX_LAST_selected || RX_LAST_ready);
  assign bus_response_valid = answer_q;
  assign bus_response_data =
    data_q |
    ((SLOT_read_q && !SLOT_response_error) ? SLOT_response_data & SLOT_mask_q : 64'd0) |
    ((TRACE_read_q && !TRACE_response_error) ? TRACE_response_data : 64'd0) |
    ((RX_LAST_read_q && !RX_LAST_response_error) ? RX_LAST_response_data : 64'd0);
  assign bus_response_error =
    error_q ||
    SLOT_asked_q && SLOT_response_error ||
    TRACE_asked_q && TRACE_response_error ||
    RX_LAST_asked_q && RX_LAST_response_error;

`ifdef FORMAL
`ifndef ACCIO_ASSERT
`define ACCIO_ASSERT
`endif
`endif
`ifdef ACCIO_ASSERT
  reg bus_stalled_past;
  reg [81:0] bus_payload_past;
  reg bus_fire_past;

  always @(posedge clk) begin
    bus_stalled_past <= bus_valid && !bus_ready;
    if (rst)
      bus_stalled_past <= 1'b0;
  end

  always @(posedge clk) begin
    bus_payload_past <= {bus_write, bus_word, bus_data, bus_strobe};
    if (rst)
      bus_payload_past <= 82'd0;
  end

  always @(posedge clk) begin
    bus_fire_past <= bus_fire;
    if (rst)
      bus_fire_past <= 1'b0;
  end

  wire bus_valid_stays_until_the_beat_has_moved_holds = !bus_stalled_past || bus_valid;
  wire bus_the_payload_stays_until_the_beat_has_moved_holds =
    !bus_stalled_past || {bus_write, bus_word, bus_data, bus_strobe} == bus_payload_past;
  wire bus_a_request_has_at_least_one_byte_holds = !bus_valid || (|bus_strobe);
  wire bus_an_answer_one_cycle_after_each_request_and_holds = bus_response_valid == bus_fire_past;

  always @(posedge clk)
    if (!rst) begin
`ifdef FORMAL
      bus_valid_stays_until_the_beat_has_moved: assume (bus_valid_stays_until_the_beat_has_moved_holds);
      bus_the_payload_stays_until_the_beat_has_moved: assume (bus_the_payload_stays_until_the_beat_has_moved_holds);
      bus_a_request_has_at_least_one_byte: assume (bus_a_request_has_at_least_one_byte_holds);
      bus_an_answer_one_cycle_after_each_request_and: assert (bus_an_answer_one_cycle_after_each_request_and_holds);
`else
      if (!bus_valid_stays_until_the_beat_has_moved_holds)
        $error("assumption: bus: valid stays until the beat has moved (example.ts:24)");
      if (!bus_the_payload_stays_until_the_beat_has_moved_holds)
        $error("assumption: bus: the payload stays until the beat has moved (example.ts:24)");
      if (!bus_a_request_has_at_least_one_byte_holds)
        $error("assumption: bus: a request has at least one byte (example.ts:24)");
      if (!bus_an_answer_one_cycle_after_each_request_and_holds)
        $error("bus: an answer one cycle after each request, and no other (example.ts:24)");
`endif
    end
`endif
endmodule
