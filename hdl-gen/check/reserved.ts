/** Words that cannot name anything: Verilog's (IEEE 1364-2005 annex B), SystemVerilog's (1800-2017 annex B), Verilator's. */

const verilog = `always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default
defparam design disable edge else end endcase endconfig endfunction endgenerate endmodule endprimitive endspecify endtable
endtask event for force forever fork function generate genvar highz0 highz1 if ifnone incdir include initial inout input
instance integer join large liblist library localparam macromodule medium module nand negedge nmos nor noshowcancelled not
notif0 notif1 or output parameter pmos posedge primitive pull0 pull1 pulldown pullup pulsestyle_ondetect
pulsestyle_onevent rcmos real realtime reg release repeat rnmos rpmos rtran rtranif0 rtranif1 scalared showcancelled
signed small specify specparam strong0 strong1 supply0 supply1 table task time tran tranif0 tranif1 tri tri0 tri1 triand
trior trireg unsigned use uwire vectored wait wand weak0 weak1 while wire wor xnor xor`;

const systemVerilog = `accept_on alias always_comb always_ff always_latch assert assume before bind bins binsof bit break
byte chandle checker class clocking const constraint context continue cover covergroup coverpoint cross dist do
endchecker endclass endclocking endgroup endinterface endpackage endprogram endproperty endsequence enum eventually
expect export extends extern final first_match foreach forkjoin global iff ignore_bins illegal_bins implements implies
import inside int interconnect interface intersect join_any join_none let local logic longint matches modport nettype new
nexttime null package packed priority program property protected pure rand randc randcase randsequence ref reject_on
restrict return s_always s_eventually s_nexttime s_until s_until_with sequence shortint shortreal soft solve static string
strong struct super sync_accept_on sync_reject_on tagged this throughout timeprecision timeunit type typedef union unique
unique0 until until_with untyped var virtual void wait_order weak wildcard with within`;

/**
 * Words that Verilator warns of (SYMRSVDWORD, VARHIDDEN) or does not read as a signal's name, found by trying both
 * versions in use: those of the C++ it generates, and the classes of its SystemVerilog library.
 */
const verilator = `abort alignas alignof and_eq asm auto bitand bitor bool catch char char16_t char32_t compl complex
concept const_cast constexpr decltype delete deque double dynamic_cast explicit false float friend goto huge inline
interrupt list long mailbox map mutable namespace near noexcept not_eq nullptr operator or_eq override private process
public queue randomize register requires semaphore set short sizeof stack static_assert static_cast std switch
synchronized template thread_local throw transaction_safe true try typeid typename uint32_t uint8_t using vector volatile
wchar_t xor_eq`;

const of = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));
const verilogWords = of(verilog);
const systemVerilogWords = of(systemVerilog);
const verilatorWords = of(verilator);

/** Which language reserves a word, or null. */
export const reservedBy = (word: string): "Verilog" | "SystemVerilog" | null =>
  verilogWords.has(word) ? "Verilog" : systemVerilogWords.has(word) ? "SystemVerilog" : null;
/** Would Verilator complain of a signal or memory of this name? */
export const botherVerilator = (word: string): boolean => verilatorWords.has(word);
