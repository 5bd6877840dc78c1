/** The generated C++ of one design: straight lines that copy its pins, and the calls that evaluate it. */
import type { Design } from "./design.ts";
import type { PortSlot, PortTable } from "./slots.ts";

export interface GlueOptions {
  /** FST tracing was compiled in. */
  readonly trace: boolean;
  readonly coverage: boolean;
  readonly assertions: boolean;
  /** Further C++ files with transactors (`ACCIO_TRANSACTOR`), by absolute path. */
  readonly native: readonly string[];
}

/** Verilator's name of the generated class. */
export const modelClass = "Vtop";

/** Words of C++ that may be names in Verilog; Verilator sets `__SYM__` before them. */
const cppWords = new Set(
  `alignas alignof and_eq asm auto bitand bitor bool catch char char16_t char32_t compl concept const_cast constexpr decltype
  delete double dynamic_cast explicit false float friend goto inline long mutable namespace noexcept not_eq nullptr operator
  or_eq private public reinterpret_cast requires short sizeof static_assert switch template throw true try typeid typename
  using volatile wchar_t xor_eq`.split(/\s+/),
);
/** Verilator's C++ name of a Verilog identifier. */
export const cppName = (verilog: string): string =>
  cppWords.has(verilog) ? `__SYM__${verilog}` : verilog.replace(/__/g, "___05F").replace(/\$/g, "__024");

const isWide = (port: PortSlot): boolean => port.width > 64;
const wordBytes = (port: PortSlot): number => Math.ceil(port.width / 32) * 4;

const copyIn = (port: PortSlot): string =>
  isWide(port)
    ? `    std::memcpy(r.${cppName(port.name)}.data(), w + ${port.slot}, ${wordBytes(port)});`
    : `    r.${cppName(port.name)} = w[${port.slot}];`;
const copyOut = (port: PortSlot): string =>
  isWide(port)
    ? `    std::memcpy(s + ${port.slot}, r.${cppName(port.name)}.data(), ${wordBytes(port)});`
    : `    s[${port.slot}] = r.${cppName(port.name)};`;

