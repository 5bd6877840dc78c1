// The console: what programs print goes to standard output at once; what is typed comes from standard input, where asked.
#pragma once
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace soc {

class Console {
 public:
  // `keep`: what was printed is part of the state, so that a restored run shows it again.
  Console(bool input, bool keep) : input_(input), keep_(keep) {}
  ~Console() { flush(); }

  void put(uint8_t character) {
    text_[length_++] = character;
    ++printed;
    if (keep_) kept_.push_back(character);
    if (character == '\n' || length_ == sizeof text_) flush();
  }
  void flush() {
    show(text_, length_);
    length_ = 0;
  }

  template <class Top>
  void sample(Top& t) {
    if (t.console_tx_valid) put(t.console_tx_payload);
    if (t.console_rx_valid & t.console_rx_ready) ++typedAt_;
  }
  template <class Top>
  void drive(Top& t, uint64_t cycle) {
    // Text without a line's end is shown when nothing follows for a while; keys are looked for as often.
    if ((cycle & 0x3fff) == 0) look();
    const bool waiting = typedAt_ != typedEnd_;
    t.console_rx_valid = waiting;
    if (waiting) t.console_rx_payload = typed_[typedAt_];
  }

  template <class Archive>
  void transfer(Archive& archive) {
    archive(printed);
    archive(kept_);
    archive(typed_);
    archive(typedAt_);
    archive(typedEnd_);
  }
  void restored() {
    show(kept_.data(), kept_.size());
    if (!keep_) kept_.clear();
  }

  uint64_t printed = 0;

 private:
  static void show(const uint8_t* text, size_t length) {
    size_t at = 0;
    while (at < length) {
      const ssize_t wrote = write(1, text + at, length - at);
      if (wrote <= 0) break;
      at += static_cast<size_t>(wrote);
    }
  }
  void look() {
    if (length_ != 0) flush();
    if (!input_ || typedAt_ != typedEnd_) return;
    // Asked first: a terminal that did not block would not block for the shell either, which shares it.
    pollfd keys = {0, POLLIN, 0};
    if (poll(&keys, 1, 0) <= 0) return;
    const ssize_t count = read(0, typed_, sizeof typed_);
    typedAt_ = 0;
    typedEnd_ = count > 0 ? static_cast<uint32_t>(count) : 0;
  }

  const bool input_;
  const bool keep_;
  std::vector<uint8_t> kept_;
  uint8_t text_[4096];
  size_t length_ = 0;
  uint8_t typed_[256];
  uint32_t typedAt_ = 0;
  uint32_t typedEnd_ = 0;
};

}  // namespace soc
