// Frames of a capture at the far end of the wire, at their cycles. The file has for each frame its cycle (8 bytes), its
// length (4 bytes) and its bytes, all little-endian.
#pragma once
#include <cstdint>
#include <cstdio>

#include "wire.h"

namespace soc {

class Replay {
 public:
  explicit Replay(FILE* file) : file_(file) { advance(); }
  bool finished() const { return file_ == nullptr; }

  // The file is the same one; how far it was read is state.
  template <class Archive>
  void transfer(Archive& archive) {
    int64_t position = file_ == nullptr ? -1 : std::ftell(file_);
    archive(position);
    archive(at_);
    archive(length_);
    if (position < 0 && file_ != nullptr) end();
    else if (file_ != nullptr) std::fseek(file_, position, SEEK_SET);
  }

  template <class Top>
  void step(Wire<Top>& wire, uint64_t cycle) {
    while (file_ != nullptr && at_ <= cycle && wire.room()) {
      Frame& f = wire.next();
      f.tag = 0;
      f.length = length_;
      if (std::fread(f.bytes, 1, length_, file_) != length_) return end();
      wire.send(cycle);
      advance();
    }
  }

 private:
  void advance() {
    if (file_ == nullptr) return;
    if (std::fread(&at_, sizeof at_, 1, file_) != 1 || std::fread(&length_, sizeof length_, 1, file_) != 1 || length_ > kFrameRoom) end();
  }
  void end() {
    std::fclose(file_);
    file_ = nullptr;
  }

  FILE* file_;
  uint64_t at_ = 0;
  uint32_t length_ = 0;
};

}  // namespace soc
