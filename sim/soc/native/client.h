// A load generator at the far end of the wire: many connections from one address to one UDP socket of the system, closed
// loop (a connection asks when it was answered) or open loop (requests at their times, whatever comes back).
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "wire.h"

namespace soc {

struct ClientOptions {
  bool on = false;
  bool open = false;
  bool poisson = false;
  uint32_t connections = 1;
  // Bytes of payload, at least 8.
  uint32_t size = 64;
  // Requests in all.
  uint64_t count = 1000;
  // Thousandths of a cycle: between requests (open), or from an answer to the connection's next request (closed).
  uint64_t interval = 0;
  // Cycles until a request counts as lost; from one attempt to reach the server to the next; of the first.
  uint64_t timeout = 1000000;
  uint64_t probe = 20000;
  uint64_t start = 0;
  uint64_t seed = 1;
  // Connection n has port `own.port + n`.
  Station own{};
  Station server{};
};

// One request under way.
struct Flight {
  // When it was to be sent, and when its last beat came to the system; 0: not yet.
  uint64_t wanted;
  uint64_t entered;
  uint32_t sequence;
  bool open;
};

struct ClientState {
  enum Phase : uint8_t { kProbing, kRunning, kDone };
  Phase phase;
  uint64_t nextProbe;
  uint64_t probes;
  // Thousandths of a cycle at which the next request is due (open).
  uint64_t nextDue;
  uint64_t sent;
  uint64_t answered;
  uint64_t lost;
  uint64_t late;
  uint64_t wrong;
  uint64_t stray;
  uint64_t outstanding;
  uint64_t firstSent;
  uint64_t lastSent;
  uint64_t lastAnswer;
  uint32_t turn;
  uint64_t random;
  // The earliest cycle in which there may be something to do.
  uint64_t wake;
};

class Client {
 public:
  // Requests of one connection that may be under way at once.
  static constexpr uint32_t kWindow = 256;
  ClientState state{};
  // Cycles by answered request: from when it was to be sent until its answer was here, and from its last beat in to the
  // answer's first beat out at the system's pins.
  std::vector<uint32_t> roundTrips;
  std::vector<uint32_t> inside;

  explicit Client(const ClientOptions& options) : options_(options), flights_(size_t{options.connections} * kWindow) {
    connections_.resize(options.connections);
    state.nextProbe = state.wake = options.start;
    state.random = options.seed * 0x9e3779b97f4a7c15 | 1;
  }
  bool done() const { return options_.on && state.phase == ClientState::kDone; }

  template <class Archive>
  void transfer(Archive& archive) {
    archive(state);
    archive(roundTrips);
    archive(inside);
    archive(flights_);
    archive(connections_);
  }

  // A frame of ours has come to the system.
  void entered(const Frame& f) {
    if (f.tag == 0) return;
    Flight& flight = flights_[f.tag - 1];
    if (flight.entered == 0) flight.entered = f.last;
  }

  template <class Top>
  void step(Wire<Top>& wire, uint64_t cycle) {
    while (const Frame* f = wire.arrived(cycle)) {
      if (options_.on) take(wire, *f, cycle);
      wire.drop();
    }
    if (!options_.on || cycle < state.wake || state.phase == ClientState::kDone || !wire.room()) return;
    if (state.phase == ClientState::kProbing) return probe(wire, cycle);
    if (options_.open) openLoop(wire, cycle);
    else closedLoop(wire, cycle);
    if (state.sent == options_.count && state.outstanding == 0) state.phase = ClientState::kDone;
  }

 private:
  struct Connection {
    uint32_t next = 1;
    // Cycle of its next request (closed); its request under way.
    uint64_t due = 0;
    bool waiting = false;
  };

  Flight& flight(uint32_t connection, uint32_t sequence) { return flights_[size_t{connection} * kWindow + sequence % kWindow]; }
  static uint8_t pattern(uint32_t connection, uint32_t sequence, uint32_t at) {
    return static_cast<uint8_t>(at * 7 + sequence * 31 + connection * 13);
  }

  template <class Top>
  void request(Wire<Top>& wire, uint32_t connection, uint32_t sequence, uint64_t wanted, uint64_t cycle) {
    Flight& flying = flight(connection, sequence);
    if (flying.open) {
      ++state.lost;
      --state.outstanding;
    }
    flying = {wanted, 0, sequence, true};
    Frame& f = wire.next();
    uint8_t* payload = f.bytes + kHeaders;
    std::memcpy(payload, &connection, 4);
    std::memcpy(payload + 4, &sequence, 4);
    for (uint32_t i = 8; i < options_.size; ++i) payload[i] = pattern(connection, sequence, i);
    Station own = options_.own;
    own.port = static_cast<uint16_t>(own.port + connection);
    buildUdp(f, own, options_.server, options_.size);
    f.tag = size_t{connection} * kWindow + sequence % kWindow + 1;
    ++state.outstanding;
    state.lastSent = wire.send(cycle);
  }

