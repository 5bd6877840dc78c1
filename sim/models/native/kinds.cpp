// The transactors that every model knows, by the names that TypeScript calls them.
#include "axi_check.h"
#include "axi_master.h"
#include "axi_memory.h"
#include "recorder.h"
#include "session.h"
#include "stream.h"
#include "stream_check.h"

namespace accio {
template <class T>
static std::unique_ptr<Transactor> make(const Attachment& a) {
  return std::make_unique<T>(a);
}

void registerKinds() {
  registerTransactor("stream source", make<StreamSource>);
  registerTransactor("stream sink", make<StreamSink>);
  registerTransactor("stream checker", make<StreamCheck>);
  registerTransactor("AXI4 memory", make<AxiMemory>);
  registerTransactor("AXI4 master", make<AxiMaster>);
  registerTransactor("AXI4 checker", make<AxiCheck>);
  registerTransactor("recorder", make<Recorder>);
}
}  // namespace accio