/** The glue's text. It is compiled together with, or beside, what Verilator generated. */
export const glueSource = (design: Design, table: PortTable, options: GlueOptions): string => {
  const clocks = table.ports.filter((port) => port.clock !== null).sort((a, b) => (a.clock ?? 0) - (b.clock ?? 0));
  const inputs = table.ports.filter((port) => port.direction === "input" && port.clock === null);
  const direct = !options.trace;
  const root = `${modelClass}___024root`;
  const phases = direct && design.edgesOnly === true && !options.coverage;
  return `// Generated for ${design.top}.
#include "session.h"
#include "${modelClass}.h"
#include "${modelClass}___024root.h"
${options.trace ? '#include "verilated_fst_c.h"\n' : ""}${options.coverage ? '#include "verilated_cov.h"\n' : ""}${options.native.map((file) => `#include "${file}"\n`).join("")}
${direct ? `void ${root}___eval(${root}* vlSelf);\n` : ""}${phases ? phaseDeclarations(root) : ""}
struct accio_glue {
  static constexpr unsigned kClocks = ${design.clocks.length};
  static constexpr bool kTrace = ${options.trace};
  static constexpr bool kAssert = ${options.assertions};
  ${modelClass} top;
  ${modelClass}___024root& r;

  explicit accio_glue(VerilatedContext* context) : top(context, "TOP"), r(*top.rootp) {}

  template <class Add>
  void ports(Add add) {
${table.ports.map((port) => `    add("${port.name}", &r.${cppName(port.name)}, ${port.width}, ${port.slot}, ${port.direction === "input" && port.clock === null});`).join("\n")}
  }
  void clock(unsigned number, bool level) {
    switch (number) {
${clocks.map((port) => `      case ${port.clock}: r.${cppName(port.name)} = level; break;`).join("\n")}
      default: break;
    }
  }
  void apply(const uint64_t* w) {
    (void)w;
${inputs.map(copyIn).join("\n")}
  }
  void sample(uint64_t* s) {
    (void)s;
${table.ports.map(copyOut).join("\n")}
  }
  void sampleClocks(uint64_t* s) {
    (void)s;
${clocks.map(copyOut).join("\n")}
  }
  void firstEval() { top.eval(); }
  // Verilator's own wrapper takes a lock at each evaluation; without tracing there is nothing in it that we need.
  void eval() { ${direct ? `${root}___eval(&r);` : "top.eval();"} }
${phases ? evalEdge(root) : "  void evalEdge() { eval(); }"}
  void finish() { top.final(); }

${options.trace ? traceMembers : noTraceMembers}
${options.coverage ? "  void writeCoverage(VerilatedContext* context, const char* path) { context->coveragep()->write(path); }" : "  void writeCoverage(VerilatedContext*, const char*) {}"}
};

#include "abi.h"
`;
};

/**
 * What Verilator's evaluation does after it has looked at the inputs, which have not changed since. Verilator 5.020 and
 * later have its phases as functions (ACCIO_PHASES); those before have its regions (ACCIO_REGIONS), and the loops around
 * them are ours. `evaluationParts` tells which.
 */
const phaseDeclarations = (root: string): string => `#if defined(ACCIO_PHASES)
bool ${root}___eval_phase__act(${root}* vlSelf);
bool ${root}___eval_phase__nba(${root}* vlSelf);
#elif defined(ACCIO_REGIONS)
void ${root}___eval_triggers__act(${root}* vlSelf);
void ${root}___eval_act(${root}* vlSelf);
void ${root}___eval_nba(${root}* vlSelf);
#endif
`;
const evalEdge = (root: string): string => `  void evalEdge() {
#if defined(ACCIO_PHASES)
    do
      while (${root}___eval_phase__act(&r)) {}
    while (${root}___eval_phase__nba(&r));
#elif defined(ACCIO_REGIONS)
    for (unsigned rounds = 0;; ++rounds) {
      r.__VnbaTriggered.clear();
      for (unsigned active = 0;; ++active) {
        ${root}___eval_triggers__act(&r);
        if (!r.__VactTriggered.any()) break;
        if (active == 100) VL_FATAL_MT("", 0, "", "Active region did not converge.");
        r.__VnbaTriggered.set(r.__VactTriggered);
        ${root}___eval_act(&r);
      }
      if (!r.__VnbaTriggered.any()) return;
      if (rounds == 100) VL_FATAL_MT("", 0, "", "NBA region did not converge.");
      ${root}___eval_nba(&r);
    }
#else
    eval();
#endif
  }`;
/** What the C++ that Verilator generated offers for `evalEdge`, as a macro's name; null when it is to be evaluated as a whole. */
export const evaluationParts = (sources: readonly string[]): "ACCIO_PHASES" | "ACCIO_REGIONS" | null => {
  const root = `${modelClass}___024root`;
  const has = (text: string): boolean => sources.some((source) => source.includes(text));
  if (has(`${root}___eval_phase__nba(`)) return "ACCIO_PHASES";
  const regions = ["triggers__act", "act", "nba"].every((region) => has(`${root}___eval_${region}(vlSelf);`));
  // Designs in which something must happen before the active region.
  const before = sources.some((source) => /__VpreTriggered\.(?!andNot\()/.test(source));
  return regions && !before ? "ACCIO_REGIONS" : null;
};

const traceMembers = `  std::unique_ptr<VerilatedFstC> file;
  bool tracing() const { return file != nullptr; }
  void openTrace(const char* path) {
    file = std::make_unique<VerilatedFstC>();
    top.trace(file.get(), 99);
    file->open(path);
  }
  void closeTrace() {
    file->close();
    file.reset();
  }
  void dump(int64_t time) { file->dump(static_cast<uint64_t>(time)); }`;
const noTraceMembers = `  static constexpr bool tracing() { return false; }
  void openTrace(const char*) {}
  void closeTrace() {}
  void dump(int64_t) {}`;
