// Watches an AXI4 port (ARM IHI 0022): handshakes of all five channels, burst rules, WLAST and RLAST, strobes, a response
// for each request and none without one, by ID.
#pragma once
#include <array>
#include <deque>

#include "axi_ports.h"
#include "session.h"

namespace accio {

class AxiCheck final : public Transactor {
 public:
  explicit AxiCheck(const Attachment& a)
      : session_(a.session), name_(a.name), block_(a.as<AxiCheckBlock>()), ports_(a),
        channels_{{channel("AW", a, kAwValid, kWValid), channel("W", a, kWValid, kBValid), channel("B", a, kBValid, kArValid),
                   channel("AR", a, kArValid, kRValid), channel("R", a, kRValid, kAxiPins)}} {}
  bool drives() const override { return false; }

  void sample() override {
    if (ports_.inReset()) {
      for (Channel& c : channels_) {
        if (in_reset_ && c.present && c.valid.bit()) fail(std::string(c.name) + "VALID is high under reset", "");
        c.waiting = false;
      }
      in_reset_ = true;
      pending_.clear();
      w_bursts_.clear();
      strobes_.clear();
      w_beats_ = 0;
      written_.clear();
      reads_.clear();
      return;
    }
    in_reset_ = false;
    for (Channel& c : channels_)
      if (c.present) watch(c);
    if (ports_.canWrite()) {
      if (moved(kAwValid)) takeWriteRequest();
      if (moved(kWValid)) takeWriteBeat();
      if (moved(kBValid)) takeResponse();
    }
    if (ports_.canRead()) {
      if (moved(kArValid)) {
        const AxiRequest request = ports_.readRequest();
        checkRequest("AR", request, block_.reads);
        reads_.push_back({request, 0, block_.reads++});
      }
      if (moved(kRValid)) takeReadBeat();
    }
  }

 private:
  struct Channel {
    const char* name;
    bool present;
    AxiWire valid, ready;
    std::vector<Port> payload;
    std::vector<uint8_t> seen;
    bool waiting = false;
    uint64_t beats = 0;
  };
  struct Request {
    AxiRequest request;
    uint32_t beats;
    uint32_t number;
  };

  Channel channel(const char* name, const Attachment& a, size_t first, size_t end) {
    Channel c;
    c.name = name;
    c.present = a.ports[first] != nullptr;
    c.valid = AxiWire(a.ports[first]);
    c.ready = AxiWire(a.ports[first + 1]);
    size_t bytes = 0;
    for (size_t i = first + 2; i < end; ++i) {
      if (a.ports[i] == nullptr) continue;
      c.payload.push_back(*a.ports[i]);
      bytes += a.ports[i]->bytes;
    }
    c.seen.resize(bytes);
    return c;
  }

  bool moved(AxiPin valid) const { return ports_[valid].bit() && ports_[static_cast<AxiPin>(valid + 1)].bit(); }

  void watch(Channel& c) {
    const bool valid = c.valid.bit();
    if (c.waiting) {
      if (!valid) fail(std::string(c.name) + "VALID fell before " + c.name + "READY", "beat " + std::to_string(c.beats));
      size_t at = 0;
      for (const Port& pin : c.payload) {
        if (valid && std::memcmp(&c.seen[at], pin.data, pin.bytes) != 0)
          fail(std::string(pin.name) + " changed while the beat waited", "beat " + std::to_string(c.beats) + " of " + c.name);
        at += pin.bytes;
      }
    }
    c.waiting = false;
    if (!valid) return;
    if (c.ready.bit()) {
      ++c.beats;
      return;
    }
    size_t at = 0;
    for (const Port& pin : c.payload) {
      pin.copyTo(&c.seen[at]);
      at += pin.bytes;
    }
    c.waiting = true;
  }

  void checkRequest(const char* name, const AxiRequest& r, uint32_t number) {
    const std::string where = std::string(name) + " request " + std::to_string(number) + ", ID " + std::to_string(r.id) + ", address " + hex(r.address);
    if (r.beatBytes() > ports_.busBytes()) fail("a beat of " + std::to_string(r.beatBytes()) + " bytes on a bus of " + std::to_string(ports_.busBytes()), where);
    if (r.burst == 3) fail("burst type 3 is reserved", where);
    if (r.burst == 0 && r.len > 15) fail("a FIXED burst of " + std::to_string(r.len + 1) + " beats: 16 at most", where);
    if (r.burst == 2) {
      if (r.len != 1 && r.len != 3 && r.len != 7 && r.len != 15) fail("a WRAP burst of " + std::to_string(r.len + 1) + " beats: 2, 4, 8 or 16", where);
      if ((r.address & (r.beatBytes() - 1)) != 0) fail("a WRAP burst from an unaligned address", where);
    }
    if (r.burst == 1) {
      const uint64_t last = (r.address & ~(r.beatBytes() - 1)) + r.bytes() - 1;
      if ((r.address >> 12) != (last >> 12)) fail("the burst crosses a 4 KiB boundary: " + std::to_string(r.len + 1) + " beats of " + std::to_string(r.beatBytes()) + " bytes", where);
    }
  }

