/** One process of the benchmark: generates every configuration once and prints what it took. */
import { emitDesign } from "#hdl/emit/index.ts";
import { accioTop } from "#rtl/accio-top.ts";
import { namedConfigs } from "#rtl/config/config.ts";
import type { Generated } from "./generate.ts";

const results = Object.entries(namedConfigs).map(([config, parameters]): Generated => {
  const begin = performance.now();
  const top = accioTop(parameters);
  const built = performance.now();
  const files = [...emitDesign(top).values()];
  const emitted = performance.now();
  const lines = files.reduce((n, text) => n + text.split("\n").length - 1, 0);
  return { config, elaborate: built - begin, emit: emitted - built, files: files.length, lines };
});
process.stdout.write(JSON.stringify(results));
