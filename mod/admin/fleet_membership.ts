/**
 * The membership of this machine in a fleet: join, leave, and follow the fleet again where
 * the machine differs from it.
 *
 * @module
 */
import { Fault, messageOf, quote } from "../base/fault.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../config/document/document.ts";
import { certificateOf, listCertificates } from "../config/certs/cert_store.ts";
import { storeName } from "../config/certs/store_name.ts";
import type { StoreAddress } from "../fleet/etcd/store_address.ts";
import { readLastGood, removeLastGood, writeLastGood } from "../fleet/member/last_good.ts";
import type { LastGood } from "../fleet/member/last_good_record.ts";
import {
  joinLine,
  type Membership,
  membershipPath,
  readMembership,
  removeMembership,
  writeMembership,
} from "../fleet/member/membership.ts";
import {
  type Merged,
  mergeShared,
  overridesOf,
  sharedOf,
  withoutOverrides,
} from "../fleet/member/merge.ts";
import { targetRevision } from "../fleet/rollout/wanted_revision.ts";
import type { FleetStore } from "../fleet/shared/fleet_store.ts";
import type { FleetView } from "../fleet/shared/fleet_view.ts";
import { NO_AGENT } from "../host/fleet/fleet_service.ts";
import { isServiceUp } from "../host/control/status.ts";
import { fleetJoined, fleetLeft } from "../telemetry/events/fleet_events.ts";
import { randomHex } from "../wire/random_ids.ts";
import type { ActionResult, AdminIo, Notice } from "./admin_io.ts";
import { notApplied, reloadStored } from "./apply.ts";
import { guardReload } from "./lockout_guard.ts";
import { editStore } from "./store_edit.ts";

/** Whom to join, and as whom. */
interface JoinOptions {
  /** The store, open. */
  readonly store: FleetStore;
  readonly address: StoreAddress;
  readonly name: string;
  readonly group: string | null;
  /** `root@web1`. */
  readonly by: string;
  /** Takes the name from another machine that has it: one that was replaced by this one. */
  readonly replaces?: boolean;
}

/** What has become of a machine that joins, or follows. */
export interface FleetMembershipResult extends ActionResult {
  readonly membership: Membership | null;
  /** The revision that the machine runs; null if it has none. */
  readonly revision: number | null;
  /** What the machine has done to the store: nothing, begun a fleet, or put back what was lost. */
  readonly made: "nothing" | "fleet" | "repair";
  /** What differs here from the shared document, and stays. */
  readonly overrides: readonly string[];
}

/** What a machine follows from now on. */
interface Followed {
  readonly epoch: string;
  readonly revision: number;
  readonly highest: LastGood["highest"];
  /** The document that it followed. */
  readonly base: LastGood["document"];
  readonly next: LastGood["document"];
  readonly made: FleetMembershipResult["made"];
}

/** Makes this machine a member of a fleet, or a member again of one that has lost its store. */
export async function joinFleet(
  io: AdminIo,
  options: JoinOptions,
): Promise<FleetMembershipResult> {
  const { store, address, name, group } = options;
  const known = await readMembership(io.paths).catch(() => null);
  if (known !== null && known.name !== name) {
    return refused(
      new Problem(`this machine is ${quote(known.name)} of a fleet already`, {
        hint: `httpcfg fleet leave\n${joinLine(known)}`,
      }),
    );
  }
  io.progress?.("reading", "the shared document");
  const followed = await followedFrom(io, options, known);
  if (isProblem(followed)) return refused(followed);
  const membership: Membership = {
    name,
    id: known?.id ?? randomHex(16),
    group,
    joinedAt: known?.joinedAt ?? new Date(io.now()).toISOString(),
    prefix: store.layout.prefix,
    store: address,
  };
  const { base, next, made } = followed;
  const merge = (local: ConfigDocument): Merged | Problem => {
    return mergeShared({ base, next, local, hashOf: hashIn(io.paths.certs) });
  };
  const preview = merge(await io.store.read());
  if (isProblem(preview)) return refused(preview);
  const unseen = await guardReload(io, undefined, preview.document.ipListen);
  const { id, joinedAt } = membership;
  if (!await store.putMember({ name, id, group, joinedAt }, options.replaces)) {
    return refused(
      new Problem(`the fleet has another machine that is called ${quote(name)}`, {
        hint: "httpcfg fleet status", // which says whether it is still there
      }),
    );
  }
  const stored = await storeMerged(io, merge);
  if ("problem" in stored) return { ...refused(stored.problem!), notices: stored.notices };
  const { epoch, revision, highest } = followed;
  await writeLastGood(io.paths, { epoch, revision, highest, document: next });
  await writeMembership(io.paths, membership);
  await io.record(fleetJoined(name, store.keys.name));
  const notices = [...unseen, ...hiddenNotices(preview), ...await applyStored(io)];
  const overrides = overridesOf(next, stored.after);
  return { problem: null, changed: true, notices, membership, revision, made, overrides };
}

