// What to do, as lines "name value ..." in a file that TypeScript writes (sim/soc/job.ts), each name with its meaning there.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "client.h"
#include "memory.h"
#include "wire.h"

namespace soc {

struct Segment {
  std::string file;
  uint64_t offset;
  uint64_t bytes;
  uint64_t address;
};

struct Job {
  std::vector<Segment> segments;
  std::string result;
  std::string wireIn;
  // The far end is a plug that sends everything back.
  bool loop = false;
  std::string wireOut;
  std::string functions;
  std::string profile;
  std::string waves;
  std::string save;
  std::string restore;
  uint64_t wavesFrom = 0;
  uint64_t wavesTo = UINT64_MAX;
  // The first mark (kMark), where it is no cycle; bytes of memory that are saved.
  uint64_t saveAt = UINT64_MAX;
  uint64_t saveBytes = 0;
  uint64_t maxCycles = 0;
  uint64_t quiet = 0;
  uint64_t memoryBytes = 0;
  uint64_t entry = 0;
  uint64_t deviceTree = 0;
  uint64_t tohost = 0;
  uint64_t fromhost = 0;
  uint32_t mmioLatency = 0;
  bool input = false;
  bool tellCycles = false;
  bool stopUnmapped = true;
  MemoryTiming memory;
  WireTiming wire;
  ClientOptions client;
};

[[noreturn]] inline void refuse(const std::string& what) {
  std::fprintf(stderr, "accio simulator: %s\n", what.c_str());
  std::exit(2);
}

// An Ethernet address as a number, its first byte most significant.
inline void readMac(std::istream& in, uint8_t* mac) {
  uint64_t value = 0;
  in >> value;
  for (int i = 5; i >= 0; --i, value >>= 8) mac[i] = static_cast<uint8_t>(value);
}

inline Job readJob(const char* path) {
  std::ifstream file(path);
  if (!file) refuse(std::string("cannot read ") + path);
  Job j;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream in(line);
    std::string name;
    in >> name;
    ClientOptions& c = j.client;
    if (name == "segment") {
      Segment s;
      in >> s.offset >> s.bytes >> s.address >> std::ws;
      std::getline(in, s.file);
      j.segments.push_back(s);
    } else if (name == "result") std::getline(in >> std::ws, j.result);
    else if (name == "wire-in") std::getline(in >> std::ws, j.wireIn);
    else if (name == "wire-loop") j.loop = true;
    else if (name == "wire-out") std::getline(in >> std::ws, j.wireOut);
    else if (name == "functions") std::getline(in >> std::ws, j.functions);
    else if (name == "profile") std::getline(in >> std::ws, j.profile);
    else if (name == "waves") { in >> j.wavesFrom >> j.wavesTo >> std::ws; std::getline(in, j.waves); }
    else if (name == "save") std::getline(in >> std::ws, j.save);
    else if (name == "save-at") in >> j.saveAt;
    else if (name == "save-bytes") in >> j.saveBytes;
    else if (name == "restore") std::getline(in >> std::ws, j.restore);
    else if (name == "max-cycles") in >> j.maxCycles;
    else if (name == "quiet") in >> j.quiet;
    else if (name == "memory-bytes") in >> j.memoryBytes;
    else if (name == "entry") in >> j.entry;
    else if (name == "device-tree") in >> j.deviceTree;
    else if (name == "htif") in >> j.tohost >> j.fromhost;
    else if (name == "mmio-latency") in >> j.mmioLatency;
    else if (name == "input") j.input = true;
    else if (name == "tell-cycles") j.tellCycles = true;
    else if (name == "keep-unmapped") j.stopUnmapped = false;
    else if (name == "memory-latency") in >> j.memory.read >> j.memory.write;
    else if (name == "open-page") {
      j.memory.openPage = 1;
      in >> j.memory.rowHit >> j.memory.rowMiss >> j.memory.rowConflict >> j.memory.rowBytes >> j.memory.banks;
    } else if (name == "wire") in >> j.wire.byteTicks >> j.wire.overhead >> j.wire.delay;
    else if (name == "client") {
      c.on = true;
      in >> c.open >> c.poisson >> c.connections >> c.size >> c.count >> c.interval >> c.timeout >> c.probe >> c.start >> c.seed;
    } else if (name == "client-own") { readMac(in, c.own.mac); in >> c.own.ip >> c.own.port; }
    else if (name == "client-server") { readMac(in, c.server.mac); in >> c.server.ip >> c.server.port; }
    else if (!name.empty()) refuse("unknown line in the job: " + line);
    if (in.fail()) refuse("bad line in the job: " + line);
  }
  return j;
}

}  // namespace soc
