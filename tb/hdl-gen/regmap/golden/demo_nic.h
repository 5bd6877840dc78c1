/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* demo_nic: A small network interface. Generated from its register map; changes belong there. */
#ifndef DEMO_NIC_H
#define DEMO_NIC_H

#ifdef __KERNEL__
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define DEMO_NIC_SIZE 0x1000U
#define DEMO_NIC_HART_COUNT 4U
#define DEMO_NIC_HART_STRIDE 0x8U
#define DEMO_NIC_LANE_COUNT 5U
#define DEMO_NIC_LANE_STRIDE 0x2U
#define DEMO_NIC_RX_COUNT 8U
#define DEMO_NIC_RX_STRIDE 0x20U
#define DEMO_NIC_SLOT_COUNT 16U
#define DEMO_NIC_SLOT_STRIDE 0x40U
#define DEMO_NIC_SLOT_COUNTS_COUNT 4U
#define DEMO_NIC_SLOT_COUNTS_STRIDE 0x8U

#ifdef __KERNEL__
/* Where the registers are mapped. */
typedef void __iomem *demo_nic_io;

static inline uint8_t demo_nic_io_read8(demo_nic_io base, uint32_t offset)
{
	return readb((uint8_t __iomem *)base + offset);
}

static inline void demo_nic_io_write8(demo_nic_io base, uint32_t offset, uint8_t value)
{
	writeb(value, (uint8_t __iomem *)base + offset);
}

static inline uint16_t demo_nic_io_read16(demo_nic_io base, uint32_t offset)
{
	return readw((uint8_t __iomem *)base + offset);
}

static inline void demo_nic_io_write16(demo_nic_io base, uint32_t offset, uint16_t value)
{
	writew(value, (uint8_t __iomem *)base + offset);
}

static inline uint32_t demo_nic_io_read32(demo_nic_io base, uint32_t offset)
{
	return readl((uint8_t __iomem *)base + offset);
}

static inline void demo_nic_io_write32(demo_nic_io base, uint32_t offset, uint32_t value)
{
	writel(value, (uint8_t __iomem *)base + offset);
}

static inline uint64_t demo_nic_io_read64(demo_nic_io base, uint32_t offset)
{
	return readq((uint8_t __iomem *)base + offset);
}

static inline void demo_nic_io_write64(demo_nic_io base, uint32_t offset, uint64_t value)
{
	writeq(value, (uint8_t __iomem *)base + offset);
}

#else
/* Where the registers are mapped; order accesses to other memory with fences. */
typedef volatile void *demo_nic_io;

static inline uint8_t demo_nic_io_read8(demo_nic_io base, uint32_t offset)
{
	return *(volatile uint8_t *)((volatile uint8_t *)base + offset);
}

static inline void demo_nic_io_write8(demo_nic_io base, uint32_t offset, uint8_t value)
{
	*(volatile uint8_t *)((volatile uint8_t *)base + offset) = value;
}

static inline uint16_t demo_nic_io_read16(demo_nic_io base, uint32_t offset)
{
	return *(volatile uint16_t *)((volatile uint8_t *)base + offset);
}

static inline void demo_nic_io_write16(demo_nic_io base, uint32_t offset, uint16_t value)
{
	*(volatile uint16_t *)((volatile uint8_t *)base + offset) = value;
}

static inline uint32_t demo_nic_io_read32(demo_nic_io base, uint32_t offset)
{
	return *(volatile uint32_t *)((volatile uint8_t *)base + offset);
}

static inline void demo_nic_io_write32(demo_nic_io base, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)((volatile uint8_t *)base + offset) = value;
}

static inline uint64_t demo_nic_io_read64(demo_nic_io base, uint32_t offset)
{
	return *(volatile uint64_t *)((volatile uint8_t *)base + offset);
}

static inline void demo_nic_io_write64(demo_nic_io base, uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)((volatile uint8_t *)base + offset) = value;
}

#endif

/* TRACE: Trace memory */
#define DEMO_NIC_TRACE_OFFSET 0xc00U
#define DEMO_NIC_TRACE_SIZE 0x400U

/* CONTROL: Datapath control, 64 bits */
#define DEMO_NIC_CONTROL_OFFSET 0x0U
#define DEMO_NIC_CONTROL_RESET 0x23280000ULL

/* enable: Accept and send packets (read and write) */
#define DEMO_NIC_CONTROL_ENABLE_SHIFT 0U
#define DEMO_NIC_CONTROL_ENABLE_WIDTH 1U
#define DEMO_NIC_CONTROL_ENABLE_MASK 0x1ULL

static inline bool demo_nic_control_enable_get(uint64_t value)
{
	return (value & DEMO_NIC_CONTROL_ENABLE_MASK) != 0;
}

static inline uint64_t demo_nic_control_enable_put(uint64_t value, bool field)
{
	return (uint64_t)((value & ~DEMO_NIC_CONTROL_ENABLE_MASK) |
		(((uint64_t)field << DEMO_NIC_CONTROL_ENABLE_SHIFT) & DEMO_NIC_CONTROL_ENABLE_MASK));
}

/* speed: Wire speed (read and write) */
#define DEMO_NIC_CONTROL_SPEED_SHIFT 4U
#define DEMO_NIC_CONTROL_SPEED_WIDTH 3U
#define DEMO_NIC_CONTROL_SPEED_MASK 0x70ULL
#define DEMO_NIC_CONTROL_SPEED_AUTO 0U
#define DEMO_NIC_CONTROL_SPEED_GIGABIT 1U
#define DEMO_NIC_CONTROL_SPEED_HUNDRED_GIGABIT 4U

static inline uint8_t demo_nic_control_speed_get(uint64_t value)
{
	return (uint8_t)((value & DEMO_NIC_CONTROL_SPEED_MASK) >> DEMO_NIC_CONTROL_SPEED_SHIFT);
}

