/**
 * The fleet that a command is about: that of this machine, or the one in the store that --store names.
 *
 * @module
 */
import { Fault, UsageFault } from "../../../base/fault.ts";
import { typedLine } from "../../../base/hints/retype.ts";
import { absolutePath } from "../../../config/certs/cert_store.ts";
import { parseStoreUrls, type StoreAddress } from "../../../fleet/etcd/store_address.ts";
import { type Membership, readMembership } from "../../../fleet/member/membership.ts";
import { FleetStore } from "../../../fleet/shared/fleet_store.ts";
import type { KeyStore } from "../../../fleet/shared/key_store.ts";
import { DEFAULT_PREFIX } from "../../../fleet/shared/layout.ts";
import { callerName } from "../../core/caller_name.ts";
import type { CommandInput, CommandIo } from "../../core/command.ts";
import { report, type Stderr } from "../../core/report.ts";
import { hostName } from "../../core/this_machine.ts";
import { readAddress, readPrefix, STORE_FLAGS, typedStore } from "./fleet_flags.ts";

/** A fleet, open until it is disposed of. */
export interface OpenFleet extends Disposable {
  readonly store: FleetStore;
  /** Of this machine; null if it is no member, or --store names the store. */
  readonly membership: Membership | null;
  /** Who changes it: `root@web1`. */
  readonly by: string;
  /** The flags for the store as typed, with spaces before them: for hints. */
  readonly flags: string;
}

/** Opens the fleet that `input` is about. Throws a Fault if there is none. */
async function openFleet(input: CommandInput, io: CommandIo): Promise<OpenFleet> {
  const urls = input.text("store");
  const membership = urls === null ? await readMembership(io.paths) : null;
  if (urls === null && membership === null) {
    throw new Fault("Cannot find the fleet: this machine is no member, and --store is not given", {
      hint: `${
        typedLine(input.commandLine)
      } --store http://127.0.0.1:2379\nhttpcfg help fleet join`,
    });
  }
  const own = membership?.store;
  const address = urls === null ? own! : readAddress(parseStoreUrls(urls), input, absolutePath);
  const prefix = readPrefix(input) ?? membership?.prefix ?? DEFAULT_PREFIX;
  io.progress?.("asking", "the store");
  const keys = await openKeys(io, address);
  const by = `${await callerName(io)}@${membership?.name ?? hostName()}`;
  return {
    store: new FleetStore(keys, prefix),
    membership,
    by,
    flags: typedStore(input),
    [Symbol.dispose]: () => keys.close(),
  };
}

/** Opens the store at an address. */
export async function openKeys(
  io: Pick<CommandIo, "openKeys">,
  address: StoreAddress,
): Promise<KeyStore> {
  const open = io.openKeys ?? (await import("../../../fleet/etcd/etcd_store.ts")).openEtcd;
  return await open(address);
}

/** Returns an io whose hints about the fleet name the same store. */
function withStore(io: CommandIo, flags: string): CommandIo {
  return { ...io, typed: (line) => io.typed(aboutStore(line, flags)) };
}

/** Returns each line of a hint that is a command of the fleet with the flags for the store. */
export function aboutStore(hint: string, flags: string): string {
  if (flags === "") return hint;
  return hint.split(/(; |\n)/).map((line) => {
    const isAbout = /^httpcfg fleet (?!join\b|leave\b|follow\b)/.test(line) &&
      !line.includes(" --store");
    return isAbout ? `${line}${flags}` : line;
  }).join("");
}

/** Runs a command of the fleet; what it throws has hints about the same store. */
export async function onFleet(
  input: CommandInput,
  io: CommandIo,
  run: (fleet: OpenFleet, io: CommandIo) => Promise<number>,
): Promise<number> {
  using fleet = await openFleet(input, io);
  try {
    return await run(fleet, withStore(io, fleet.flags));
  } catch (error) {
    throw error instanceof Fault ? withHint(error, (hint) => aboutStore(hint, fleet.flags)) : error;
  }
}

/** Says that a change of the shared document is stored, and that nothing runs it yet. */
export function noteStored(io: Stderr, revision: number | null): void {
  report(io, [{
    kind: "note",
    text: `stored as revision ${revision}; the members run what they ran`,
    hint: "httpcfg fleet apply",
  }]);
}

/** Returns a fault of the same kind with another hint. */
export function withHint(fault: Fault, change: (hint: string) => string): Fault {
  if (fault.hint === undefined) return fault;
  const hint = change(fault.hint);
  if (hint === fault.hint) return fault;
  const { message, exit, cause } = fault;
  const Kind = fault instanceof UsageFault ? UsageFault : Fault;
  return new Kind(message, { hint, exit, cause });
}

/** What a line of the history says: the command, without the flags for the store. */
export function lineOf(input: CommandInput): string {
  const words: string[] = [];
  for (let i = 0; i < input.commandLine.length; i++) {
    const word = input.commandLine[i]!;
    const [, name = "", joined] = /^--([a-z-]+)(=.*)?$/.exec(word) ?? [];
    if (!Object.hasOwn(STORE_FLAGS, name)) words.push(word);
    else if (joined === undefined) i++;
  }
  return typedLine(words).slice("httpcfg ".length);
}