  void takeWriteRequest() {
    const AxiRequest request = ports_.writeRequest();
    checkRequest("AW", request, block_.writes);
    pending_.push_back({request, 0, block_.writes++});
    joinWrites();
  }
  void takeWriteBeat() {
    std::vector<uint8_t> strobe((ports_.busBytes() + 7) / 8, 0xff);
    if (ports_[kWStrb].present()) std::memcpy(strobe.data(), ports_[kWStrb].port().data, strobe.size());
    ++w_beats_;
    strobes_.push_back(std::move(strobe));
    // Without WLAST (AXI4-Lite) every beat is a burst.
    if (!ports_[kWLast].present() || ports_[kWLast].bit()) {
      w_bursts_.push_back(w_beats_);
      w_beats_ = 0;
    }
    joinWrites();
  }
  // Data may come before, with or after its address; the k-th burst belongs to the k-th request.
  void joinWrites() {
    if (!pending_.empty() && w_bursts_.empty() && w_beats_ > pending_.front().request.len)
      fail("WLAST is missing in beat " + std::to_string(w_beats_ - 1) + " of a burst of " + std::to_string(pending_.front().request.len + 1), whereOf("write", pending_.front()));
    while (!pending_.empty() && !w_bursts_.empty()) {
      const Request request = pending_.front();
      pending_.pop_front();
      const uint32_t beats = w_bursts_.front();
      w_bursts_.pop_front();
      if (beats != request.request.len + 1)
        fail("WLAST in beat " + std::to_string(beats - 1) + " of a burst of " + std::to_string(request.request.len + 1), whereOf("write", request));
      for (uint32_t beat = 0; beat < beats; ++beat) {
        checkStrobe(request, beat, strobes_.front());
        strobes_.pop_front();
      }
      written_.push_back(request);
    }
  }
  // Only the lanes of the beat's address may be written.
  void checkStrobe(const Request& r, uint32_t beat, const std::vector<uint8_t>& strobe) {
    const uint64_t address = r.request.beatAddress(beat);
    const uint64_t bus = ports_.busBytes();
    const uint64_t first = address & (bus - 1);
    const uint64_t end = (address & (bus - 1) & ~(r.request.beatBytes() - 1)) + r.request.beatBytes();
    for (uint64_t lane = 0; lane < bus; ++lane)
      if ((strobe[lane >> 3] >> (lane & 7) & 1) != 0 && (lane < first || lane >= end)) {
        fail("WSTRB bit " + std::to_string(lane) + " is outside of the beat's bytes " + std::to_string(first) + " to " + std::to_string(end - 1), whereOf("write", r) + ", beat " + std::to_string(beat));
        return;
      }
  }
  void takeResponse() {
    const auto id = static_cast<uint32_t>(ports_[kBId].value());
    const auto at = find(written_, id);
    if (at == written_.end()) {
      const bool early = find(pending_, id) != pending_.end();
      return fail(early ? "a write response before the write's last beat" : "a write response without a request", "ID " + std::to_string(id) + ", after " + std::to_string(block_.writesDone) + " responses");
    }
    if (ports_[kBResp].value() == 1) fail("EXOKAY for a write that was not exclusive", whereOf("write", *at));
    written_.erase(at);
    ++block_.writesDone;
  }
  void takeReadBeat() {
    const auto id = static_cast<uint32_t>(ports_[kRId].value());
    const auto at = find(reads_, id);
    if (at == reads_.end()) return fail("read data without a request", "ID " + std::to_string(id) + ", after " + std::to_string(block_.readsDone) + " reads");
    if (ports_[kRResp].value() == 1) fail("EXOKAY for a read that was not exclusive", whereOf("read", *at));
    const bool due = at->beats == at->request.len;
    const bool last = ports_[kRLast].present() ? ports_[kRLast].bit() : due;
    if (last != due)
      fail(std::string(last ? "RLAST" : "RLAST is missing") + " in beat " + std::to_string(at->beats) + " of a burst of " + std::to_string(at->request.len + 1), whereOf("read", *at));
    ++at->beats;
    if (!due) return;
    reads_.erase(at);
    ++block_.readsDone;
  }

  static std::deque<Request>::iterator find(std::deque<Request>& requests, uint32_t id) {
    auto at = requests.begin();
    while (at != requests.end() && at->request.id != id) ++at;
    return at;
  }
  static std::string hex(uint64_t value) {
    char text[19];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
  }
  static std::string whereOf(const char* kind, const Request& r) {
    return std::string(kind) + " " + std::to_string(r.number) + ", ID " + std::to_string(r.request.id) + ", address " + hex(r.request.address);
  }
  void fail(const std::string& what, const std::string& where) { session_.fail(name_ + ": " + what + (where.empty() ? "" : " (" + where + ")")); }

  Session& session_;
  const std::string name_;
  AxiCheckBlock& block_;
  const AxiPorts ports_;
  std::array<Channel, 5> channels_;
  bool in_reset_ = false;
  // Writes by stage: address only; then address and data, response outstanding.
  std::deque<Request> pending_;
  std::deque<Request> written_;
  // Lengths of data bursts without an address yet, beats of the burst under way, strobes of both.
  std::deque<uint32_t> w_bursts_;
  uint32_t w_beats_ = 0;
  std::deque<std::vector<uint8_t>> strobes_;
  std::deque<Request> reads_;
};

}  // namespace accio