/** Ends the membership of this machine, which keeps its document. */
export async function leaveFleet(
  io: AdminIo,
  open: (membership: Membership) => Promise<FleetStore>,
): Promise<FleetMembershipResult> {
  const membership = await readMembership(io.paths);
  if (membership === null) return refused(NO_MEMBER);
  await removeMembership(io.paths);
  await removeLastGood(io.paths);
  await io.record(fleetLeft(membership.name));
  const notices = await tellService(io);
  try {
    const store = await open(membership);
    try {
      await store.removeMember(membership.name);
    } finally {
      store.keys.close();
    }
  } catch (error) {
    // It is no member any more, whatever the store still says.
    notices.push({
      kind: "warning",
      text: `the fleet was not told that ${membership.name} has left: ${messageOf(error)}`,
      hint: error instanceof Fault ? error.hint : undefined,
    });
  }
  return { ...refused(null), changed: true, notices, membership };
}

/**
 * Gives up what differs here from the shared document: the units that `words` name, such as
 * `ipListen` or `sites[W3SVC/2]`; null for all of them.
 */
export async function followShared(
  io: AdminIo,
  words: readonly string[] | null,
): Promise<FleetMembershipResult> {
  const membership = await readMembership(io.paths);
  if (membership === null) return refused(NO_MEMBER);
  const lastGood = await readLastGood(io.paths, membership);
  if (lastGood === null) {
    return refused(
      new Problem("the last shared document of this machine is missing", {
        hint: joinLine(membership),
      }),
    );
  }
  const { document: shared, revision } = lastGood;
  const local = await io.store.read();
  const own = overridesOf(shared, local);
  const names = words === null ? null : unitsNamed(words, own);
  if (isProblem(names)) return { ...refused(names), overrides: own, membership, revision };
  const merge = (local: ConfigDocument): Merged | Problem => {
    return withoutOverrides({ shared, local, names, hashOf: hashIn(io.paths.certs) });
  };
  const preview = merge(local);
  if (isProblem(preview)) return refused(preview);
  const unseen = await guardReload(io, undefined, preview.document.ipListen);
  const stored = await storeMerged(io, merge);
  if ("problem" in stored) return { ...refused(stored.problem!), notices: stored.notices };
  const notices = [...unseen, ...stored.changed ? await applyStored(io) : []];
  const overrides = overridesOf(shared, stored.after);
  return { ...refused(null), changed: stored.changed, notices, membership, revision, overrides };
}

const NO_MEMBER = new Problem("this machine is in no fleet", {
  isSo: true,
  hint: "httpcfg help fleet join",
});

function refused(problem: Problem | null): FleetMembershipResult {
  return {
    problem,
    changed: false,
    notices: [],
    membership: null,
    revision: null,
    made: "nothing",
    overrides: [],
  };
}

/** Returns what the machine follows: what the store has, or what it gives the store. */
async function followedFrom(
  io: AdminIo,
  options: JoinOptions,
  known: Membership | null,
): Promise<Followed | Problem> {
  const { store, group } = options;
  const lastGood = known === null ? null : await readLastGood(io.paths, known).catch(() => null); // damaged: as a new member
  const view = await store.readView();
  if (lastGood !== null && hasLost(view, lastGood)) return await repair(io, options, lastGood);
  if (view.epoch === null && view.head === null && view.garbage.length === 0) {
    return await begin(io, options);
  }
  const { epoch, head, target } = view;
  if (lastGood !== null && epoch !== null && epoch !== lastGood.epoch) {
    return new Problem("the store has the document of another fleet", {
      hint: "httpcfg fleet leave",
    });
  }
  const revision = targetRevision(target, group);
  if (epoch === null || head === null || revision === null) {
    return new Problem(
      "the store has lost a part of the fleet: its document, or which one to run",
      {
        hint: "httpcfg fleet join … on a machine that is a member",
      },
    );
  }
  const next = await store.documentOf(revision);
  const highest = { revision: head.revision, hash: head.hash };
  const base = lastGood?.document ?? sharedOf(DEFAULT_DOCUMENT);
  return { epoch, revision, highest, base, next, made: "nothing" };
}

/** Reports whether the store has lost something that this member has seen in it. */
function hasLost({ epoch, head, target, garbage }: FleetView, lastGood: LastGood): boolean {
  const { highest } = lastGood;
  if (epoch !== null && epoch !== lastGood.epoch) return false;
  if (epoch === null || head === null || target === null || garbage.some(isOfDocument)) return true;
  if (target.revision > head.revision) return true;
  return head.revision < highest.revision ||
    (head.revision === highest.revision && head.hash !== highest.hash);
}

/** Reports whether a key decides which document members run. */
function isOfDocument(key: string): boolean {
  return /\/shared\/(?:document\/|rollout\/target$)/.test(key);
}

