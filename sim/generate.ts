/** Everything that follows from a configuration, as files: RTL and what describes its registers. */
import { emitDesign } from "#hdl/emit/index.ts";
import { cHeader, deviceOf, deviceTreeBinding, deviceTreeNode, html, markdown, type Placement, systemRdl } from "#hdl/regmap/index.ts";
import { accioTop } from "#rtl/accio-top.ts";
import type { Config } from "#rtl/config/config.ts";
import { doorbellMap, nicMap } from "#rtl/nic/registers.ts";

/** Path in the output folder, and contents. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** PLIC sources of the interrupts: wake-up of each hart from 1 on, then events (design.md section 4). */
const placement = (c: Config): Placement => ({
  bases: { registers: c.baseAddress },
  interrupts: [...Array.from({ length: c.harts }, (_, hart) => 1 + hart), 7],
  interruptParent: "plic",
  label: "accio",
});

/** The files of `./accio gen`. The same configuration gives the same bytes, wherever and whenever it runs. */
export const generate = (config: Config): GeneratedFiles => {
  const files = new Map<string, string>();
  for (const [name, text] of emitDesign(accioTop(config))) files.set(`rtl/${name}`, text);
  const map = nicMap(config);
  const device = deviceOf(map);
  const place = placement(config);
  const doorbell = doorbellMap(config);
  files.set("include/accio.h", cHeader(map));
  files.set("include/accio_doorbell.h", cHeader(doorbell));
  files.set("device-tree/accio.dtsi", deviceTreeNode(device, place));
  files.set(
    "device-tree/accio,nic-1.yaml",
    deviceTreeBinding(device, { maintainers: ["Accio developers <accio@example.org>"], folder: "net", example: place }),
  );
  files.set("doc/registers.md", markdown(map));
  files.set("doc/registers.html", html(map));
  files.set("doc/accio.rdl", systemRdl(map));
  files.set("doc/doorbell.md", markdown(doorbell));
  files.set("doc/doorbell.html", html(doorbell));
  files.set("doc/accio_doorbell.rdl", systemRdl(doorbell));
  files.set("config.json", `${JSON.stringify(config, null, 2)}\n`);
  return files;
};
