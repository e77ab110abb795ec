/**
 * What to type about a site that does not start, or an address and port that cannot be bound. Pure.
 *
 * A change of the list or of a site is only proposed if a plan with it starts the site: the hint is
 * not a guess. Sharing the port with the program that has it comes first, ending that program last.
 *
 * @module
 */
import { hintLines } from "../../base/hints/hints.ts";
import { type Ip, isLinkLocal, isLoopback, isWildcard } from "../../base/address.ts";
import { filter, map, type Steps } from "../../base/work/steps.ts";
import { shellWord } from "../../base/fault.ts";
import { WIN32 } from "../../base/win32.ts";
import { formatBinding } from "../../config/document/binding.ts";
import { type ListEntry, parseList } from "../../config/document/list_entry.ts";
import { LOOPBACK_ABSENT } from "../machine/address_table.ts";
import { addLoopback } from "../machine/bind_fault.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { endOwners, isSystemd, moveOwner, type PortOwner } from "../machine/port_owner.ts";
import type { PlanBinding, PlanSite } from "./admission.ts";
import { inclusionOn } from "./exclusion.ts";
import { planSteps } from "./make_plan.ts";
import type { PlanInput } from "./plan_endpoint.ts";
import type { ExcludedBinding, Plan, PlannedEndpoint, PlannedSite } from "./plan.ts";

/** Addresses that a hint lists; with more, only an exclusion is short enough to be typed. */
const ADDRESSES_SHOWN = 8;
/** Entries of a list that may be planned again for a hint. */
const LIST_TRIED_MAX = 1_000;
/** Ports that are tried in place of one. */
const PORTS_TRIED = 20;

/** Returns `plan`, which was made from `input`, with the hints of everything that fails in it. */
export function* withCures(plan: Plan, input: PlanInput, os: string): Steps<Plan> {
  const fails = ({ state, reason }: Pick<PlannedSite, "state" | "reason">): boolean => {
    return state !== "stopped" && reason !== null;
  };
  const isRefused = ({ action }: PlannedEndpoint): boolean => action === "refused";
  const refused = yield* filter(plan.endpoints, isRefused);
  const isWhole = !plan.sites.some(fails) && !plan.registrations.some(fails) &&
    refused.length === 0;
  if (isWhole) return plan;
  const cures = new Cures(plan, refused, { input, os });
  const ofPorts = new Map<number, readonly string[]>();
  for (const { port } of refused) {
    if (!ofPorts.has(port)) ofPorts.set(port, yield* cures.ofPort(port, null));
  }
  const sites = input.sites.filter(({ url, isAcme }) => url === undefined && !isAcme);
  const programs = input.sites.filter(({ url }) => url !== undefined);
  const cured = function* <T extends Omit<PlannedSite, "id" | "name">>(
    planned: readonly T[],
    from: readonly PlanSite[],
  ): Steps<T[]> {
    const all: T[] = [];
    for (const [i, one] of planned.entries()) {
      all.push(fails(one) ? { ...one, hints: yield* cures.of(one, from[i]!) } : one);
      yield;
    }
    return all;
  };
  return {
    ...plan,
    endpoints: yield* map(plan.endpoints, (one) => {
      return isRefused(one) ? { ...one, hints: ofPorts.get(one.port)! } : one;
    }),
    sites: yield* cured(plan.sites, sites),
    registrations: yield* cured(plan.registrations, programs),
  };
}

class Cures {
  readonly #plan: Plan;
  readonly #refused: readonly PlannedEndpoint[];
  readonly #input: PlanInput;
  readonly #os: string;

  constructor(
    plan: Plan,
    refused: readonly PlannedEndpoint[],
    { input, os }: { readonly input: PlanInput; readonly os: string },
  ) {
    this.#plan = plan;
    this.#refused = refused;
    // In the service, the attempts to bind are what shows who has a port.
    const held = [...input.held, ...input.failed.flatMap(({ fault }) => fault.holders)];
    this.#input = { ...input, held };
    this.#os = os;
  }

