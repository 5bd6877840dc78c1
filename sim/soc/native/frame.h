// Ethernet frames: room for one, and what the load generator has to know of ARP, IPv4 and UDP (RFC 826, 791, 768).
#pragma once
#include <cstdint>
#include <cstring>

namespace soc {

constexpr uint32_t kFrameRoom = 9216;
constexpr uint32_t kShortestFrame = 60;

struct Frame {
  // The far end's wish or, once it flies, when its first bit leaves: in ticks of the wire.
  uint64_t start;
  // Cycles of its first and last beat at the system's pins.
  uint64_t first;
  uint64_t last;
  // The sender's mark; 0: from a capture.
  uint64_t tag;
  uint32_t length;
  uint8_t bytes[kFrameRoom];
};

struct Station {
  uint8_t mac[6];
  uint32_t ip;
  uint16_t port;
};

inline uint32_t get16(const uint8_t* p) { return static_cast<uint32_t>(p[0] << 8 | p[1]); }
inline uint32_t get32(const uint8_t* p) { return get16(p) << 16 | get16(p + 2); }
inline void put16(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
inline void put32(uint8_t* p, uint32_t v) {
  put16(p, v >> 16);
  put16(p + 2, v & 0xffff);
}

// Sum of 16-bit words, an odd byte at the end padded with zero.
inline uint32_t sum16(const uint8_t* p, uint32_t length, uint32_t sum = 0) {
  for (uint32_t i = 0; i + 1 < length; i += 2) sum += get16(p + i);
  return (length & 1) != 0 ? sum + (p[length - 1] << 8) : sum;
}
inline uint16_t fold(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

constexpr uint32_t kHeaders = 42;

// A datagram whose payload stands at bytes + 42 already.
inline void buildUdp(Frame& f, const Station& from, const Station& to, uint32_t payload) {
  uint8_t* b = f.bytes;
  std::memcpy(b, to.mac, 6);
  std::memcpy(b + 6, from.mac, 6);
  put16(b + 12, 0x0800);
  uint8_t* ip = b + 14;
  std::memset(ip, 0, 20);
  ip[0] = 0x45;
  put16(ip + 2, 28 + payload);
  put16(ip + 6, 0x4000);
  ip[8] = 64;
  ip[9] = 17;
  put32(ip + 12, from.ip);
  put32(ip + 16, to.ip);
  put16(ip + 10, fold(sum16(ip, 20)));
  uint8_t* udp = ip + 20;
  put16(udp, from.port);
  put16(udp + 2, to.port);
  put16(udp + 4, 8 + payload);
  put16(udp + 6, 0);
  const uint16_t sum = fold(sum16(udp, 8 + payload, sum16(ip + 12, 8, 17 + 8 + payload)));
  put16(udp + 6, sum == 0 ? 0xffff : sum);
  f.length = kHeaders + payload;
  if (f.length < kShortestFrame) {
    std::memset(b + f.length, 0, kShortestFrame - f.length);
    f.length = kShortestFrame;
  }
}

struct Datagram {
  const uint8_t* payload;
  uint32_t length;
  Station from;
  Station to;
};

// Whether a frame is a whole UDP datagram with right checksums.
inline bool parseUdp(const Frame& f, Datagram& d) {
  const uint8_t* b = f.bytes;
  if (f.length < kHeaders || get16(b + 12) != 0x0800 || b[14] != 0x45 || b[23] != 17) return false;
  const uint8_t* ip = b + 14;
  const uint8_t* udp = ip + 20;
  const uint32_t length = get16(udp + 4);
  if (get16(ip + 2) + 14 > f.length || length < 8 || length + 20 > get16(ip + 2)) return false;
  if (fold(sum16(ip, 20)) != 0) return false;
  if (get16(udp + 6) != 0 && fold(sum16(udp, length, sum16(ip + 12, 8, 17 + length))) != 0) return false;
  d.payload = udp + 8;
  d.length = length - 8;
  std::memcpy(d.from.mac, b + 6, 6);
  std::memcpy(d.to.mac, b, 6);
  d.from.ip = get32(ip + 12);
  d.to.ip = get32(ip + 16);
  d.from.port = static_cast<uint16_t>(get16(udp));
  d.to.port = static_cast<uint16_t>(get16(udp + 2));
  return true;
}

// Whether a frame asks over ARP for `own`; `reply` is then the answer.
inline bool answerArp(const Frame& f, const Station& own, Frame& reply) {
  const uint8_t* b = f.bytes;
  if (f.length < 42 || get16(b + 12) != 0x0806 || get32(b + 14) != 0x00010800 || get16(b + 20) != 1 || get32(b + 38) != own.ip)
    return false;
  uint8_t* r = reply.bytes;
  std::memset(r, 0, kShortestFrame);
  std::memcpy(r, b + 6, 6);
  std::memcpy(r + 6, own.mac, 6);
  put16(r + 12, 0x0806);
  put32(r + 14, 0x00010800);
  put32(r + 18, 0x06040002);
  std::memcpy(r + 22, own.mac, 6);
  put32(r + 28, own.ip);
  std::memcpy(r + 32, b + 22, 10);
  reply.length = kShortestFrame;
  return true;
}

}  // namespace soc