static inline uint64_t demo_nic_control_speed_put(uint64_t value, uint8_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_CONTROL_SPEED_MASK) |
		(((uint64_t)field << DEMO_NIC_CONTROL_SPEED_SHIFT) & DEMO_NIC_CONTROL_SPEED_MASK));
}

/* udpPort: Local UDP port (read and write) */
#define DEMO_NIC_CONTROL_UDP_PORT_SHIFT 16U
#define DEMO_NIC_CONTROL_UDP_PORT_WIDTH 16U
#define DEMO_NIC_CONTROL_UDP_PORT_MASK 0xffff0000ULL

static inline uint16_t demo_nic_control_udp_port_get(uint64_t value)
{
	return (uint16_t)((value & DEMO_NIC_CONTROL_UDP_PORT_MASK) >> DEMO_NIC_CONTROL_UDP_PORT_SHIFT);
}

static inline uint64_t demo_nic_control_udp_port_put(uint64_t value, uint16_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_CONTROL_UDP_PORT_MASK) |
		(((uint64_t)field << DEMO_NIC_CONTROL_UDP_PORT_SHIFT) & DEMO_NIC_CONTROL_UDP_PORT_MASK));
}

static inline uint64_t demo_nic_control_read(demo_nic_io base)
{
	return demo_nic_io_read64(base, DEMO_NIC_CONTROL_OFFSET);
}

static inline void demo_nic_control_write(demo_nic_io base, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_CONTROL_OFFSET, value);
}

/* STATUS: Causes of the interrupt, 32 bits */
#define DEMO_NIC_STATUS_OFFSET 0x8U
#define DEMO_NIC_STATUS_RESET 0x0U

/* rxDone: A packet was written to memory (hardware sets bits, writing 1 clears them; set wins) */
#define DEMO_NIC_STATUS_RX_DONE_SHIFT 0U
#define DEMO_NIC_STATUS_RX_DONE_WIDTH 1U
#define DEMO_NIC_STATUS_RX_DONE_MASK 0x1U

static inline bool demo_nic_status_rx_done_get(uint32_t value)
{
	return (value & DEMO_NIC_STATUS_RX_DONE_MASK) != 0;
}

static inline uint32_t demo_nic_status_rx_done_put(uint32_t value, bool field)
{
	return (uint32_t)((value & ~DEMO_NIC_STATUS_RX_DONE_MASK) |
		(((uint32_t)field << DEMO_NIC_STATUS_RX_DONE_SHIFT) & DEMO_NIC_STATUS_RX_DONE_MASK));
}

/* txDone: A packet was read from memory (hardware sets bits, writing 1 clears them; set wins) */
#define DEMO_NIC_STATUS_TX_DONE_SHIFT 1U
#define DEMO_NIC_STATUS_TX_DONE_WIDTH 1U
#define DEMO_NIC_STATUS_TX_DONE_MASK 0x2U

static inline bool demo_nic_status_tx_done_get(uint32_t value)
{
	return (value & DEMO_NIC_STATUS_TX_DONE_MASK) != 0;
}

static inline uint32_t demo_nic_status_tx_done_put(uint32_t value, bool field)
{
	return (uint32_t)((value & ~DEMO_NIC_STATUS_TX_DONE_MASK) |
		(((uint32_t)field << DEMO_NIC_STATUS_TX_DONE_SHIFT) & DEMO_NIC_STATUS_TX_DONE_MASK));
}

/* overflow: Queues that overflowed (hardware sets bits, reading clears them; set wins) */
#define DEMO_NIC_STATUS_OVERFLOW_SHIFT 8U
#define DEMO_NIC_STATUS_OVERFLOW_WIDTH 4U
#define DEMO_NIC_STATUS_OVERFLOW_MASK 0xf00U

static inline uint8_t demo_nic_status_overflow_get(uint32_t value)
{
	return (uint8_t)((value & DEMO_NIC_STATUS_OVERFLOW_MASK) >> DEMO_NIC_STATUS_OVERFLOW_SHIFT);
}

static inline uint32_t demo_nic_status_read(demo_nic_io base)
{
	return demo_nic_io_read32(base, DEMO_NIC_STATUS_OFFSET);
}

static inline void demo_nic_status_write(demo_nic_io base, uint32_t value)
{
	demo_nic_io_write32(base, DEMO_NIC_STATUS_OFFSET, value);
}

/* COMMAND: Requests to the engines, 32 bits */
#define DEMO_NIC_COMMAND_OFFSET 0xcU
#define DEMO_NIC_COMMAND_RESET 0x0U

/* start: Start; 0 again when the engine runs (writing 1 sets bits, hardware clears them; set wins) */
#define DEMO_NIC_COMMAND_START_SHIFT 0U
#define DEMO_NIC_COMMAND_START_WIDTH 1U
#define DEMO_NIC_COMMAND_START_MASK 0x1U

static inline bool demo_nic_command_start_get(uint32_t value)
{
	return (value & DEMO_NIC_COMMAND_START_MASK) != 0;
}

static inline uint32_t demo_nic_command_start_put(uint32_t value, bool field)
{
	return (uint32_t)((value & ~DEMO_NIC_COMMAND_START_MASK) |
		(((uint32_t)field << DEMO_NIC_COMMAND_START_SHIFT) & DEMO_NIC_COMMAND_START_MASK));
}

/* flush: Drop what is queued (writing 1 sets bits, hardware clears them; set wins) */
#define DEMO_NIC_COMMAND_FLUSH_SHIFT 1U
#define DEMO_NIC_COMMAND_FLUSH_WIDTH 1U
#define DEMO_NIC_COMMAND_FLUSH_MASK 0x2U

