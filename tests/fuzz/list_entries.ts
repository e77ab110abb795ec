/**
 * Fuzzes the entries of the inclusion list. The rules:
 *
 * - an entry is read, or there is a problem with a reason on one line; nothing is thrown;
 * - the canonical text of an entry is its own, and has only characters that a terminal shows;
 * - the one form of a list does not depend on the order, nor on what was known of it before;
 * - every accepted list can be applied to the addresses of a machine.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../mod/base/address.ts";
import { isProblem } from "../../mod/base/problem.ts";
import {
  type ListEntry,
  networkOf,
  parseEntry,
  parseList,
} from "../../mod/config/document/list_entry.ts";
import { normaliseList } from "../../mod/config/document/normalise_list.ts";
import { compileInclusion } from "../../mod/listen/list/inclusion.ts";
import { tableOf } from "../support/machine.ts";
import { anyOf } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const ENTRIES = [
  ...["127.0.0.1", "10.0.0.5", "10.0.0.0/8", "10.0.0.5/32", "0.0.0.0", "0.0.0.0/0", "::", "::/0"],
  ...[
    "::1",
    "2001:DB8::1",
    "2001:db8::/32",
    "::ffff:10.0.0.5",
    "::ffff:10.0.0.0/104",
    "FE80::1%eth0",
  ],
  ...[
    "fe80::1%3",
    "fe80::/64",
    "eth0",
    "eth0/stable",
    "br-[0-9]*",
    "!10.0.0.5",
    "!wg*",
    "*",
    "6in4",
  ],
  ...[
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "240.0.0.0/4",
    "1.2.3",
    "010.0.0.5",
    "0x7f.1",
    "[::1]",
  ],
  ...[
    "eth 0",
    "ethä",
    "[a-z]",
    "eth[z-a]",
    "e?h0",
    "1::2::3",
    "::1.2.3.4",
    "10.0.0.5:80",
    "localhost",
  ],
  ...["223.255.255.255", "1.0.0.0/24", "1.0.0.0/31", "10.0.0.0/08", "!!eth0", "a/stable/stable"],
];

/** Reads an address, or what nearly is one. */
function entry(random: Random): string {
  const part = (): number => random.pick([0, 1, 9, 10, 127, 223, 224, 255, random.below(300)]);
  switch (random.below(5)) {
    case 0:
      return `${part()}.${part()}.${part()}.${part()}${random.chance(2) ? `/${part() % 34}` : ""}`;
    case 1: {
      const groups = Array.from({ length: 1 + random.below(8) }, () => {
        return random.chance(3) ? "" : random.below(65536).toString(16);
      });
      return `${groups.join(":")}${random.chance(2) ? `/${part() % 130}` : ""}`;
    }
    default:
      return anyOf(ENTRIES, random);
  }
}

function list(random: Random): string[] {
  const entries = Array.from({ length: 1 + random.below(8) }, () => entry(random));
  return random.chance(2) ? entries : [...entries, ...edgesOf(random)];
}

/** A block, its first address, and the address before it. */
function edgesOf(random: Random): string[] {
  const bits = 1 + random.below(31);
  const first = random.below(2 ** bits) * 2 ** (32 - bits);
  const [from, before] = [first, Math.max(first - 1, 0)].map((value) => {
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
  });
  return [`${from}/${bits}`, before!, from!];
}

const TABLE = tableOf([
  "127.0.0.1/8 lo",
  "10.0.0.5/24",
  "fe80::1/64 eth0 2",
  "2001:db8::1/64 eth0",
]);
const ASKED = ["127.0.0.1", "10.0.0.5", "10.0.0.6", "fe80::1%eth0", "2001:db8::1", "::"] as Ip[];

function check(texts: readonly string[], random: Random): void {
  const accepted = texts.filter((text) => {
    const read = parseEntry(text);
    if (!isProblem(read)) {
      assertEquals(parseEntry(read.text), read, "the canonical text is another entry");
      assert(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u.test(read.text), "a character that is not shown");
      return true;
    }
    for (const part of [read.reason, ...(read.hint ?? "a").split("\n")]) {
      assert(part !== "" && !/[\p{Cc}\u2028\u2029]/u.test(part), `not a line: ${part}`);
    }
    return false;
  });
  const { entries } = normaliseList(accepted);
  const shuffled = accepted.toSorted(() => random.below(3) - 1);
  assertEquals(normaliseList(shuffled).entries, entries, "the order counts");
  assertEquals(normaliseList(entries).entries, entries, "the one form has another");
  const known = normaliseList(accepted.filter(() => random.chance(2))).entries;
  assertEquals(normaliseList(accepted, known).entries, entries, "what was known counts");
  assertEquals(normaliseList(texts).problems.length, texts.length - accepted.length);
  checkOrder(parseList(entries));
  const inclusion = compileInclusion(parseList(entries), TABLE);
  for (const ip of ASKED) inclusion.decide(ip);
}

/** IPv4 comes first, in the order of the values, a block before what is in it. */
function checkOrder(list: readonly ListEntry[]): void {
  const places = list.map(({ target, excludes }) => {
    if (target.kind === "interface" || excludes) return null;
    const { bytes, bits } = networkOf(target);
    return bytes.length === 4 ? [...bytes, bits] : null;
  });
  const first = places.filter((place) => place !== null);
  const sorted = first.toSorted((a, b) => {
    const at = a.findIndex((part, i) => part !== b[i]);
    return at < 0 ? 0 : a[at]! - b[at]!;
  });
  assertEquals(places.slice(0, first.length), sorted, "not in the order of the values");
}

export const listEntries = target("entries", list, () => ({ check }));
