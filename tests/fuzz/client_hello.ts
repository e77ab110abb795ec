/**
 * Fuzzes the reader of the first message of a TLS client. The rules:
 *
 * - nothing is thrown, and what is refused has an alert of the table;
 * - a message is read as soon as it is complete and not before, and no byte after it changes that;
 * - a message that is not complete at the limit is refused;
 * - what a well-formed message says is found, in whatever records it arrives.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  ALERT,
  HELLO_BYTES_MAX,
  isRefused,
  readClientHello,
} from "../../mod/listen/tls/client_hello.ts";
import {
  alpn,
  extension,
  hostName,
  message,
  records,
  serverName,
  vector,
  versions,
} from "../support/tls/client_hello.ts";
import { mutatedBytes } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

interface Case {
  readonly name: string;
  readonly protocols: readonly string[] | null;
  readonly sessionId: Uint8Array;
  /** Whether it lists its versions. */
  readonly hasVersions: boolean;
  /** Bytes of an extension that says nothing that is read; null for none. */
  readonly filler: number | null;
  /** Indexes of extensions of {@linkcode ODD}. */
  readonly odd: readonly number[];
  /** The most bytes of a record. */
  readonly room: number;
  /** Sent in place of the message, if it was changed. */
  readonly changed: Uint8Array | null;
}

const NAMES = ["a.test", "WWW.Example.COM", "", "\xe9\0", "x".repeat(300), "127.0.0.1", "a\r\nb"];
const PROTOCOLS = ["h2", "http/1.1", "http/1.0", "acme-tls/1", "\0", "x".repeat(255)];

function hello(random: Random): Case {
  const odd = random.chance(2) ? [] : oddParts(random);
  const made: Case = {
    name: random.pick(NAMES),
    protocols: random.chance(2) ? null : [random.pick(PROTOCOLS), random.pick(PROTOCOLS)],
    sessionId: Uint8Array.from(noise(random.pick([0, 32, odd.length === 0 ? 1 : 33]), random)),
    hasVersions: random.chance(2),
    filler: random.chance(2) ? null : random.chance(10) ? 15_000 + random.below(1500) : 20,
    odd,
    room: random.pick([16_384, 16_384, 500, 50, 1]),
    changed: null,
  };
  if (!random.chance(3)) return made;
  const changed = random.chance(3) ? headAndNoise(random) : mutatedBytes(bytesOf(made), random);
  return { ...made, changed };
}

function bytesOf(made: Case): Uint8Array {
  const { name, protocols, sessionId, hasVersions, filler, odd, room, changed } = made;
  if (changed !== null) return changed;
  const extensions = [
    ...(hasVersions ? [versions([3, 4], [3, 3])] : []),
    ...(filler === null ? [] : [extension(0xfafa, new Array(filler).fill(5))]),
    ...(name === "" ? [] : [serverName(hostName(name))]),
    ...odd.map((index) => ODD[index]!),
    ...(protocols === null ? [] : [alpn(...protocols)]),
  ];
  return records(message({ sessionId: [...sessionId], extensions: extensions.flat() }), room);
}

/** Extensions with which a message is refused. */
const ODD: readonly number[][] = [
  serverName(hostName("a"), hostName("b")),
  serverName(hostName("")),
  [...serverName(), ...serverName()],
  extension(0),
  extension(0, vector(2, hostName("a")), 0),
  extension(16, 0, 3, 2, 1),
  alpn(),
  alpn(""),
  versions([3, 2]),
  versions(),
  extension(43, vector(1, [3])),
  [0, 1, 255, 255],
  [0],
];

function oddParts(random: Random): number[] {
  return Array.from({ length: 1 + random.below(3) }, () => random.below(ODD.length));
}

function headAndNoise(random: Random): Uint8Array {
  return Uint8Array.from([0x16, 3, ...noise(random.below(300), random)]);
}

function noise(length: number, random: Random): number[] {
  return Array.from({ length }, () => random.below(256));
}

function check(made: Case, random: Random): void {
  const bytes = bytesOf(made);
  const read = readClientHello(bytes);
  const { name, protocols, changed, odd } = made;
  const isSound = odd.length === 0 && protocols?.length !== 0 && !protocols?.includes("");
  if (changed === null && isSound && bytes.length <= HELLO_BYTES_MAX) {
    const offered = { offersTls12: true, offersTls13: made.hasVersions };
    assertEquals(read, { serverName: name.toLowerCase(), protocols, ...offered });
  }
  if (changed === null && odd.length > 0) assert(read !== null && isRefused(read), "accepted");
  if (read === null) {
    assert(bytes.length < HELLO_BYTES_MAX, "it waits for more than it accepts");
    return;
  }
  if (isRefused(read)) assert(Object.values(ALERT).includes(read.alert));
  const noisy = Uint8Array.from([...bytes, ...noise(1 + random.below(50), random)]);
  assertEquals(readClientHello(noisy), read, "what follows the message changes it");
  let isComplete = false;
  const step = 1 + Math.floor(bytes.length / 60);
  for (let end = random.below(step); end <= bytes.length; end += step) {
    const early = readClientHello(bytes.subarray(0, end));
    if (early === null) assert(!isComplete, "a longer part says less");
    else assertEquals(early, read, `after ${end} bytes`);
    isComplete = early !== null;
  }
  if (isRefused(read)) return;
  const joined = joinedMessage(bytes);
  for (const room of [1, 1 + random.below(400), 16_384]) {
    const cut = records([...joined], room);
    if (cut.length > HELLO_BYTES_MAX) continue;
    assertEquals(readClientHello(cut), read, `in records of ${room}`);
    const part = cut.subarray(0, cut.length - 1);
    assertEquals(readClientHello(part), null, "read without its last byte");
  }
}

/** Returns the message of accepted bytes. */
function joinedMessage(bytes: Uint8Array): Uint8Array {
  const joined: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at + 3]! * 256 + bytes[at + 4]!;
    joined.push(...bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
    if (joined.length >= 4 && joined.length >= lengthOf(joined)) break;
  }
  return Uint8Array.from(joined.slice(0, lengthOf(joined)));
}

function lengthOf(joined: readonly number[]): number {
  return 4 + joined[1]! * 65536 + joined[2]! * 256 + joined[3]!;
}

export const clientHellos = target("hello", hello, () => ({ check }));