static inline bool demo_nic_command_flush_get(uint32_t value)
{
	return (value & DEMO_NIC_COMMAND_FLUSH_MASK) != 0;
}

static inline uint32_t demo_nic_command_flush_put(uint32_t value, bool field)
{
	return (uint32_t)((value & ~DEMO_NIC_COMMAND_FLUSH_MASK) |
		(((uint32_t)field << DEMO_NIC_COMMAND_FLUSH_SHIFT) & DEMO_NIC_COMMAND_FLUSH_MASK));
}

static inline uint32_t demo_nic_command_read(demo_nic_io base)
{
	return demo_nic_io_read32(base, DEMO_NIC_COMMAND_OFFSET);
}

static inline void demo_nic_command_write(demo_nic_io base, uint32_t value)
{
	demo_nic_io_write32(base, DEMO_NIC_COMMAND_OFFSET, value);
}

/* KEY: Hash key of the connection table, 64 bits, write only */
#define DEMO_NIC_KEY_OFFSET 0x10U
#define DEMO_NIC_KEY_RESET 0x0ULL

/* key: Secret (write only; reads zero) */
#define DEMO_NIC_KEY_KEY_SHIFT 0U
#define DEMO_NIC_KEY_KEY_WIDTH 64U
#define DEMO_NIC_KEY_KEY_MASK 0xffffffffffffffffULL

static inline uint64_t demo_nic_key_key_put(uint64_t value, uint64_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_KEY_KEY_MASK) |
		(((uint64_t)field << DEMO_NIC_KEY_KEY_SHIFT) & DEMO_NIC_KEY_KEY_MASK));
}

static inline void demo_nic_key_write(demo_nic_io base, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_KEY_OFFSET, value);
}

/* TRIM: Clock trim, 16 bits */
#define DEMO_NIC_TRIM_OFFSET 0x18U
#define DEMO_NIC_TRIM_RESET 0xffdU

/* trim: Parts per million (read and write) */
#define DEMO_NIC_TRIM_TRIM_SHIFT 0U
#define DEMO_NIC_TRIM_TRIM_WIDTH 12U
#define DEMO_NIC_TRIM_TRIM_MASK 0xfffU

static inline int16_t demo_nic_trim_trim_get(uint16_t value)
{
	return (int16_t)((int16_t)((uint16_t)((value & DEMO_NIC_TRIM_TRIM_MASK) >> DEMO_NIC_TRIM_TRIM_SHIFT) << 4) >> 4);
}

static inline uint16_t demo_nic_trim_trim_put(uint16_t value, int16_t field)
{
	return (uint16_t)((value & ~DEMO_NIC_TRIM_TRIM_MASK) |
		(((uint16_t)field << DEMO_NIC_TRIM_TRIM_SHIFT) & DEMO_NIC_TRIM_TRIM_MASK));
}

static inline uint16_t demo_nic_trim_read(demo_nic_io base)
{
	return demo_nic_io_read16(base, DEMO_NIC_TRIM_OFFSET);
}

static inline void demo_nic_trim_write(demo_nic_io base, uint16_t value)
{
	demo_nic_io_write16(base, DEMO_NIC_TRIM_OFFSET, value);
}

/* LINK: Link, 8 bits, read only */
#define DEMO_NIC_LINK_OFFSET 0x1aU
#define DEMO_NIC_LINK_RESET 0x0U

/* up: The link is up (read only) */
#define DEMO_NIC_LINK_UP_SHIFT 0U
#define DEMO_NIC_LINK_UP_WIDTH 1U
#define DEMO_NIC_LINK_UP_MASK 0x1U

static inline bool demo_nic_link_up_get(uint8_t value)
{
	return (value & DEMO_NIC_LINK_UP_MASK) != 0;
}

/* lanes: Lanes in use (read only) */
#define DEMO_NIC_LINK_LANES_SHIFT 4U
#define DEMO_NIC_LINK_LANES_WIDTH 4U
#define DEMO_NIC_LINK_LANES_MASK 0xf0U

static inline uint8_t demo_nic_link_lanes_get(uint8_t value)
{
	return (uint8_t)((value & DEMO_NIC_LINK_LANES_MASK) >> DEMO_NIC_LINK_LANES_SHIFT);
}

static inline uint8_t demo_nic_link_read(demo_nic_io base)
{
	return demo_nic_io_read8(base, DEMO_NIC_LINK_OFFSET);
}

/* VERSION: What this hardware is, 32 bits, read only */
#define DEMO_NIC_VERSION_OFFSET 0x1cU
#define DEMO_NIC_VERSION_RESET 0x20007U

/* major: Changes with what breaks software (constant) */
#define DEMO_NIC_VERSION_MAJOR_SHIFT 16U
#define DEMO_NIC_VERSION_MAJOR_WIDTH 8U
#define DEMO_NIC_VERSION_MAJOR_MASK 0xff0000U

static inline uint8_t demo_nic_version_major_get(uint32_t value)
{
	return (uint8_t)((value & DEMO_NIC_VERSION_MAJOR_MASK) >> DEMO_NIC_VERSION_MAJOR_SHIFT);
}

/* minor: Changes with additions (constant) */
#define DEMO_NIC_VERSION_MINOR_SHIFT 0U
#define DEMO_NIC_VERSION_MINOR_WIDTH 16U
#define DEMO_NIC_VERSION_MINOR_MASK 0xffffU

static inline uint16_t demo_nic_version_minor_get(uint32_t value)
{
	return (uint16_t)((value & DEMO_NIC_VERSION_MINOR_MASK) >> DEMO_NIC_VERSION_MINOR_SHIFT);
}

static inline uint32_t demo_nic_version_read(demo_nic_io base)
{
	return demo_nic_io_read32(base, DEMO_NIC_VERSION_OFFSET);
}

