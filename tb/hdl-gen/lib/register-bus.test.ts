/** The register bus: its pins, its views, and that its properties notice who breaks the protocol. */

import { describe, expect, test } from "vitest";
import { bool, input, module, output } from "#hdl";
import { registerBus, registerBusWidths } from "#hdl/lib/register-bus.ts";
import { PropertyError, simulate } from "#hdl/simulate/index.ts";

test("pins and widths", () => {
  const through = module(
    "through",
    { from: input(registerBus({ addressBits: 12, sourceBits: 4 })), to: output(registerBus({ addressBits: 12, sourceBits: 4 })) },
    ({ from, to }) => to.connect(from),
  );
  expect(through.ports.filter((p) => p.name.startsWith("from_")).map((p) => `${p.kind} ${p.name} ${p.width}`)).toEqual([
    "input from_valid 1",
    "output from_ready 1",
    "input from_write 1",
    "input from_word 9",
    "input from_data 64",
    "input from_strobe 8",
    "input from_source 4",
    "output from_response_valid 1",
    "output from_response_data 64",
    "output from_response_error 1",
  ]);
  expect(registerBusWidths({ addressBits: 12, dataBits: 32 })).toEqual({ word: 10, data: 32, strobe: 4 });
  expect(() => registerBus({ addressBits: 3 })).toThrow("registerBus: 3 address bits do not hold two words of 64 bits");
});

test("the request is a stream: it can wait in a queue", () => {
  const m = module(
    "queued",
    { from: input(registerBus({ addressBits: 6 })), fire: output(bool), beats: output(bool) },
    ({ from, fire, beats }, h) => {
      const queued = from.request.queue(h, 2);
      queued.ready.drive(0);
      beats.drive(queued.valid);
      fire.drive(from.fire);
      from.response.valid.drive(0);
      from.response.data.drive(0);
      from.response.error.drive(0);
    },
  );
  const sim = simulate(m);
  sim.poke("from_valid", 1);
  sim.poke("from_strobe", 1);
  sim.step(4);
  expect([sim.peek("fire"), sim.peek("beats")]).toEqual([0n, 1n]);
});

describe("the protocol as properties", () => {
  /** Answers as told, one cycle after each request unless `late`. */
  const start = (role: "answers" | "asks") => {
    const m = module(
      `watched_${role}`,
      { bus: input(registerBus({ addressBits: 6 })), ready: input(bool), answer: input(bool) },
      ({ bus, ready, answer }, h) => {
        bus.ready.drive(ready);
        bus.response.valid.drive(answer);
        bus.response.data.drive(0);
        bus.response.error.drive(0);
        bus.check(h, role);
      },
    );
    const sim = simulate(m);
    const cycle = (values: Readonly<Record<string, number>>): void => {
      for (const [name, value] of Object.entries(values)) sim.poke(name, value);
      sim.step();
    };
    cycle({ bus_strobe: 1 });
    return cycle;
  };
  const broken = (run: () => void): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof PropertyError) return `${error.property.kind} ${error.property.name}`;
      throw error;
    }
    return "nothing";
  };
  test.each(["answers", "asks"] as const)("of the side that %s", (role) => {
    const [requests, answers] = role === "answers" ? ["assume", "assert"] : ["assert", "assume"];
    const fine = start(role);
    fine({ bus_valid: 1 });
    fine({ ready: 1 });
    fine({ bus_word: 1, answer: 1 });
    fine({ bus_valid: 0, ready: 0 });
    expect(broken(() => fine({ answer: 0 }))).toBe("nothing");
    const gone = start(role);
    gone({ bus_valid: 1 });
    expect(broken(() => gone({ bus_valid: 0 }))).toBe(`${requests} bus: valid stays until the beat has moved`);
    const changed = start(role);
    changed({ bus_valid: 1 });
    expect(broken(() => changed({ bus_word: 2 }))).toBe(`${requests} bus: the payload stays until the beat has moved`);
    const empty = start(role);
    expect(broken(() => empty({ bus_valid: 1, bus_strobe: 0 }))).toBe(`${requests} bus: a request has at least one byte`);
    const silent = start(role);
    silent({ bus_valid: 1, ready: 1 });
    expect(broken(() => silent({ bus_valid: 0 }))).toBe(`${answers} bus: an answer one cycle after each request, and no other`);
    const early = start(role);
    expect(broken(() => early({ answer: 1 }))).toBe(`${answers} bus: an answer one cycle after each request, and no other`);
  });
});
