/**
 * `fleet join|leave|follow`: this machine as a member of a fleet.
 *
 * @module
 */
import { followShared, joinFleet, leaveFleet } from "../../../admin/fleet_membership.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import { absolutePath } from "../../../config/certs/cert_store.ts";
import { parseStoreUrls } from "../../../fleet/etcd/store_address.ts";
import { FleetStore } from "../../../fleet/shared/fleet_store.ts";
import { DEFAULT_PREFIX } from "../../../fleet/shared/layout.ts";
import { callerName } from "../../core/caller_name.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { answerText } from "../../core/format.ts";
import { CHANGE_FLAGS, isJson } from "../../core/outcome.ts";
import { report } from "../../core/report.ts";
import { hostName } from "../../core/this_machine.ts";
import { ACCESS_FLAGS, readAddress, readName, readPrefix } from "./fleet_flags.ts";
import { openKeys } from "./open_fleet.ts";

type Joined = Awaited<ReturnType<typeof joinFleet>>;

const FORMAT = { format: CHANGE_FLAGS.format };
const YES = {
  yes: { kind: "boolean", summary: "apply a change even if it could lock you out" },
} as const;

const join: CommandSpec = {
  name: "fleet join",
  usage: "URL[,URL…]",
  summary: "Make this machine a member of the fleet in a store",
  details: [
    "The store is etcd v3. The first machine that joins gives the fleet its document; each other one " +
    "takes that of the fleet. What an administrator had stored here stays, and is listed: httpcfg fleet " +
    "follow gives it up. Addresses, blocks and interfaces mean on each machine what is its own.",
    "Thumbprints of certificates, keys and passwords never leave the machine: an ssl record names its " +
    "certificate, which each member has in its own store.",
    "A member keeps its last good document, and serves it whatever becomes of the store. Joining again " +
    "puts the document back into a store that was lost or restored from an old copy.",
    "The files that the flags name are read whenever the member connects, and not copied.",
  ],
  examples: [
    { line: "httpcfg fleet join http://10.0.0.9:2379 --name web1", shows: "one store" },
    {
      line:
        "httpcfg fleet join https://10.0.0.7:2379,https://10.0.0.8:2379 --name web2 --group edge " +
        "--ca ca.pem --cert web2.pem --key web2.key --user web2 --password-file web2.txt",
      shows: "a cluster that demands a certificate and a password",
    },
  ],
  flags: {
    name: { kind: "string", value: "NAME", summary: "its name in the fleet (that of the machine)" },
    group: { kind: "string", value: "NAME", summary: "the group for fleet apply --group" },
    replace: {
      kind: "boolean",
      summary: "take the name from a machine that had it and is gone",
    },
    ...ACCESS_FLAGS,
    ...YES,
    ...FORMAT,
  },
  words: { min: 1, max: 1 },
  async run(input, io): Promise<number> {
    const address = readAddress(parseStoreUrls(input.words[0]!), input, absolutePath);
    const name = readName(input, "name") ?? hostName();
    const group = readName(input, "group");
    io.progress?.("asking", "the store");
    const keys = await openKeys(io, address);
    try {
      const store = new FleetStore(keys, readPrefix(input) ?? DEFAULT_PREFIX);
      const by = `${await callerName(io)}@${name}`;
      const replaces = input.flag("replace");
      const options = { store, address, name, group, by, replaces };
      const result = await joinFleet(agreed(input, io), options);
      return finish("join", { input, io, result }, joinedText);
    } finally {
      keys.close();
    }
  },
};

const leave: CommandSpec = {
  name: "fleet leave",
  usage: "",
  summary: "End the membership of this machine, which keeps its document",
  examples: [{ line: "httpcfg fleet leave", shows: "it goes on with what it has" }],
  flags: FORMAT,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const result = await leaveFleet(io, async ({ store, prefix }) => {
      return new FleetStore(await openKeys(io, store), prefix);
    });
    return finish("leave", { input, io, result }, ({ membership }) => {
      return `${membership?.name} is in no fleet any more, and keeps its document`;
    });
  },
};

const follow: CommandSpec = {
  name: "fleet follow",
  usage: "[WHAT …]",
  summary: "Give up what differs on this machine from the shared document",
  details: [
    "WHAT is what httpcfg fleet drift and httpcfg status list: ipListen, sites[W3SVC/2]. The change is " +
    "applied at once, with the guard that httpcfg reload has.",
  ],
  examples: [
    { line: "httpcfg fleet follow ipListen", shows: "the list of the fleet, nothing else" },
    { line: "httpcfg fleet follow --all", shows: "everything of the fleet" },
  ],
  flags: { all: { kind: "boolean", summary: "all that differs" }, ...YES, ...FORMAT },
  words: { min: 0, max: Infinity },
  async run(input, io): Promise<number> {
    const isAll = input.flag("all");
    if (isAll === input.words.length > 0) {
      throw usageFault(
        `Cannot follow the fleet: ${
          isAll ? "--all and WHAT are" : "neither WHAT nor --all is"
        } given`,
        isAll ? "httpcfg fleet follow --all" : retype(input.commandLine, { add: ["--all"] }),
      );
    }
    const result = await followShared(agreed(input, io), isAll ? null : input.words);
    return finish("follow", { input, io, result }, ({ changed, overrides }) => {
      const rest = overrides.length === 0 ? "nothing differs" : `${overrides.join(", ")} differ`;
      return changed ? `following the fleet; ${rest}` : rest;
    });
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [join, leave, follow];

/** Returns an io that consents where --yes is given. */
function agreed(input: CommandInput, io: CommandIo): CommandIo {
  if (!input.flag("yes")) return io;
  return {
    ...io,
    consent: (risks) => {
      report(io, risks.map((text) => ({ kind: "warning", text })));
      return true;
    },
  };
}

/** Reports a result and returns the exit status. */
function finish(
  verb: "join" | "leave" | "follow",
  { input, io, result }: {
    readonly input: CommandInput;
    readonly io: CommandIo;
    readonly result: Joined;
  },
  textOf: (result: Joined) => string,
): number {
  const { problem, changed, notices, membership, revision, made, overrides } = result;
  report(io, notices);
  if (problem !== null) {
    if (notices.some(({ kind }) => kind === "error")) return EXIT.failed;
    throw new Fault(`Cannot ${verb} the fleet: ${problem.reason}`, {
      hint: problem.hint,
    });
  }
  const { name = null, group = null } = membership ?? {};
  if (isJson(input)) io.out(answerText({ changed, name, group, revision, made, overrides }));
  else io.out(textOf(result));
  return EXIT.ok;
}

function joinedText({ membership, revision, made, overrides }: Joined): string {
  const start = `${membership?.name} is a member`;
  const what = {
    nothing: `${start}, and runs revision ${revision}`,
    fleet: `${start}; the fleet has its document, as revision ${revision}`,
    repair: `${start}; its document is in the store again, as revision ${revision}`,
  }[made];
  if (overrides.length === 0) return what;
  return `${what}\ndiffers from the fleet, and stays: ${overrides.join(", ")}`;
}