/* RX_DROPS: Frames dropped for want of room, 64 bits, read only */
#define DEMO_NIC_RX_DROPS_OFFSET 0x20U
#define DEMO_NIC_RX_DROPS_RESET 0x0ULL

/* count: Frames (counts events; read only) */
#define DEMO_NIC_RX_DROPS_COUNT_SHIFT 0U
#define DEMO_NIC_RX_DROPS_COUNT_WIDTH 32U
#define DEMO_NIC_RX_DROPS_COUNT_MASK 0xffffffffULL

static inline uint32_t demo_nic_rx_drops_count_get(uint64_t value)
{
	return (uint32_t)((value & DEMO_NIC_RX_DROPS_COUNT_MASK) >> DEMO_NIC_RX_DROPS_COUNT_SHIFT);
}

/* bursts: Frames, as long as they are few (counts events; read only) */
#define DEMO_NIC_RX_DROPS_BURSTS_SHIFT 32U
#define DEMO_NIC_RX_DROPS_BURSTS_WIDTH 9U
#define DEMO_NIC_RX_DROPS_BURSTS_MASK 0x1ff00000000ULL

static inline uint16_t demo_nic_rx_drops_bursts_get(uint64_t value)
{
	return (uint16_t)((value & DEMO_NIC_RX_DROPS_BURSTS_MASK) >> DEMO_NIC_RX_DROPS_BURSTS_SHIFT);
}

static inline uint64_t demo_nic_rx_drops_read(demo_nic_io base)
{
	return demo_nic_io_read64(base, DEMO_NIC_RX_DROPS_OFFSET);
}

/* RX_BYTES: Bytes received, 64 bits, read only */
#define DEMO_NIC_RX_BYTES_OFFSET 0x28U
#define DEMO_NIC_RX_BYTES_RESET 0x0ULL

/* bytes: Bytes (counts events; read only) */
#define DEMO_NIC_RX_BYTES_BYTES_SHIFT 0U
#define DEMO_NIC_RX_BYTES_BYTES_WIDTH 48U
#define DEMO_NIC_RX_BYTES_BYTES_MASK 0xffffffffffffULL

static inline uint64_t demo_nic_rx_bytes_bytes_get(uint64_t value)
{
	return (uint64_t)((value & DEMO_NIC_RX_BYTES_BYTES_MASK) >> DEMO_NIC_RX_BYTES_BYTES_SHIFT);
}

static inline uint64_t demo_nic_rx_bytes_read(demo_nic_io base)
{
	return demo_nic_io_read64(base, DEMO_NIC_RX_BYTES_OFFSET);
}

/* COMPLETION: Next finished receive buffer, 64 bits, read only */
#define DEMO_NIC_COMPLETION_OFFSET 0x30U
#define DEMO_NIC_COMPLETION_RESET 0x0ULL

/* length: Bytes; 0 where nothing has finished (reading takes the next entry; zero where there is none) */
#define DEMO_NIC_COMPLETION_LENGTH_SHIFT 0U
#define DEMO_NIC_COMPLETION_LENGTH_WIDTH 16U
#define DEMO_NIC_COMPLETION_LENGTH_MASK 0xffffULL

static inline uint16_t demo_nic_completion_length_get(uint64_t value)
{
	return (uint16_t)((value & DEMO_NIC_COMPLETION_LENGTH_MASK) >> DEMO_NIC_COMPLETION_LENGTH_SHIFT);
}

/* address: Physical address of the buffer (reading takes the next entry; zero where there is none) */
#define DEMO_NIC_COMPLETION_ADDRESS_SHIFT 16U
#define DEMO_NIC_COMPLETION_ADDRESS_WIDTH 48U
#define DEMO_NIC_COMPLETION_ADDRESS_MASK 0xffffffffffff0000ULL

static inline uint64_t demo_nic_completion_address_get(uint64_t value)
{
	return (uint64_t)((value & DEMO_NIC_COMPLETION_ADDRESS_MASK) >> DEMO_NIC_COMPLETION_ADDRESS_SHIFT);
}

static inline uint64_t demo_nic_completion_read(demo_nic_io base)
{
	return demo_nic_io_read64(base, DEMO_NIC_COMPLETION_OFFSET);
}

/* BUFFER: Gives a receive buffer to the hardware, 64 bits, write only */
#define DEMO_NIC_BUFFER_OFFSET 0x38U
#define DEMO_NIC_BUFFER_RESET 0x0ULL

/* address: Physical address, 64-byte aligned (writing adds an entry; refused where there is no room) */
#define DEMO_NIC_BUFFER_ADDRESS_SHIFT 0U
#define DEMO_NIC_BUFFER_ADDRESS_WIDTH 48U
#define DEMO_NIC_BUFFER_ADDRESS_MASK 0xffffffffffffULL

static inline uint64_t demo_nic_buffer_address_put(uint64_t value, uint64_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_BUFFER_ADDRESS_MASK) |
		(((uint64_t)field << DEMO_NIC_BUFFER_ADDRESS_SHIFT) & DEMO_NIC_BUFFER_ADDRESS_MASK));
}

static inline void demo_nic_buffer_write(demo_nic_io base, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_BUFFER_OFFSET, value);
}

/* HART[]: Interrupt enables of a hart, 32 bits */
#define DEMO_NIC_HART_OFFSET(hart) (0x40U + 0x8U * (hart))
#define DEMO_NIC_HART_RESET 0x0U

/* wake: Wake-up line (read and write) */
#define DEMO_NIC_HART_WAKE_SHIFT 0U
#define DEMO_NIC_HART_WAKE_WIDTH 1U
#define DEMO_NIC_HART_WAKE_MASK 0x1U

