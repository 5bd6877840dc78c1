/** `--bind`: what it takes, and what it says to what it does not. */
import { expect, it } from "vitest";
import { parseBindings, parsePeers } from "#sim/models/nic/index.ts";

it("reads one socket and several", () => {
  expect(parseBindings("10.0.0.1:7", 16)).toEqual([{ address: "10.0.0.1", port: 7 }]);
  expect(parseBindings("10.0.0.1:7, 010.0.0.2:65535", 2)).toEqual([
    { address: "10.0.0.1", port: 7 },
    { address: "10.0.0.2", port: 65_535 },
  ]);
});

it.each([
  ["", 'not an address and a port: --bind "": write --bind IP:PORT, for example --bind 10.0.0.1:7'],
  ["10.0.0.1", "not an address and a port: --bind 10.0.0.1: write --bind IP:PORT"],
  ["10.0.0.1:7:8", "not an address and a port: --bind 10.0.0.1:7:8: write"],
  ["10.0.0.1:", 'port "" is not a number from 1 to 65535: --bind 10.0.0.1:: write'],
  ["10.0.0.1:0", 'port "0" is not a number from 1 to 65535'],
  ["10.0.0.1:65536", 'port "65536" is not a number from 1 to 65535'],
  ["10.0.0.1:x", 'port "x" is not a number from 1 to 65535'],
  ["10.0.0.256:7", '"10.0.0.256" is not an IPv4 address such as 10.0.0.1: --bind 10.0.0.256:7: write'],
  ["host:7", '"host" is not an IPv4 address such as 10.0.0.1: --bind host:7: write'],
  [":7", '"" is not an IPv4 address'],
  ["0.0.0.0:7", '"0.0.0.0" is not the address of one host'],
  ["224.0.0.1:7", '"224.0.0.1" is not the address of one host'],
  ["10.0.0.1:7,10.0.0.2:7,10.0.0.1:07", "socket given twice: --bind 10.0.0.1:7,10.0.0.2:7,10.0.0.1:07: name 10.0.0.1:7 once"],
  [
    "10.0.0.1:1,10.0.0.1:2,10.0.0.1:3",
    "3 sockets: --bind 10.0.0.1:1,10.0.0.1:2,10.0.0.1:3: the configuration has 2 slots: name fewer, or raise it with --set slots=N",
  ],
])("%s", (text, message) => expect(() => parseBindings(text, 2)).toThrow(message));

it("reads peers, in the order of the sockets", () => {
  expect(parsePeers("10.0.0.9:50000", 2)).toEqual([{ address: "10.0.0.9", port: 50_000 }]);
  expect(parsePeers("any, 10.0.0.9:1", 2)).toEqual([null, { address: "10.0.0.9", port: 1 }]);
});
it.each([
  ["", 'not an address and a port: --connect "": write --connect IP:PORT for each socket of --bind in its order, or any'],
  ["10.0.0.9:0", 'port "0" is not a number from 1 to 65535: --connect 10.0.0.9:0: write --connect'],
  ["any,any,any", "3 peers: --connect any,any,any: --bind names 2 sockets: name no more peers"],
])("--connect %s", (text, message) => expect(() => parsePeers(text, 2)).toThrow(message));