/** Puts the document that this member runs back into a store that was lost or restored. */
async function repair(
  io: AdminIo,
  { store, by }: JoinOptions,
  lastGood: LastGood,
): Promise<Followed | Problem> {
  const { document, epoch, highest } = lastGood;
  // Other members may have seen more than this one.
  const states = (await store.members()).flatMap(({ state }) => {
    return [state?.applied ?? 0, state?.wanted ?? 0];
  });
  const { problem, revision } = await store.commit({
    edit: () => document,
    by,
    what: "fleet join: the document is put back",
    at: new Date(io.now()).toISOString(),
    epoch,
    atLeast: Math.max(highest.revision, ...states) + 1,
    alsoTarget: true,
  });
  if (problem !== null || revision === null) return problem ?? NOT_WRITTEN;
  return await asWritten(store, { base: document, next: document, revision, made: "repair" });
}

/** Begins a fleet with what this machine has to share. */
async function begin(io: AdminIo, { store, by }: JoinOptions): Promise<Followed | Problem> {
  const own = sharedOf(await io.store.read());
  const { problem, revision, after, changed } = await store.commit({
    edit: (document) => document ?? own,
    by,
    what: "fleet join: the first document",
    at: new Date(io.now()).toISOString(),
    epoch: randomHex(16),
    alsoTarget: true,
  });
  if (problem !== null || revision === null || after === null || !changed) {
    return problem ?? NOT_WRITTEN;
  }
  return await asWritten(store, { base: after, next: after, revision, made: "fleet" });
}

const NOT_WRITTEN = new Problem("another machine has begun the fleet at the same moment", {
  hint: "httpcfg fleet status",
});

/** Returns what is followed after this machine has written it: the store says under which epoch. */
async function asWritten(
  store: FleetStore,
  written: Pick<Followed, "base" | "next" | "revision" | "made">,
): Promise<Followed | Problem> {
  const { epoch, head } = await store.readView();
  if (epoch === null || head === null) return NOT_WRITTEN;
  return { ...written, epoch, highest: { revision: head.revision, hash: head.hash } };
}

function hashIn(folder: string): (store: string, certName: string) => string | null {
  return (store, certName) => {
    const name = storeName(store);
    if (name === null) return null;
    const found = certificateOf(listCertificates(folder, name), { hash: "", certName });
    return found === undefined || found.problem !== null ? null : found.hash;
  };
}

function storeMerged(
  io: AdminIo,
  merge: (local: ConfigDocument) => Merged | Problem,
): ReturnType<typeof editStore> {
  io.progress?.("storing", "the configuration");
  return editStore(io, (local) => {
    const merged = merge(local);
    return isProblem(merged) ? merged : merged.document;
  });
}

function hiddenNotices({ hidden }: Merged): Notice[] {
  return hidden.map((text) => ({ kind: "warning", text: `a shared site is not here: ${text}` }));
}

/** Returns the units among `own` that the words name: one, or all of a part of the document. */
function unitsNamed(words: readonly string[], own: readonly string[]): string[] | Problem {
  const found: string[] = [];
  for (const word of words) {
    const units = own.filter((unit) => {
      return unit === word || unit.startsWith(`${word}[`) || unit.startsWith(`${word}.`);
    });
    if (units.length === 0) {
      return new Problem(`${quote(word)} does not differ from the shared document here`, {
        hint: "httpcfg fleet drift",
      });
    }
    found.push(...units);
  }
  return found;
}

/** Applies what is stored to the running service, if there is one, and tells it of its membership. */
async function applyStored(io: AdminIo): Promise<Notice[]> {
  const notices: Notice[] = [];
  try {
    const status = await io.control.ask({ op: "status", brief: true });
    if (status === null) return [];
    if (isServiceUp(status, "HTTP")) await reloadStored(io);
  } catch (error) {
    notices.push(notApplied(io, error));
  }
  return [...notices, ...await tellService(io)];
}

/** Tells the running service that its membership has changed. */
async function tellService(io: AdminIo): Promise<Notice[]> {
  try {
    const status = await io.control.ask({ op: "fleet", verb: "follow" });
    // A service of another user may not read what this one has written, nor write the document.
    const own = (status?.problems ?? []).filter(({ text }) =>
      text.includes(membershipPath(io.paths)) || text.startsWith(NO_AGENT)
    );
    return own.map(({ text, hint }): Notice => ({
      kind: "warning",
      text: text.startsWith(NO_AGENT)
        ? text
        : `the running service does not follow the fleet: ${text}`,
      hint: hint ?? undefined,
    }));
  } catch (error) {
    return [{
      kind: "warning",
      text: `the running service was not told: ${messageOf(error)}`,
      hint: "httpcfg net stop http /y; httpcfg net start w3svc",
    }];
  }
}