static inline bool demo_nic_hart_wake_get(uint32_t value)
{
	return (value & DEMO_NIC_HART_WAKE_MASK) != 0;
}

static inline uint32_t demo_nic_hart_wake_put(uint32_t value, bool field)
{
	return (uint32_t)((value & ~DEMO_NIC_HART_WAKE_MASK) |
		(((uint32_t)field << DEMO_NIC_HART_WAKE_SHIFT) & DEMO_NIC_HART_WAKE_MASK));
}

static inline uint32_t demo_nic_hart_read(demo_nic_io base, uint32_t hart)
{
	return demo_nic_io_read32(base, DEMO_NIC_HART_OFFSET(hart));
}

static inline void demo_nic_hart_write(demo_nic_io base, uint32_t hart, uint32_t value)
{
	demo_nic_io_write32(base, DEMO_NIC_HART_OFFSET(hart), value);
}

/* LANE[]: State of a wire lane, 16 bits, read only */
#define DEMO_NIC_LANE_OFFSET(lane) (0x60U + 0x2U * (lane))
#define DEMO_NIC_LANE_RESET 0x0U

/* errors: Bad blocks (counts events; read only) */
#define DEMO_NIC_LANE_ERRORS_SHIFT 0U
#define DEMO_NIC_LANE_ERRORS_WIDTH 6U
#define DEMO_NIC_LANE_ERRORS_MASK 0x3fU

static inline uint8_t demo_nic_lane_errors_get(uint16_t value)
{
	return (uint8_t)((value & DEMO_NIC_LANE_ERRORS_MASK) >> DEMO_NIC_LANE_ERRORS_SHIFT);
}

static inline uint16_t demo_nic_lane_read(demo_nic_io base, uint32_t lane)
{
	return demo_nic_io_read16(base, DEMO_NIC_LANE_OFFSET(lane));
}

/* TIMER: Restarts the timer, 32 bits, write only */
#define DEMO_NIC_TIMER_OFFSET 0x70U
#define DEMO_NIC_TIMER_RESET 0x0U

/* ticks: Ticks until it fires (write only; tells the hardware to act) */
#define DEMO_NIC_TIMER_TICKS_SHIFT 0U
#define DEMO_NIC_TIMER_TICKS_WIDTH 24U
#define DEMO_NIC_TIMER_TICKS_MASK 0xffffffU

static inline uint32_t demo_nic_timer_ticks_put(uint32_t value, uint32_t field)
{
	return (uint32_t)((value & ~DEMO_NIC_TIMER_TICKS_MASK) |
		(((uint32_t)field << DEMO_NIC_TIMER_TICKS_SHIFT) & DEMO_NIC_TIMER_TICKS_MASK));
}

static inline void demo_nic_timer_write(demo_nic_io base, uint32_t value)
{
	demo_nic_io_write32(base, DEMO_NIC_TIMER_OFFSET, value);
}

/* RX[].HEAD: Consumer, moved by software, 32 bits */
#define DEMO_NIC_RX_HEAD_OFFSET(rx) (0x100U + 0x20U * (rx))
#define DEMO_NIC_RX_HEAD_RESET 0x0U

/* head: Byte offset (read and write; hardware may change it) */
#define DEMO_NIC_RX_HEAD_HEAD_SHIFT 0U
#define DEMO_NIC_RX_HEAD_HEAD_WIDTH 32U
#define DEMO_NIC_RX_HEAD_HEAD_MASK 0xffffffffU

static inline uint32_t demo_nic_rx_head_head_get(uint32_t value)
{
	return (uint32_t)((value & DEMO_NIC_RX_HEAD_HEAD_MASK) >> DEMO_NIC_RX_HEAD_HEAD_SHIFT);
}

static inline uint32_t demo_nic_rx_head_head_put(uint32_t value, uint32_t field)
{
	return (uint32_t)((value & ~DEMO_NIC_RX_HEAD_HEAD_MASK) |
		(((uint32_t)field << DEMO_NIC_RX_HEAD_HEAD_SHIFT) & DEMO_NIC_RX_HEAD_HEAD_MASK));
}

static inline uint32_t demo_nic_rx_head_read(demo_nic_io base, uint32_t rx)
{
	return demo_nic_io_read32(base, DEMO_NIC_RX_HEAD_OFFSET(rx));
}

static inline void demo_nic_rx_head_write(demo_nic_io base, uint32_t rx, uint32_t value)
{
	demo_nic_io_write32(base, DEMO_NIC_RX_HEAD_OFFSET(rx), value);
}

/* RX[].TAIL: Producer, moved by hardware, 32 bits, read only */
#define DEMO_NIC_RX_TAIL_OFFSET(rx) (0x104U + 0x20U * (rx))
#define DEMO_NIC_RX_TAIL_RESET 0x0U

/* tail: Byte offset (read only) */
#define DEMO_NIC_RX_TAIL_TAIL_SHIFT 0U
#define DEMO_NIC_RX_TAIL_TAIL_WIDTH 32U
#define DEMO_NIC_RX_TAIL_TAIL_MASK 0xffffffffU

static inline uint32_t demo_nic_rx_tail_tail_get(uint32_t value)
{
	return (uint32_t)((value & DEMO_NIC_RX_TAIL_TAIL_MASK) >> DEMO_NIC_RX_TAIL_TAIL_SHIFT);
}

static inline uint32_t demo_nic_rx_tail_read(demo_nic_io base, uint32_t rx)
{
	return demo_nic_io_read32(base, DEMO_NIC_RX_TAIL_OFFSET(rx));
}

/* RX[].SIZE: Size of the ring, 64 bits */
#define DEMO_NIC_RX_SIZE_OFFSET(rx) (0x108U + 0x20U * (rx))
#define DEMO_NIC_RX_SIZE_RESET 0x0ULL

