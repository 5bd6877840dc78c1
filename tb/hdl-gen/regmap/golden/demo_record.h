/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* demo_record: A record that hardware and software share. Generated from its register map; changes belong there. */
#ifndef DEMO_RECORD_H
#define DEMO_RECORD_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define DEMO_RECORD_SIZE 0x20U
#define DEMO_RECORD_END_COUNT 2U
#define DEMO_RECORD_END_STRIDE 0x8U

/* STATE: What the record is, 32 bits */
#define DEMO_RECORD_STATE_OFFSET 0x0U
#define DEMO_RECORD_STATE_RESET 0x300U

/* valid: In use (read and write) */
#define DEMO_RECORD_STATE_VALID_SHIFT 0U
#define DEMO_RECORD_STATE_VALID_WIDTH 1U
#define DEMO_RECORD_STATE_VALID_MASK 0x1U

static inline bool demo_record_state_valid_get(uint32_t value)
{
	return (value & DEMO_RECORD_STATE_VALID_MASK) != 0;
}

static inline uint32_t demo_record_state_valid_put(uint32_t value, bool field)
{
	return (uint32_t)((value & ~DEMO_RECORD_STATE_VALID_MASK) |
		(((uint32_t)field << DEMO_RECORD_STATE_VALID_SHIFT) & DEMO_RECORD_STATE_VALID_MASK));
}

/* kind: Kind (read and write) */
#define DEMO_RECORD_STATE_KIND_SHIFT 1U
#define DEMO_RECORD_STATE_KIND_WIDTH 2U
#define DEMO_RECORD_STATE_KIND_MASK 0x6U
#define DEMO_RECORD_STATE_KIND_FREE 0U
#define DEMO_RECORD_STATE_KIND_LOCAL 1U
#define DEMO_RECORD_STATE_KIND_REMOTE 2U

static inline uint8_t demo_record_state_kind_get(uint32_t value)
{
	return (uint8_t)((value & DEMO_RECORD_STATE_KIND_MASK) >> DEMO_RECORD_STATE_KIND_SHIFT);
}

static inline uint32_t demo_record_state_kind_put(uint32_t value, uint8_t field)
{
	return (uint32_t)((value & ~DEMO_RECORD_STATE_KIND_MASK) |
		(((uint32_t)field << DEMO_RECORD_STATE_KIND_SHIFT) & DEMO_RECORD_STATE_KIND_MASK));
}

/* version: Version of the layout (constant) */
#define DEMO_RECORD_STATE_VERSION_SHIFT 8U
#define DEMO_RECORD_STATE_VERSION_WIDTH 8U
#define DEMO_RECORD_STATE_VERSION_MASK 0xff00U

static inline uint8_t demo_record_state_version_get(uint32_t value)
{
	return (uint8_t)((value & DEMO_RECORD_STATE_VERSION_MASK) >> DEMO_RECORD_STATE_VERSION_SHIFT);
}

/* LENGTH: Bytes of the payload, 16 bits */
#define DEMO_RECORD_LENGTH_OFFSET 0x4U
#define DEMO_RECORD_LENGTH_RESET 0x0U

/* length: Bytes (read and write) */
#define DEMO_RECORD_LENGTH_LENGTH_SHIFT 0U
#define DEMO_RECORD_LENGTH_LENGTH_WIDTH 16U
#define DEMO_RECORD_LENGTH_LENGTH_MASK 0xffffU

static inline uint16_t demo_record_length_length_get(uint16_t value)
{
	return (uint16_t)((value & DEMO_RECORD_LENGTH_LENGTH_MASK) >> DEMO_RECORD_LENGTH_LENGTH_SHIFT);
}

static inline uint16_t demo_record_length_length_put(uint16_t value, uint16_t field)
{
	return (uint16_t)((value & ~DEMO_RECORD_LENGTH_LENGTH_MASK) |
		(((uint16_t)field << DEMO_RECORD_LENGTH_LENGTH_SHIFT) & DEMO_RECORD_LENGTH_LENGTH_MASK));
}

/* END[].ADDRESS: Address, 32 bits */
#define DEMO_RECORD_END_ADDRESS_OFFSET(end) (0x8U + 0x8U * (end))
#define DEMO_RECORD_END_ADDRESS_RESET 0x0U

/* ip: IPv4 address (read and write) */
#define DEMO_RECORD_END_ADDRESS_IP_SHIFT 0U
#define DEMO_RECORD_END_ADDRESS_IP_WIDTH 32U
#define DEMO_RECORD_END_ADDRESS_IP_MASK 0xffffffffU

