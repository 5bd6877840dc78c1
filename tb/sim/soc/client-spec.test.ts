/** The load generator's specification: what is understood, and what is said of the rest. */
import { describe, expect, it } from "vitest";
import { defaultClient, defaultServer, parseClient } from "#sim/soc/client-spec.ts";

describe("a specification", () => {
  it("has defaults for all but the open loop's rate", () => {
    expect(parseClient("closed", 100)).toEqual({
      mode: "closed",
      connections: 1,
      size: 64,
      count: 1000,
      interval: 0,
      arrivals: "even",
      timeout: 1_000_000,
      probe: 20_000,
      start: 0,
      seed: 1,
      server: defaultServer,
      client: defaultClient,
    });
  });
  it("turns a rate into cycles at the clock", () => {
    expect(parseClient("open,rate=40000", 50).interval).toBe(1250);
    expect(parseClient("open,interval=77", 50).interval).toBe(77);
  });
  it("takes addresses", () => {
    const { server, client } = parseClient("closed,server=192.168.1.1:9,client=192.168.1.2,mac=02:aa:00:00:00:ff", 100);
    expect(server).toEqual({ ip: 0xc0a80101, port: 9, mac: 0x02aa000000ff });
    expect(client).toMatchObject({ ip: 0xc0a80102, port: 40_000 });
  });
  it.each([
    ["fast", '"fast" is not a mode: --client fast: begin with closed or open'],
    ["closed,size", '"size" is not key=value'],
    ["closed,colour=red", 'there is no "colour": --client closed,colour=red: there are connections, size'],
    ["closed,size=64,size=65", "size is given twice"],
    ["closed,size=7", "size=7: --client closed,size=7: it must be a whole number from 8 to 8972"],
    ["closed,count=many", "count=many"],
    ["closed,rate=5", "a closed loop has no rate"],
    ["closed,arrivals=poisson", "a closed loop has no arrivals"],
    ["open", "an open loop without a rate"],
    ["open,rate=5,interval=6", "both rate and interval"],
    ["open,rate=5,arrivals=odd", "arrivals=odd: --client open,rate=5,arrivals=odd: choose even or poisson"],
    ["closed,server=10.0.0.300:7", "server=10.0.0.300:7"],
    ["closed,server=10.0.0.1:0", "a port is 1 to 65535"],
    ["closed,mac=1:2", "mac=1:2"],
    ["closed,client=10.0.0.1:5", "server and client are both 10.0.0.1"],
    ["closed,client=10.0.0.2:65000,connections=1000", "1000 connections from port 65000"],
  ])("%s is refused", (spec, message) => {
    expect(() => parseClient(spec, 100)).toThrow(message);
  });
});