  /** Returns the hints of a site or program that fails. */
  *of(planned: Omit<PlannedSite, "id" | "name">, site: PlanSite): Steps<readonly string[]> {
    if (planned.excluded !== undefined) {
      const { list, machine } = this.#input;
      return yield* includeAddress(planned.excluded, list, machine);
    }
    const uncertified = site.bindings.find(({ unserved }) => unserved === planned.reason);
    if (uncertified !== undefined) return uncertified.cures ?? [];
    if (planned.win32 === WIN32.ALREADY_EXISTS) {
      return present(
        yield* this.#move(site, ({ port, secure }) => this.#isTaken(site, port, secure)),
      );
    }
    if (planned.state === "waiting") {
      return present(...this.#loopbackOf(site), yield* this.#appear(site));
    }
    if (site.bindings.length === 0) return present(yield* this.#bind(site));
    const ports = new Set(site.bindings.map(({ port }) => port));
    const refused = this.#refused.find(({ port }) => ports.has(port));
    return refused === undefined ? [] : yield* this.ofPort(refused.port, site);
  }

  /** Returns the hints for the endpoints of `port` that are refused; `site` wants one of them. */
  *ofPort(port: number, site: PlanSite | null): Steps<readonly string[]> {
    const refused = this.#refused.filter((one) => one.port === port);
    const holders = refused.flatMap((one) => one.holders);
    const wanting = site ?? this.#input.sites.find(({ bindings, isAcme }) => {
      return !isAcme && bindings.some((binding) => binding.port === port);
    }) ?? null;
    const move = wanting === null
      ? null
      : yield* this.#move(wanting, (binding) => binding.port === port);
    if (holders.length === 0) {
      const faults = this.#input.failed.filter(({ endpoint }) => endpoint.port === port);
      return present(...new Set(faults.flatMap(({ fault }) => hintLines(fault.hint))), move);
    }
    return present(
      ...(yield* this.#share(port, refused, { holders, site: wanting })),
      move,
      endOwners(holders, port, this.#os),
    );
  }

  /** Returns the changes that leave the port on its addresses to the other programs. */
  *#share(
    port: number,
    refused: readonly PlannedEndpoint[],
    { holders, site }: { readonly holders: readonly PortOwner[]; readonly site: PlanSite | null },
  ): Steps<readonly string[]> {
    const { list, generation, machine } = this.#input;
    if (generation < 6) return [];
    const wild = holders.filter(({ ip }) => isWildcard(ip));
    if (wild.length > 0) {
      // A program on every IPv6 address leaves the IPv4 ones.
      const isV6 = wild.every(({ v6only }) => v6only === true) &&
        refused.every(({ ip }) => ip.includes(":"));
      const without = isV6 ? yield* this.#tryList(port, site, "--except ::", ["!::"]) : null;
      const isOurs = yield* inclusionOn(list, machine);
      const free = freeAddress(machine, isOurs);
      const except = isOurs(free) ? `httpcfg set iplisten --except ${free}` : null;
      // A service that systemd starts gets its socket from there.
      const owner = wild.find(isSystemd) ?? wild[0]!;
      return present(without, moveOwner(owner, port, free), except);
    }
    const taken = [...new Set(holders.map(({ ip }) => ip))];
    const others = machine.addresses.map(({ ip }) => ip)
      .filter((ip) => !taken.includes(ip) && !isLinkLocal(ip))
      .sort((a, b) => Number(isLoopback(a)) - Number(isLoopback(b)));
    const words = [...new Set(others)].map((ip) => `-i ${ip}`);
    const set = words.length > 0 && words.length <= ADDRESSES_SHOWN ? words.join(" ") : null;
    const texts = list.map(({ text }) => text);
    const isListed = taken.every((ip) => texts.includes(ip));
    if (isListed) {
      const rest = texts.filter((text) => !taken.includes(text as Ip));
      const remove = `httpcfg delete iplisten ${taken.map((ip) => `-i ${ip}`).join(" ")}`;
      const shorter = (yield* this.#starts(port, site, rest)) ? remove : null;
      const longer = set === null || !(yield* this.#starts(port, site, [...rest, ...others]))
        ? null
        : `httpcfg set iplisten ${set}; ${remove}`;
      return present(shorter ?? longer);
    }
    const exceptions = taken.map((ip) => `!${ip}`);
    const except = taken.map((ip) => `--except ${ip}`).join(" ");
    return present(
      set !== null && list.length === 0 ? yield* this.#tryList(port, site, set, others) : null,
      yield* this.#tryList(port, site, except, exceptions),
    );
  }

  /** Returns the command that adds entries to the list; null if the site would still not start. */
  *#tryList(
    port: number,
    site: PlanSite | null,
    words: string,
    entries: readonly string[],
  ): Steps<string | null> {
    const texts = [...this.#input.list.map(({ text }) => text), ...entries];
    return (yield* this.#starts(port, site, texts)) ? `httpcfg set iplisten ${words}` : null;
  }

  /** Reports whether, with this list, the site starts whole, or the port is bound at least. */
  *#starts(port: number, site: PlanSite | null, texts: readonly string[]): Steps<boolean> {
    if (texts.length > LIST_TRIED_MAX) return false;
    const list = parseList(texts);
    if (list.length === 0) return false; // an empty list is every address
    const { plan } = yield* planSteps({ ...this.#input, list });
    if (site !== null) return isStarted(plan, site, this.#reasonOf(site));
    const here = plan.endpoints.filter((one) => one.port === port);
    return here.some(({ action }) => action === "open" || action === "keep") &&
      here.every(({ action }) => action !== "refused");
  }

  /** Returns the command that gives the site another port where `moves` says; null if none helps. */
  *#move(site: PlanSite, moves: (binding: PlanBinding) => boolean): Steps<string | null> {
    const moved = site.bindings.filter(moves);
    const [first] = moved;
    if (first === undefined || site.url !== undefined) return null;
    const { port: old, secure } = first;
    for (const port of this.#freePorts(old)) {
      const bindings = site.bindings.map((one) => {
        return one.port === old && one.secure === secure ? { ...one, port } : one;
      });
      if (!(yield* this.#startsWith(site, bindings))) continue;
      const flag = secure ? "--bind-tls" : "--bind";
      const words = bindings.filter((one) => one.secure === secure)
        .map((one) => `${flag} ${shellWord(formatBinding(one))}`);
      return `httpcfg site set ${shellWord(site.name)} ${words.join(" ")}`;
    }
    return null;
  }

  /** Returns the commands that give loopback the addresses for which a site waits. */
  #loopbackOf({ bindings }: PlanSite): readonly string[] {
    const ports = new Set(bindings.map(({ port }) => port));
    return this.#plan.endpoints.filter(({ action, cause, port }) => {
      return action === "wait" && cause === LOOPBACK_ABSENT && ports.has(port);
    }).slice(0, ADDRESSES_SHOWN).map(({ ip }) => addLoopback(ip));
  }

  /** Returns the command that gives a site an address that the machine has; null for none. */
  *#appear(site: PlanSite): Steps<string | null> {
    const own = this.#input.machine.addresses.map(({ ip }) => ip).filter((ip) => !isLinkLocal(ip));
    const outer = own.filter((ip) => !isLoopback(ip));
    const added = [...new Set(outer.length === 0 ? own : outer)];
    const isShort = added.length > 0 && added.length <= ADDRESSES_SHOWN;
    const words = added.map((ip) => `-i ${ip}`).join(" ");
    const [first] = site.bindings;
    return isShort && first !== undefined
      ? yield* this.#tryList(first.port, site, words, added)
      : null;
  }

  /** Returns the command that binds a site without bindings. */
  *#bind(site: PlanSite): Steps<string | null> {
    for (const port of this.#freePorts(80)) {
      const binding = { ip: null, port, host: "", secure: false };
      if (!(yield* this.#startsWith(site, [binding]))) continue;
      return `httpcfg site set ${shellWord(site.name)} --bind ${formatBinding(binding)}`;
    }
    return null;
  }

  *#startsWith(site: PlanSite, bindings: readonly PlanBinding[]): Steps<boolean> {
    if (this.#input.list.length > LIST_TRIED_MAX) return false;
    const sites = this.#input.sites.map((one) => {
      return one.id === site.id && one.url === undefined ? { ...one, bindings } : one;
    });
    const { plan } = yield* planSteps({ ...this.#input, sites });
    return isStarted(plan, site, this.#reasonOf(site));
  }

  /** Returns the usual ports in place of one that cannot be had; no site has them. */
  #freePorts(old: number): number[] {
    const used = new Set(this.#input.sites.flatMap(({ bindings }) => {
      return bindings.map(({ port }) => port);
    }));
    const held = new Set(this.#input.held.map(({ port }) => port));
    const first = old === 80 ? 8080 : old === 443 ? 8443 : Math.max(old + 1, 1024);
    return Array.from({ length: PORTS_TRIED }, (_, i) => first + i)
      .filter((port) => port <= 65535 && !used.has(port) && !held.has(port));
  }

  /** Reports whether another site has the port, as what it is or as the other protocol. */
  #isTaken(site: PlanSite, port: number, secure: boolean): boolean {
    return this.#input.sites.some((other) => {
      return other !== site && other.bindings.some((one) => one.port === port);
    }) || site.bindings.some((one) => one.port === port && one.secure !== secure);
  }

