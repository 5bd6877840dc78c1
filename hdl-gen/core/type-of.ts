/** The type of a value: what a register, a queue or a stream must be made of to hold it. */
import { fail } from "./source.ts";
import { array, EnumType, sint, type Type, uint } from "./types.ts";
import { Bits, type Data, EnumValue, Signed, StructBase, Vec } from "./values.ts";

/** The hardware type of any value: `typeOf(h.reset)` is `uint(1)`, that of a struct value its struct type. */
export const typeOf = <D extends Data>(value: D): Type<D, any> => {
  const found = (): Type => {
    if (value instanceof Bits) return uint(value.width);
    if (value instanceof Signed) return sint(value.width);
    if (value instanceof EnumValue) return new EnumType(value.enumeration);
    if (value instanceof Vec) return array(value.element, value.length);
    if (value instanceof StructBase) return StructBase.typeOf(value);
    return fail("type", "typeOf: a hardware value is needed");
  };
  return found();
};
