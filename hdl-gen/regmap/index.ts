/** Register maps: `import { reg, registerMap, rw, ... } from "#hdl/regmap/index.ts";` */
export { counter, external, type Field, type FieldKind, fixed, kinds, pop, push, rc, ro, rw, w1c, w1s, wo } from "./fields.ts";
export { elements, type PlacedRegister, type RegisterElement } from "./layout.ts";
export { type MapOptions, type RegisterMap, registerMap } from "./map.ts";
export { type Group, type Nodes, type Register, type RegisterWidth, reg, registers, type Window, window } from "./nodes.ts";