/* size: Bytes; 0 turns the ring off (read and write) */
#define DEMO_NIC_RX_SIZE_SIZE_SHIFT 0U
#define DEMO_NIC_RX_SIZE_SIZE_WIDTH 24U
#define DEMO_NIC_RX_SIZE_SIZE_MASK 0xffffffULL

static inline uint32_t demo_nic_rx_size_size_get(uint64_t value)
{
	return (uint32_t)((value & DEMO_NIC_RX_SIZE_SIZE_MASK) >> DEMO_NIC_RX_SIZE_SIZE_SHIFT);
}

static inline uint64_t demo_nic_rx_size_size_put(uint64_t value, uint32_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_RX_SIZE_SIZE_MASK) |
		(((uint64_t)field << DEMO_NIC_RX_SIZE_SIZE_SHIFT) & DEMO_NIC_RX_SIZE_SIZE_MASK));
}

static inline uint64_t demo_nic_rx_size_read(demo_nic_io base, uint32_t rx)
{
	return demo_nic_io_read64(base, DEMO_NIC_RX_SIZE_OFFSET(rx));
}

static inline void demo_nic_rx_size_write(demo_nic_io base, uint32_t rx, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_RX_SIZE_OFFSET(rx), value);
}

/* RX[].LAST: Arrival of the last packet, 64 bits, read only */
#define DEMO_NIC_RX_LAST_OFFSET(rx) (0x110U + 0x20U * (rx))
#define DEMO_NIC_RX_LAST_RESET 0x0ULL

/* time: Ticks (read only) */
#define DEMO_NIC_RX_LAST_TIME_SHIFT 0U
#define DEMO_NIC_RX_LAST_TIME_WIDTH 64U
#define DEMO_NIC_RX_LAST_TIME_MASK 0xffffffffffffffffULL

static inline uint64_t demo_nic_rx_last_time_get(uint64_t value)
{
	return (uint64_t)((value & DEMO_NIC_RX_LAST_TIME_MASK) >> DEMO_NIC_RX_LAST_TIME_SHIFT);
}

static inline uint64_t demo_nic_rx_last_read(demo_nic_io base, uint32_t rx)
{
	return demo_nic_io_read64(base, DEMO_NIC_RX_LAST_OFFSET(rx));
}

/* SLOT[].LOCAL: Local end, 64 bits */
#define DEMO_NIC_SLOT_LOCAL_OFFSET(slot) (0x400U + 0x40U * (slot))
#define DEMO_NIC_SLOT_LOCAL_RESET 0x0ULL

/* address: IPv4 address (read and write) */
#define DEMO_NIC_SLOT_LOCAL_ADDRESS_SHIFT 0U
#define DEMO_NIC_SLOT_LOCAL_ADDRESS_WIDTH 32U
#define DEMO_NIC_SLOT_LOCAL_ADDRESS_MASK 0xffffffffULL

static inline uint32_t demo_nic_slot_local_address_get(uint64_t value)
{
	return (uint32_t)((value & DEMO_NIC_SLOT_LOCAL_ADDRESS_MASK) >> DEMO_NIC_SLOT_LOCAL_ADDRESS_SHIFT);
}

static inline uint64_t demo_nic_slot_local_address_put(uint64_t value, uint32_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_SLOT_LOCAL_ADDRESS_MASK) |
		(((uint64_t)field << DEMO_NIC_SLOT_LOCAL_ADDRESS_SHIFT) & DEMO_NIC_SLOT_LOCAL_ADDRESS_MASK));
}

/* port: UDP port (read and write) */
#define DEMO_NIC_SLOT_LOCAL_PORT_SHIFT 32U
#define DEMO_NIC_SLOT_LOCAL_PORT_WIDTH 16U
#define DEMO_NIC_SLOT_LOCAL_PORT_MASK 0xffff00000000ULL

static inline uint16_t demo_nic_slot_local_port_get(uint64_t value)
{
	return (uint16_t)((value & DEMO_NIC_SLOT_LOCAL_PORT_MASK) >> DEMO_NIC_SLOT_LOCAL_PORT_SHIFT);
}

static inline uint64_t demo_nic_slot_local_port_put(uint64_t value, uint16_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_SLOT_LOCAL_PORT_MASK) |
		(((uint64_t)field << DEMO_NIC_SLOT_LOCAL_PORT_SHIFT) & DEMO_NIC_SLOT_LOCAL_PORT_MASK));
}

static inline uint64_t demo_nic_slot_local_read(demo_nic_io base, uint32_t slot)
{
	return demo_nic_io_read64(base, DEMO_NIC_SLOT_LOCAL_OFFSET(slot));
}

static inline void demo_nic_slot_local_write(demo_nic_io base, uint32_t slot, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_SLOT_LOCAL_OFFSET(slot), value);
}

/* SLOT[].REMOTE: Remote end, 64 bits */
#define DEMO_NIC_SLOT_REMOTE_OFFSET(slot) (0x408U + 0x40U * (slot))
#define DEMO_NIC_SLOT_REMOTE_RESET 0x0ULL

/* address: IPv4 address (read and write) */
#define DEMO_NIC_SLOT_REMOTE_ADDRESS_SHIFT 0U
#define DEMO_NIC_SLOT_REMOTE_ADDRESS_WIDTH 32U
#define DEMO_NIC_SLOT_REMOTE_ADDRESS_MASK 0xffffffffULL

static inline uint32_t demo_nic_slot_remote_address_get(uint64_t value)
{
	return (uint32_t)((value & DEMO_NIC_SLOT_REMOTE_ADDRESS_MASK) >> DEMO_NIC_SLOT_REMOTE_ADDRESS_SHIFT);
}

