/** What `./accio gen` writes beside the RTL, for every configuration, as the programs that read it see it. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { namedConfigs } from "#rtl/config/config.ts";
import { generate } from "#sim/generate.ts";
import { pythonEnvironment } from "#toolchain/python.ts";
import { findTool } from "#toolchain/tools.ts";
import { Scratch } from "../hdl-gen/regmap/scratch.ts";

const tests = join(import.meta.dirname, "../hdl-gen/regmap");
const clean = { status: 0, stdout: "", stderr: "" };

describe.each(Object.keys(namedConfigs))("%s", (name) => {
  const files = generate(namedConfigs[name] as (typeof namedConfigs)[string]);
  const file = (path: string): string => files.get(path) ?? `${path} is not generated`;

  test("the C header compiles as C11 and C++11", () => {
    using scratch = new Scratch();
    scratch.write("accio.h", file("include/accio.h"));
    scratch.write("accio_doorbell.h", file("include/accio_doorbell.h"));
    const main = scratch.write("main.c", '#include "accio.h"\n#include "accio_doorbell.h"\nint main(void) { return 0; }\n');
    const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", main];
    expect(scratch.run(findTool("gcc"), ["-std=c11", ...strict])).toEqual(clean);
    expect(scratch.run(findTool("g++"), ["-std=c++11", "-xc++", ...strict])).toEqual(clean);
  });
  test("dtc takes the device tree without a warning", () => {
    using scratch = new Scratch();
    const node = file("device-tree/accio.dtsi").replaceAll(/^(?=.)/gm, "\t\t");
    const tree = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	compatible = "accio,test-system";
	model = "Test system";
	soc {
		#address-cells = <2>;
		#size-cells = <2>;
		compatible = "simple-bus";
		ranges;
		plic: interrupt-controller@c000000 {
			compatible = "sifive,plic-1.0.0";
			reg = <0x0 0xc000000 0x0 0x4000000>;
			#address-cells = <0>;
			#interrupt-cells = <1>;
			interrupt-controller;
		};
${node}	};
};
`;
    expect(scratch.run(findTool("dtc"), ["-I", "dts", "-O", "dtb", "-o", "out.dtb", scratch.write("system.dts", tree)])).toEqual(clean);
  });
  test("dt-schema takes the binding", () => {
    using scratch = new Scratch();
    const binding = [...files.keys()].find((f) => f.endsWith(".yaml")) as string;
    const path = scratch.write(`bindings/net/${binding.split("/").at(-1)}`, file(binding));
    const python = join(pythonEnvironment(join(tests, "dtschema.txt")), "bin/python3");
    expect(scratch.run(python, [join(tests, "check-binding.py"), path])).toEqual(clean);
  });
  test.each([
    ["accio", 100],
    ["accio_doorbell", 10],
  ])("the SystemRDL of %s compiles, and PeakRDL makes a header of it", (map, registers) => {
    using scratch = new Scratch();
    const { status, stdout, stderr } = scratch.run(findTool("python3"), [
      join(tests, "read-rdl.py"),
      scratch.write(`${map}.rdl`, file(`doc/${map}.rdl`)),
      scratch.path("peak.h"),
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect((JSON.parse(stdout) as unknown[][])[0]?.length).toBeGreaterThan(registers);
  });
});
