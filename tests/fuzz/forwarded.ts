/**
 * Fuzzes what is believed of a trusted proxy's fields, and what clients say of traces. The rules:
 *
 * - nothing is thrown, and what is returned can be written into a field again;
 * - every address but the first is trusted: no client is passed over;
 * - what stands before the address of an untrusted client changes nothing;
 * - what `traceparent` is read as is written as a field that is read in the same way, and what is
 *   passed on of `tracestate` is passed on unchanged by the next one.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseIp } from "../../mod/base/address.ts";
import { isFieldValue } from "../../mod/base/exchange.ts";
import { blocksOf } from "../../mod/config/document/address_block.ts";
import { TrustedProxies } from "../../mod/http/origin/trusted_proxies.ts";
import {
  formatTraceparent,
  parseTraceparent,
  passedTracestate,
} from "../../mod/wire/trace_context.ts";
import { anyOf } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const BLOCKS = blocksOf(["10.0.0.0/8", "2001:db8:1::/48"]);
const TRUSTED = new TrustedProxies(BLOCKS);
const ENTRIES = [
  ...[
    "10.0.0.1",
    "7.7.7.7",
    "10.0.0.2:80",
    "[2001:db8::9]:80",
    "[2001:db8:1::1]",
    "::ffff:1.2.3.4",
  ],
  ...["unknown", "_hidden", "", '"', "[", "fe80::1%eth0", "01.2.3.4"],
];
const PARTS = [
  ...["for=7.7.7.7", 'for="[2001:db8::9]:80"', "for=10.0.0.1", "for=unknown", "proto=https"],
  ...["host=a.test", 'host="a.test:80"', ";", ",", " ", '"', "\\"],
];
const HOSTS = ["a.test", "a.test:80", "[::1]", 'a"b', "a b", ""];

interface Fields {
  readonly list: string | null;
  readonly forwarded: string | null;
  readonly proto: string | null;
  readonly host: string | null;
}

function make(random: Random): Fields {
  const some = (from: readonly string[], between: string): string => {
    return Array.from({ length: random.below(6) }, () => anyOf(from, random)).join(between);
  };
  return {
    list: random.chance(2) ? some(ENTRIES, ", ") : null,
    forwarded: random.chance(2) ? some(PARTS, random.pick(["", ";", ","])) : null,
    proto: random.chance(2) ? some(["http", "https"], ",") : null,
    host: random.chance(2) ? some(HOSTS, ",") : null,
  };
}

function read({ list, forwarded, proto, host }: Fields): ReturnType<TrustedProxies["originOf"]> {
  const values: Readonly<Record<string, string | null>> = {
    "x-forwarded-for": list,
    "x-forwarded-proto": proto,
    "x-forwarded-host": host,
    forwarded,
  };
  return TRUSTED.originOf({ header: (name) => values[name] ?? null });
}

function check(fields: Fields): void {
  const origin = read(fields);
  if (origin === null || origin === "invalid") return;
  const { route, host, port } = origin;
  assert(route.every((ip) => parseIp(ip) === ip) && port >= 0 && port <= 65535);
  assert(host === null || (isFieldValue(host) && !/[\s",;\\]/.test(host)));
  assert(route.slice(1).every((ip) => BLOCKS.includes(ip)), "a client was passed over");
  const [client] = route;
  if (fields.list === null || client === undefined || BLOCKS.includes(client)) return;
  const forged = { ...fields, list: `10.0.0.9, 6.6.6.6, ${fields.list}` };
  assertEquals(read(forged), origin, "a claim of the client changes who it is");
}

export const forwardedFields = target("forwarded", make, () => ({ check }));

const TRACE_PARTS = [
  ...["00", "01", "fe", "ff", "cc", "-", "--", "0", "A", " ", "\xe9", ","],
  ...["4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32), "00f067aa0ba902b7", "0".repeat(16)],
];
const MEMBERS = [
  ...["a=1", "b=2", "a=1 ", "t@v=x", "=", "a", "A=1", "", " ", "a==", "\x01=1"],
  ...[
    `l=${"v".repeat(300)}`,
    `m=${"v".repeat(200)}`,
    `n=${"v".repeat(120)}`,
    `o=${"v".repeat(250)}`,
  ],
];

interface TraceFields {
  readonly parent: string;
  readonly state: string;
}

function makeTrace(random: Random): TraceFields {
  const valid = `00-${TRACE_PARTS[12]}-${TRACE_PARTS[14]}-01`;
  const parts = Array.from({ length: random.below(8) }, () => anyOf(TRACE_PARTS, random));
  const members = Array.from({ length: random.below(40) }, (_, i) => {
    return random.chance(2) ? `k${i}=${"v".repeat(1 + random.below(40))}` : anyOf(MEMBERS, random);
  });
  return {
    parent: random.chance(2) ? parts.join(random.pick(["", "-"])) : anyOf([valid], random),
    state: members.join(random.pick([",", " , "])),
  };
}

function checkTrace({ parent, state }: TraceFields): void {
  const read = parseTraceparent(parent);
  if (read !== null) assertEquals(parseTraceparent(formatTraceparent(read)), read);
  const passed = passedTracestate(state);
  assert(passed.length <= 512);
  assertEquals(passedTracestate(passed), passed);
}

export const traceFields = target("trace", makeTrace, () => ({ check: checkTrace }));
