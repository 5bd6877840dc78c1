// Cycles by function and by who called it, for one hart. A cycle belongs to the instruction that retires next. Stacks are
// rebuilt from calls and returns (the link registers that the RISC-V calling convention names); a return to somewhere
// that no call came from, as after a switch of threads, starts a new stack.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "harts.h"

namespace soc {

// Functions by address, in order, without overlaps.
struct FunctionTable {
  struct Range {
    uint64_t first;
    uint64_t end;
  };
  std::vector<Range> ranges;

  // Number of the function at an address, or -1; `range` is where that answer holds.
  int32_t find(uint64_t pc, Range& range) const {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), pc, [](uint64_t p, const Range& r) { return p < r.first; });
    const uint64_t end = after == ranges.end() ? UINT64_MAX : after->first;
    if (after == ranges.begin()) return range = {0, end}, -1;
    const auto at = after - 1;
    if (pc < at->end) return range = *at, static_cast<int32_t>(at - ranges.begin());
    return range = {at->end, end}, -1;
  }
};

class Profile {
 public:
  explicit Profile(const FunctionTable& functions) : functions_(functions) { nodes_.push_back({kRoot, 0, 0, 0, 0, 0}); }

  void trapped(uint64_t pc) {
    before_ = kTrap;
    returnTo_ = pc;
  }

  void retired(const Retired& r) {
    if (r.pc < range_.first || r.pc >= range_.end) function_ = functions_.find(r.pc, range_);
    move(r.pc);
    Node& node = nodes_[current_];
    node.cycles += r.cycle - last_;
    ++node.instructions;
    last_ = r.cycle;
    before_ = kindOf(r.instruction);
    returnTo_ = r.pc + ((r.instruction & 3) == 3 ? 4 : 2);
  }

  template <class Archive>
  void transfer(Archive& archive) {
    archive(nodes_);
    archive(callers_);
    archive(range_);
    archive(function_);
    archive(current_);
    archive(last_);
    archive(returnTo_);
    archive(before_);
  }
  // Counts from this cycle on, where nothing of what came before is known.
  void beginAt(uint64_t cycle) { last_ = cycle; }

  // Lines: hart, node, its parent, function (-1 unknown, -2 the hart itself, -3 traps), cycles, instructions.
  void write(FILE* file, unsigned hart) const {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const Node& n = nodes_[i];
      std::fprintf(file, "%u %zu %u %d %llu %llu\n", hart, i, n.parent, n.function, static_cast<unsigned long long>(n.cycles),
                   static_cast<unsigned long long>(n.instructions));
    }
  }

 private:
  static constexpr int32_t kRoot = -2, kTraps = -3;
  static constexpr size_t kDeepest = 4096;
  enum Kind : uint8_t { kNext, kCall, kReturn, kTrap, kTrapReturn };
  struct Node {
    int32_t function;
    uint32_t parent;
    uint32_t child;
    uint32_t sibling;
    uint64_t cycles;
    uint64_t instructions;
  };
  struct Caller {
    uint32_t node;
    uint64_t returnTo;
  };

  static bool isLink(uint32_t reg) { return reg == 1 || reg == 5; }
  // Unprivileged specification, section 2.5.1: hints for a return-address stack.
  static Kind kindOf(uint32_t i) {
    if ((i & 3) != 3) {
      const uint32_t rs1 = i >> 7 & 31;
      if ((i & 0xf07f) == 0x9002 && rs1 != 0) return kCall;
      if ((i & 0xf07f) == 0x8002 && isLink(rs1)) return kReturn;
      return kNext;
    }
    const uint32_t rd = i >> 7 & 31, rs1 = i >> 15 & 31;
    if ((i & 0x7f) == 0x6f) return isLink(rd) ? kCall : kNext;
    if ((i & 0x707f) == 0x67) return isLink(rd) ? kCall : isLink(rs1) && rd == 0 ? kReturn : kNext;
    if (i == 0x30200073 || i == 0x10200073) return kTrapReturn;
    return kNext;
  }

  uint32_t childOf(uint32_t parent, int32_t function) {
    for (uint32_t c = nodes_[parent].child; c != 0; c = nodes_[c].sibling)
      if (nodes_[c].function == function) return c;
    const auto made = static_cast<uint32_t>(nodes_.size());
    nodes_.push_back({function, parent, 0, nodes_[parent].child, 0, 0});
    nodes_[parent].child = made;
    return made;
  }

  // From the instruction before to this one.
  void move(uint64_t pc) {
    switch (before_) {
      case kCall:
        callers_.push_back({current_, returnTo_});
        current_ = childOf(current_, function_);
        break;
      case kTrap:
        callers_.push_back({current_, returnTo_});
        current_ = childOf(childOf(0, kTraps), function_);
        break;
      case kReturn:
      case kTrapReturn:
        for (size_t i = callers_.size(); i-- > 0;) {
          if (callers_[i].returnTo != pc) continue;
          current_ = callers_[i].node;
          callers_.resize(i);
          break;
        }
        if (before_ == kTrapReturn && nodes_[current_].function != function_) callers_.clear();
        break;
      case kNext: break;
    }
    if (callers_.size() > kDeepest) callers_.clear();
    // A jump, or what was not a call that we know: the function takes the place of the one before.
    if (nodes_[current_].function != function_) current_ = childOf(callers_.empty() ? 0 : parentFor(), function_);
  }
  uint32_t parentFor() const {
    const uint32_t parent = nodes_[current_].parent;
    return current_ == 0 ? 0 : parent;
  }

  const FunctionTable& functions_;
  std::vector<Node> nodes_;
  std::vector<Caller> callers_;
  FunctionTable::Range range_{1, 0};
  int32_t function_ = kRoot;
  uint32_t current_ = 0;
  uint64_t last_ = 0;
  uint64_t returnTo_ = 0;
  Kind before_ = kNext;
};

}  // namespace soc
