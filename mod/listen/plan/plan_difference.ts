/**
 * The plan made from the difference to the one in force: of a port that is used as before, only the
 * addresses are planned again that the list or the machine has changed, and what has failed. All
 * others are the same objects as before. Pure.
 *
 * A difference that may concern every address (a block, an interface, an exclusion, a link-local
 * address) is none: everything is planned anew, with the same result.
 *
 * @module
 */
import { type Ip, isLinkLocal, isWildcard } from "../../base/address.ts";
import { forEach, type Steps, unequalParts } from "../../base/work/steps.ts";
import { type AddressTable, tableOf } from "../machine/address_table.ts";
import type { Machine, MachineAddress } from "../machine/machine_addresses.ts";
import { coverageOf, listenAddressFor } from "./listen_addresses.ts";
import type { Plan, PlannedEndpoint } from "./plan.ts";
import { type Context, planEndpoint, type PlanInput, type Port } from "./plan_endpoint.ts";

/** A plan, and the ports that it binds. */
export interface Planned {
  readonly plan: Plan;
  readonly ports: ReadonlyMap<number, Port>;
}

/** The plan in force, and what it was made from. */
export interface EarlierPlan extends Planned {
  readonly input: Pick<PlanInput, "list" | "machine" | "keys" | "generation" | "strict">;
}

/** What can be taken from the plan in force. */
interface Reusable {
  readonly earlier: EarlierPlan;
  /** The addresses about which the list or the machine says something else. */
  readonly changed: ReadonlySet<Ip>;
  readonly endpoints: ReadonlyMap<number, readonly PlannedEndpoint[]>;
}

/** Returns what a plan for `input` can take from `earlier`; null for nothing. */
export function* reusableIn(earlier: EarlierPlan, input: PlanInput): Steps<Reusable | null> {
  const before = earlier.input;
  if (before.generation < 6 || input.generation < 6 || before.strict !== input.strict) return null;
  if (JSON.stringify(before.keys) !== JSON.stringify(input.keys)) return null;
  const changed = new Set<Ip>();
  if (!(yield* addListChanges(changed, before.list, input.list))) return null;
  if (!(yield* addMachineChanges(changed, before.machine, input.machine))) return null;
  for (const ip of changed) if (isLinkLocal(ip)) return null;
  const endpoints = new Map<number, PlannedEndpoint[]>();
  yield* forEach(earlier.plan.endpoints, (endpoint) => {
    const known = endpoints.get(endpoint.port);
    if (known === undefined) endpoints.set(endpoint.port, [endpoint]);
    else known.push(endpoint);
  });
  return { earlier, changed, endpoints };
}

/** Reports whether a port is bound by sites as it was. */
export function isSamePort(port: Port, before: Port | undefined): boolean {
  return before !== undefined && before.secure === port.secure &&
    before.isAcme === port.isAcme &&
    before.named.size === port.named.size &&
    [...port.named].every((ip) => before.named.has(ip) && !isLinkLocal(ip));
}

/** Plans a port that is bound by sites as it was; null if it has to be planned anew. */
export function* replanPort(
  context: Context,
  port: Port,
  { changed, endpoints }: Reusable,
): Steps<PlannedEndpoint[] | null> {
  const kept: PlannedEndpoint[] = [];
  const again = new Set(changed);
  yield* forEach(endpoints.get(port.number) ?? [], (endpoint) => {
    const { ip, action } = endpoint;
    const isOpen = context.running.has(endpoint);
    if (changed.has(ip)) return;
    if (action === "keep" && isOpen) kept.push(endpoint);
    else if (action === "open" && isOpen) kept.push({ ...endpoint, action: "keep" });
    // One that waits because binding failed is tried again, although the machine says nothing new.
    else if (action === "wait" && !isOpen && context.table.absenceOf(ip) !== null) {
      kept.push(endpoint);
    } else if (action !== "close" || endpoint.returns) again.add(ip);
  });
  // A wildcard is no address of the machine: whether it is bound depends on the whole list.
  for (const ip of again) if (isLinkLocal(ip) || isWildcard(ip)) return null;
  const isCovered = coverageOf(context, false);
  yield* forEach(again, (ip) => {
    if (isCovered(ip) || !isCandidate(context, port, ip)) return;
    const address = listenAddressFor(context, ip);
    if (address !== null) kept.push(planEndpoint(context, port, address));
  });
  return kept;
}

/** Reports whether something names the address: the machine, an entry of its own, or a binding. */
function isCandidate({ inclusion, table }: Context, { named }: Port, ip: Ip): boolean {
  return table.recordsOf(ip).length > 0 || named.has(ip) ||
    inclusion.decide(ip).entry?.target.kind === "address";
}

type List = PlanInput["list"];

/** Adds the addresses of entries that only one list has; false if another entry differs. */
function* addListChanges(changed: Set<Ip>, before: List, after: List): Steps<boolean> {
  if (before === after) return true;
  if (includesAll(before) !== includesAll(after)) return false;
  const [old, current] = yield* unequalParts(before, after);
  return (yield* addMissing(changed, old, current)) && (yield* addMissing(changed, current, old));
}

function includesAll(list: List): boolean {
  return list.every(({ excludes }) => excludes);
}

function* addMissing(changed: Set<Ip>, some: List, others: List): Steps<boolean> {
  const known = new Set<string>();
  yield* forEach(others, ({ text }) => void known.add(text));
  let isPlain = true;
  yield* forEach(some, ({ text, excludes, target }) => {
    if (known.has(text)) return;
    if (target.kind === "address" && !excludes) changed.add(target.ip);
    else isPlain = false;
  });
  return isPlain;
}

/** Adds the addresses of which the machine says something else; false if that may be any. */
function* addMachineChanges(changed: Set<Ip>, before: Machine, after: Machine): Steps<boolean> {
  if (before === after) return true;
  if (
    before.dualStack !== after.dualStack || before.hasIpv6 !== after.hasIpv6 ||
    before.wholeLoopback !== after.wholeLoopback ||
    before.besideWildcard !== after.besideWildcard || before.links !== after.links
  ) return false;
  const [old, current] = [yield* tableOf(before), yield* tableOf(after)];
  if (namesOf(old) !== namesOf(current)) return false;
  for (const [some, others] of [[before, current], [after, old]] as const) {
    yield* forEach(some.addresses, (address) => {
      const records = others.recordsOf(address.ip);
      if (!records.some((record) => isSameRecord(record, address))) changed.add(address.ip);
    });
  }
  for (const [some, others] of [[before, after], [after, before]] as const) {
    yield* forEach(some.unlisted, (ip) => {
      if (!others.unlisted.has(ip)) changed.add(ip);
    });
    yield* forEach(some.unbindable, ([ip, cause]) => {
      if (others.unbindable.get(ip) !== cause) changed.add(ip);
    });
  }
  return true;
}

/** Returns the names of interfaces and networks: what an address may depend on besides its record. */
function namesOf({ interfaces, broadcasts }: AddressTable): string {
  return JSON.stringify([interfaces, [...broadcasts]]);
}

function isSameRecord(a: MachineAddress, b: MachineAddress): boolean {
  return a.ip === b.ip && a.interface === b.interface && a.scopeId === b.scopeId &&
    a.prefixBits === b.prefixBits;
}