static inline uint32_t demo_record_end_address_ip_get(uint32_t value)
{
	return (uint32_t)((value & DEMO_RECORD_END_ADDRESS_IP_MASK) >> DEMO_RECORD_END_ADDRESS_IP_SHIFT);
}

static inline uint32_t demo_record_end_address_ip_put(uint32_t value, uint32_t field)
{
	return (uint32_t)((value & ~DEMO_RECORD_END_ADDRESS_IP_MASK) |
		(((uint32_t)field << DEMO_RECORD_END_ADDRESS_IP_SHIFT) & DEMO_RECORD_END_ADDRESS_IP_MASK));
}

/* END[].PORT: Port, 16 bits */
#define DEMO_RECORD_END_PORT_OFFSET(end) (0xcU + 0x8U * (end))
#define DEMO_RECORD_END_PORT_RESET 0x0U

/* port: UDP port (read and write) */
#define DEMO_RECORD_END_PORT_PORT_SHIFT 0U
#define DEMO_RECORD_END_PORT_PORT_WIDTH 16U
#define DEMO_RECORD_END_PORT_PORT_MASK 0xffffU

static inline uint16_t demo_record_end_port_port_get(uint16_t value)
{
	return (uint16_t)((value & DEMO_RECORD_END_PORT_PORT_MASK) >> DEMO_RECORD_END_PORT_PORT_SHIFT);
}

static inline uint16_t demo_record_end_port_port_put(uint16_t value, uint16_t field)
{
	return (uint16_t)((value & ~DEMO_RECORD_END_PORT_PORT_MASK) |
		(((uint16_t)field << DEMO_RECORD_END_PORT_PORT_SHIFT) & DEMO_RECORD_END_PORT_PORT_MASK));
}

/* TIME: Arrival, 64 bits */
#define DEMO_RECORD_TIME_OFFSET 0x18U
#define DEMO_RECORD_TIME_RESET 0x0ULL

/* ticks: Ticks (read and write) */
#define DEMO_RECORD_TIME_TICKS_SHIFT 0U
#define DEMO_RECORD_TIME_TICKS_WIDTH 64U
#define DEMO_RECORD_TIME_TICKS_MASK 0xffffffffffffffffULL

static inline uint64_t demo_record_time_ticks_get(uint64_t value)
{
	return (uint64_t)((value & DEMO_RECORD_TIME_TICKS_MASK) >> DEMO_RECORD_TIME_TICKS_SHIFT);
}

static inline uint64_t demo_record_time_ticks_put(uint64_t value, uint64_t field)
{
	return (uint64_t)((value & ~DEMO_RECORD_TIME_TICKS_MASK) |
		(((uint64_t)field << DEMO_RECORD_TIME_TICKS_SHIFT) & DEMO_RECORD_TIME_TICKS_MASK));
}

/* Both ends */
struct demo_record_end {
	/* Address */
	uint32_t address;
	/* Port */
	uint16_t port;
	uint8_t reserved_6[2];
};

/* A record that hardware and software share. */
struct demo_record {
	/* What the record is */
	uint32_t state;
	/* Bytes of the payload */
	uint16_t length;
	uint8_t reserved_6[2];
	/* Both ends */
	struct demo_record_end end[2];
	/* Arrival */
	uint64_t time;
};

#ifdef __cplusplus
#define DEMO_RECORD_ASSERT(condition) static_assert(condition, #condition)
#else
#define DEMO_RECORD_ASSERT(condition) _Static_assert(condition, #condition)
#endif
DEMO_RECORD_ASSERT(offsetof(struct demo_record, state) == 0x0);
DEMO_RECORD_ASSERT(offsetof(struct demo_record, length) == 0x4);
DEMO_RECORD_ASSERT(offsetof(struct demo_record_end, address) == 0x0);
DEMO_RECORD_ASSERT(offsetof(struct demo_record_end, port) == 0x4);
DEMO_RECORD_ASSERT(sizeof(struct demo_record_end) == 0x8);
DEMO_RECORD_ASSERT(offsetof(struct demo_record, end) == 0x8);
DEMO_RECORD_ASSERT(sizeof(((struct demo_record *)0)->end[0]) == 0x8);
DEMO_RECORD_ASSERT(offsetof(struct demo_record, time) == 0x18);
DEMO_RECORD_ASSERT(sizeof(struct demo_record) == 0x20);
#undef DEMO_RECORD_ASSERT

#endif /* DEMO_RECORD_H */