  // Until the server is up: request 0 of connection 0, again and again, that does not count.
  template <class Top>
  void probe(Wire<Top>& wire, uint64_t cycle) {
    request(wire, 0, 0, cycle, cycle);
    flight(0, 0).open = false;
    state.outstanding = 0;
    ++state.probes;
    state.wake = cycle + options_.probe;
  }
  void begin(uint64_t cycle) {
    state.phase = ClientState::kRunning;
    state.firstSent = cycle;
    state.nextDue = cycle * 1000;
    for (Connection& c : connections_) c.due = cycle;
    state.wake = cycle;
  }

  template <class Top>
  void openLoop(Wire<Top>& wire, uint64_t cycle) {
    if (state.sent < options_.count) {
      if (state.nextDue <= cycle * 1000) {
        const uint32_t connection = state.turn;
        state.turn = (connection + 1) % options_.connections;
        ++state.sent;
        request(wire, connection, connections_[connection].next++, state.nextDue / 1000, cycle);
        state.nextDue += gap();
      }
      state.wake = state.sent < options_.count ? (state.nextDue + 999) / 1000 : cycle + 1;
      return;
    }
    if (cycle > state.lastSent + options_.timeout) {
      state.lost += state.outstanding;
      state.outstanding = 0;
      for (Flight& f : flights_) f.open = false;
    }
    state.wake = cycle + 1;
  }
  uint64_t gap() {
    if (!options_.poisson) return options_.interval;
    state.random ^= state.random << 13;
    state.random ^= state.random >> 7;
    state.random ^= state.random << 17;
    const double uniform = (static_cast<double>(state.random >> 11) + 1) / 9007199254740993.0;
    return static_cast<uint64_t>(-std::log(uniform) * static_cast<double>(options_.interval));
  }

  template <class Top>
  void closedLoop(Wire<Top>& wire, uint64_t cycle) {
    uint64_t wake = UINT64_MAX;
    for (uint32_t i = 0; i < options_.connections; ++i) {
      const uint32_t at = (state.turn + i) % options_.connections;
      Connection& c = connections_[at];
      if (c.waiting && cycle >= c.due + options_.timeout) {
        c.waiting = false;
        flight(at, c.next - 1).open = false;
        ++state.lost;
        --state.outstanding;
        c.due = cycle;
      }
      if (!c.waiting && c.due <= cycle && state.sent < options_.count && wire.room()) {
        c.waiting = true;
        ++state.sent;
        request(wire, at, c.next++, cycle, cycle);
        c.due = cycle;
      }
      const uint64_t next = c.waiting ? c.due + options_.timeout : state.sent < options_.count ? c.due : UINT64_MAX;
      if (next < wake) wake = next;
    }
    state.turn = (state.turn + 1) % options_.connections;
    state.wake = wake > cycle ? wake : cycle + 1;
  }

  template <class Top>
  void take(Wire<Top>& wire, const Frame& f, uint64_t cycle) {
    if (wire.room() && answerArp(f, options_.own, wire.next())) {
      wire.next().tag = 0;
      wire.send(cycle);
      return;
    }
    Datagram d;
    const bool ours = parseUdp(f, d) && d.to.ip == options_.own.ip && d.from.ip == options_.server.ip && d.from.port == options_.server.port &&
                      d.to.port >= options_.own.port && d.to.port < options_.own.port + options_.connections;
    if (!ours) {
      ++state.stray;
      return;
    }
    const uint32_t connection = d.to.port - options_.own.port;
    uint32_t named = 0, sequence = 0;
    if (d.length >= 8) {
      std::memcpy(&named, d.payload, 4);
      std::memcpy(&sequence, d.payload + 4, 4);
    }
    bool same = d.length == options_.size && named == connection;
    for (uint32_t i = 8; same && i < d.length; ++i) same = d.payload[i] == pattern(connection, sequence, i);
    if (!same) {
      ++state.wrong;
      return;
    }
    if (sequence == 0) {
      if (state.phase == ClientState::kProbing) begin(cycle);
      return;
    }
    Flight& flying = flight(connection, sequence);
    if (!flying.open || flying.sequence != sequence) {
      ++state.late;
      return;
    }
    flying.open = false;
    --state.outstanding;
    ++state.answered;
    state.lastAnswer = cycle;
    roundTrips.push_back(static_cast<uint32_t>(cycle - flying.wanted));
    inside.push_back(static_cast<uint32_t>(f.first - flying.entered));
    Connection& c = connections_[connection];
    if (options_.open) return;
    c.waiting = false;
    c.due = cycle + options_.interval / 1000;
    state.wake = cycle;
  }

  const ClientOptions options_;
  std::vector<Flight> flights_;
  std::vector<Connection> connections_;
};

}  // namespace soc