static inline uint64_t demo_nic_slot_remote_address_put(uint64_t value, uint32_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_SLOT_REMOTE_ADDRESS_MASK) |
		(((uint64_t)field << DEMO_NIC_SLOT_REMOTE_ADDRESS_SHIFT) & DEMO_NIC_SLOT_REMOTE_ADDRESS_MASK));
}

/* port: UDP port (read and write) */
#define DEMO_NIC_SLOT_REMOTE_PORT_SHIFT 32U
#define DEMO_NIC_SLOT_REMOTE_PORT_WIDTH 16U
#define DEMO_NIC_SLOT_REMOTE_PORT_MASK 0xffff00000000ULL

static inline uint16_t demo_nic_slot_remote_port_get(uint64_t value)
{
	return (uint16_t)((value & DEMO_NIC_SLOT_REMOTE_PORT_MASK) >> DEMO_NIC_SLOT_REMOTE_PORT_SHIFT);
}

static inline uint64_t demo_nic_slot_remote_port_put(uint64_t value, uint16_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_SLOT_REMOTE_PORT_MASK) |
		(((uint64_t)field << DEMO_NIC_SLOT_REMOTE_PORT_SHIFT) & DEMO_NIC_SLOT_REMOTE_PORT_MASK));
}

static inline uint64_t demo_nic_slot_remote_read(demo_nic_io base, uint32_t slot)
{
	return demo_nic_io_read64(base, DEMO_NIC_SLOT_REMOTE_OFFSET(slot));
}

static inline void demo_nic_slot_remote_write(demo_nic_io base, uint32_t slot, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_SLOT_REMOTE_OFFSET(slot), value);
}

/* SLOT[].COUNTS[]: Packets by outcome, 64 bits, read only */
#define DEMO_NIC_SLOT_COUNTS_OFFSET(slot, counts) (0x410U + 0x40U * (slot) + 0x8U * (counts))
#define DEMO_NIC_SLOT_COUNTS_RESET 0x0ULL

/* packets: Packets (read only) */
#define DEMO_NIC_SLOT_COUNTS_PACKETS_SHIFT 0U
#define DEMO_NIC_SLOT_COUNTS_PACKETS_WIDTH 32U
#define DEMO_NIC_SLOT_COUNTS_PACKETS_MASK 0xffffffffULL

static inline uint32_t demo_nic_slot_counts_packets_get(uint64_t value)
{
	return (uint32_t)((value & DEMO_NIC_SLOT_COUNTS_PACKETS_MASK) >> DEMO_NIC_SLOT_COUNTS_PACKETS_SHIFT);
}

static inline uint64_t demo_nic_slot_counts_read(demo_nic_io base, uint32_t slot, uint32_t counts)
{
	return demo_nic_io_read64(base, DEMO_NIC_SLOT_COUNTS_OFFSET(slot, counts));
}

/* SLOT[].OWNER: Task that owns the slot, 64 bits, write only */
#define DEMO_NIC_SLOT_OWNER_OFFSET(slot) (0x430U + 0x40U * (slot))
#define DEMO_NIC_SLOT_OWNER_RESET 0x0ULL

/* task: Opaque to hardware (write only; reads zero) */
#define DEMO_NIC_SLOT_OWNER_TASK_SHIFT 0U
#define DEMO_NIC_SLOT_OWNER_TASK_WIDTH 64U
#define DEMO_NIC_SLOT_OWNER_TASK_MASK 0xffffffffffffffffULL

static inline uint64_t demo_nic_slot_owner_task_put(uint64_t value, uint64_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_SLOT_OWNER_TASK_MASK) |
		(((uint64_t)field << DEMO_NIC_SLOT_OWNER_TASK_SHIFT) & DEMO_NIC_SLOT_OWNER_TASK_MASK));
}

static inline void demo_nic_slot_owner_write(demo_nic_io base, uint32_t slot, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_SLOT_OWNER_OFFSET(slot), value);
}

/* MAC.SOURCE: Own address, 64 bits */
#define DEMO_NIC_MAC_SOURCE_OFFSET 0x800U
#define DEMO_NIC_MAC_SOURCE_RESET 0x0ULL

/* address: First byte on the wire in bits 47 to 40 (read and write) */
#define DEMO_NIC_MAC_SOURCE_ADDRESS_SHIFT 0U
#define DEMO_NIC_MAC_SOURCE_ADDRESS_WIDTH 48U
#define DEMO_NIC_MAC_SOURCE_ADDRESS_MASK 0xffffffffffffULL

static inline uint64_t demo_nic_mac_source_address_get(uint64_t value)
{
	return (uint64_t)((value & DEMO_NIC_MAC_SOURCE_ADDRESS_MASK) >> DEMO_NIC_MAC_SOURCE_ADDRESS_SHIFT);
}

static inline uint64_t demo_nic_mac_source_address_put(uint64_t value, uint64_t field)
{
	return (uint64_t)((value & ~DEMO_NIC_MAC_SOURCE_ADDRESS_MASK) |
		(((uint64_t)field << DEMO_NIC_MAC_SOURCE_ADDRESS_SHIFT) & DEMO_NIC_MAC_SOURCE_ADDRESS_MASK));
}

static inline uint64_t demo_nic_mac_source_read(demo_nic_io base)
{
	return demo_nic_io_read64(base, DEMO_NIC_MAC_SOURCE_OFFSET);
}

static inline void demo_nic_mac_source_write(demo_nic_io base, uint64_t value)
{
	demo_nic_io_write64(base, DEMO_NIC_MAC_SOURCE_OFFSET, value);
}

/* MAC.TYPE: Frame format, 8 bits */
#define DEMO_NIC_MAC_TYPE_OFFSET 0x808U
#define DEMO_NIC_MAC_TYPE_RESET 0x0U

