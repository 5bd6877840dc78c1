// Something that acts on a model's ports at each rising edge of a clock without coming back to TypeScript.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "port.h"

namespace accio {

class Session;

// What a transactor is made from.
struct Attachment {
  Session& session;
  // As TypeScript calls it in messages: the ports' common name.
  std::string name;
  // Ports in the order that the kind asks for; null where the design has none.
  std::vector<const Port*> ports;
  // Memory shared with TypeScript, laid out as the kind says.
  uint8_t* block;
  // The clock's number, and its reset, active high; null where there is none.
  unsigned clock;
  const Port* reset;

  const Port& port(size_t index) const { return *ports[index]; }
  template <class T>
  T& as() const {
    return *reinterpret_cast<T*>(block);
  }
};

class Transactor {
 public:
  virtual ~Transactor() = default;
  // Just before the edge: everything a flip-flop would see. Looks, decides, counts; drives nothing.
  virtual void sample() = 0;
  // Just after the edge: puts on the ports what `sample` decided.
  virtual void drive() {}
  // Checkers only look.
  virtual bool drives() const { return true; }
  // False: there is nothing to drive after this edge, and `drive` is not called. One that knows sets it in `sample`.
  bool has_moved = true;
};

using TransactorFactory = std::unique_ptr<Transactor> (*)(const Attachment&);

// Makes a kind known to `Session::attach`; the first of a name stays, so a design's own comes before ours.
void registerTransactor(const char* kind, TransactorFactory factory);
// Makes known what sim/models/native has; called once, when a kind is first looked for.
void registerKinds();
// Null when no such kind is known.
TransactorFactory findTransactor(const std::string& kind);

}  // namespace accio

// At namespace scope of a header that is compiled into a model: makes `Class` known under `kind`.
#define ACCIO_TRANSACTOR(kind, Class)                                              \
  static const bool accio_registered_##Class =                                     \
      (::accio::registerTransactor(kind, [](const ::accio::Attachment& a)          \
                                             -> std::unique_ptr<::accio::Transactor> { \
         return std::make_unique<Class>(a);                                        \
       }),                                                                         \
       true)