  #reasonOf({ id, url }: PlanSite): string | null {
    const found = url === undefined
      ? this.#plan.sites.find((one) => one.id === id)
      : this.#plan.registrations.find((one) => one.url === url);
    return found?.reason ?? null;
  }
}

/** Returns an address for a program that has every address: one that we do not serve, if any. */
function freeAddress({ addresses }: Machine, isOurs: (ip: Ip) => boolean): Ip {
  const own = addresses.map(({ ip }) => ip).filter((ip) => !isLinkLocal(ip));
  const free = own.filter((ip) => !isOurs(ip));
  return free.find((ip) => !isLoopback(ip)) ?? free[0] ?? "127.0.0.1" as Ip;
}

/** Returns the commands that put the address of a binding on the list. */
export function* includeAddress(
  { ip, entry, includedBy }: Pick<ExcludedBinding, "ip" | "entry" | "includedBy">,
  list: readonly ListEntry[],
  machine: Machine,
): Steps<readonly string[]> {
  if (includedBy === "stored") return ["httpcfg reload"];
  if (includedBy === "in force") return []; // whoever changed the list has just excluded it
  const add = `httpcfg set iplisten -i ${shellWord(ip)}`;
  if (entry === null) return [add];
  const remove = `httpcfg delete iplisten --except ${shellWord(entry.replace(/^!/, ""))}`;
  const isIncluded = yield* inclusionOn(list.filter(({ text }) => text !== entry), machine);
  return [isIncluded(ip) ? remove : `${remove}; ${add}`];
}

/** Reports whether the site starts, or waits for its address, and no longer fails for `reason`. */
function isStarted(plan: Plan, { id, url }: PlanSite, reason: string | null): boolean {
  const found = url === undefined
    ? plan.sites.find((one) => one.id === id)
    : plan.registrations.find((one) => one.url === url);
  if (found === undefined) return false;
  return (found.state === "started" || found.state === "waiting") &&
    (found.reason === null || found.reason !== reason);
}

function present(...lines: readonly (string | null | undefined)[]): string[] {
  return lines.filter((line) => line !== null && line !== undefined);
}