/* tagged: Frames carry an 802.1Q tag (read and write) */
#define DEMO_NIC_MAC_TYPE_TAGGED_SHIFT 0U
#define DEMO_NIC_MAC_TYPE_TAGGED_WIDTH 1U
#define DEMO_NIC_MAC_TYPE_TAGGED_MASK 0x1U

static inline bool demo_nic_mac_type_tagged_get(uint8_t value)
{
	return (value & DEMO_NIC_MAC_TYPE_TAGGED_MASK) != 0;
}

static inline uint8_t demo_nic_mac_type_tagged_put(uint8_t value, bool field)
{
	return (uint8_t)((value & ~DEMO_NIC_MAC_TYPE_TAGGED_MASK) |
		(((uint8_t)field << DEMO_NIC_MAC_TYPE_TAGGED_SHIFT) & DEMO_NIC_MAC_TYPE_TAGGED_MASK));
}

static inline uint8_t demo_nic_mac_type_read(demo_nic_io base)
{
	return demo_nic_io_read8(base, DEMO_NIC_MAC_TYPE_OFFSET);
}

static inline void demo_nic_mac_type_write(demo_nic_io base, uint8_t value)
{
	demo_nic_io_write8(base, DEMO_NIC_MAC_TYPE_OFFSET, value);
}

/* Receive ring */
struct demo_nic_rx {
	/* Consumer, moved by software */
	uint32_t head;
	/* Producer, moved by hardware */
	uint32_t tail;
	/* Size of the ring */
	uint64_t size;
	/* Arrival of the last packet */
	uint64_t last;
	uint8_t reserved_18[8];
};

/* Connection table */
struct demo_nic_slot {
	/* Local end */
	uint64_t local;
	/* Remote end */
	uint64_t remote;
	/* Packets by outcome */
	uint64_t counts[4];
	/* Task that owns the slot */
	uint64_t owner;
	uint8_t reserved_38[8];
};

/* Ethernet */
struct demo_nic_mac {
	/* Own address */
	uint64_t source;
	/* Frame format */
	uint8_t type;
	uint8_t reserved_9[7];
};

/* A small network interface. */
struct demo_nic {
	/* Datapath control */
	uint64_t control;
	/* Causes of the interrupt */
	uint32_t status;
	/* Requests to the engines */
	uint32_t command;
	/* Hash key of the connection table */
	uint64_t key;
	/* Clock trim */
	uint16_t trim;
	/* Link */
	uint8_t link;
	uint8_t reserved_1b[1];
	/* What this hardware is */
	uint32_t version;
	/* Frames dropped for want of room */
	uint64_t rx_drops;
	/* Bytes received */
	uint64_t rx_bytes;
	/* Next finished receive buffer */
	uint64_t completion;
	/* Gives a receive buffer to the hardware */
	uint64_t buffer;
	/* Interrupt enables of a hart */
	struct {
		uint32_t value;
		uint8_t reserved[4];
	} hart[4];
	/* State of a wire lane */
	uint16_t lane[5];
	uint8_t reserved_6a[6];
	/* Restarts the timer */
	uint32_t timer;
	uint8_t reserved_74[140];
	/* Receive ring */
	struct demo_nic_rx rx[8];
	uint8_t reserved_200[512];
	/* Connection table */
	struct demo_nic_slot slot[16];
	/* Ethernet */
	struct demo_nic_mac mac;
	uint8_t reserved_810[1008];
	/* Trace memory */
	uint8_t trace[1024];
};

#ifdef __cplusplus
#define DEMO_NIC_ASSERT(condition) static_assert(condition, #condition)
#else
#define DEMO_NIC_ASSERT(condition) _Static_assert(condition, #condition)
#endif
DEMO_NIC_ASSERT(offsetof(struct demo_nic, control) == 0x0);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, status) == 0x8);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, command) == 0xc);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, key) == 0x10);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, trim) == 0x18);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, link) == 0x1a);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, version) == 0x1c);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, rx_drops) == 0x20);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, rx_bytes) == 0x28);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, completion) == 0x30);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, buffer) == 0x38);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, hart) == 0x40);
DEMO_NIC_ASSERT(sizeof(((struct demo_nic *)0)->hart[0]) == 0x8);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, lane) == 0x60);
DEMO_NIC_ASSERT(sizeof(((struct demo_nic *)0)->lane[0]) == 0x2);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, timer) == 0x70);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_rx, head) == 0x0);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_rx, tail) == 0x4);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_rx, size) == 0x8);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_rx, last) == 0x10);
DEMO_NIC_ASSERT(sizeof(struct demo_nic_rx) == 0x20);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, rx) == 0x100);
DEMO_NIC_ASSERT(sizeof(((struct demo_nic *)0)->rx[0]) == 0x20);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_slot, local) == 0x0);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_slot, remote) == 0x8);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_slot, counts) == 0x10);
DEMO_NIC_ASSERT(sizeof(((struct demo_nic_slot *)0)->counts[0]) == 0x8);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_slot, owner) == 0x30);
DEMO_NIC_ASSERT(sizeof(struct demo_nic_slot) == 0x40);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, slot) == 0x400);
DEMO_NIC_ASSERT(sizeof(((struct demo_nic *)0)->slot[0]) == 0x40);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_mac, source) == 0x0);
DEMO_NIC_ASSERT(offsetof(struct demo_nic_mac, type) == 0x8);
DEMO_NIC_ASSERT(sizeof(struct demo_nic_mac) == 0x10);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, mac) == 0x800);
DEMO_NIC_ASSERT(offsetof(struct demo_nic, trace) == 0xc00);
DEMO_NIC_ASSERT(sizeof(struct demo_nic) == 0x1000);
#undef DEMO_NIC_ASSERT

#endif /* DEMO_NIC_H */
