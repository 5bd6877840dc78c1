/** Names of a map in the languages it is printed in, and the words that cannot be used because one of them has them. */
import { reservedBy } from "../check/reserved.ts";

/** `udpPort`, `UDP_PORT` -> `udp_port`: the form of C functions and struct members. */
export const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
/** `udpPort` -> `UDP_PORT`: the form of C macros. */
export const upper = (name: string): string => snake(name).toUpperCase();
/** 0x0, 0x10, ... as all messages and documents show offsets. */
export const hex = (n: number | bigint, digits = 1): string => `0x${n.toString(16).padStart(digits, "0")}`;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const c = words(`
  auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false
  nullptr constexpr typeof alignas alignof asm thread_local static_assert errno`);
const cpp = words(`
  and and_eq bitand bitor catch char8_t char16_t char32_t class compl concept const_cast const_eval constinit
  co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable namespace new noexcept not
  not_eq operator or or_eq private protected public reinterpret_cast requires static_cast template this throw try
  typeid typename using virtual wchar_t xor xor_eq`);
const kernel = words("current linux unix");
/** What has a name already: C is printed in lower case, Verilog as the name is written. */
const takenBy = (name: string): { readonly word: string; readonly by: string } | null => {
  const word = snake(name);
  if (c.has(word)) return { word, by: "a word of C" };
  if (cpp.has(word)) return { word, by: "a word of C++" };
  if (kernel.has(word)) return { word, by: "a macro of the Linux kernel" };
  const language = reservedBy(name);
  return language === null ? null : { word: name, by: `a word of ${language}` };
};
/** What is wrong with the form of a name; null if nothing is. Enough for a field, whose name never stands alone. */
export const formProblem = (name: string): string | null =>
  /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$/.test(name)
    ? null
    : `"${name}" is no name for C, Verilog and SystemRDL: letters, digits and single _ between them, starting with a letter`;
/** What is wrong with a name of a map, group, register or window: it becomes a struct or its member, and starts signals. */
export const nameProblem = (name: string): string | null => {
  const form = formProblem(name);
  if (form !== null) return form;
  const taken = takenBy(name);
  if (taken === null) return null;
  return `"${name}" cannot be used: ${taken.word} is ${taken.by}; add a word, such as ${name}${/[a-z]/.test(name) ? "Value" : "_VALUE"}`;
};

/** Words of SystemRDL: a name that is one is printed with a backslash. */
export const rdlWords: ReadonlySet<string> = words(`
  abstract accesstype addressingtype addrmap alias all bit boolean bothedge bruser buser clr compact component componentwidth
  constraint default encode enum external false field fullalign hw hwclr hwset hw inside internal level longint mem
  na negedge nonsticky number onreadtype onwritetype posedge property r rclr ref reg regalign regfile rset ruser rw rw1 signal
  string struct sw this true type unsigned user w w1 woclr woset wot wr wclr wset wuser wzc wzs wzt`);
