/**
 * Verifies that this machine responds exactly where the service says it listens. Pure: connection
 * attempts and the kernel's table of sockets come in, findings go out.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  formatEndpoint,
  type Ip,
  isIpv4,
} from "../../base/address.ts";
import { compareIp } from "../../base/ip_order.ts";
import type { Progress } from "../../base/progress.ts";
import { quote } from "../../base/fault.ts";
import { reaches } from "../../listen/plan/listen_addresses.ts";
import { describeOwners, isProcessOf, type PortOwner } from "../../listen/machine/port_owner.ts";
import { isKnown, type Listeners } from "../../listen/machine/listeners.ts";
import type { Machine } from "../../listen/machine/machine_addresses.ts";

/** The result of a connection attempt. */
export type ProbeResult = "accepted" | "refused" | "silent";

/** Tries to connect; never throws. */
type Probe = (endpoint: Endpoint) => Promise<ProbeResult>;

/**
 * What was found at one address and port.
 *
 * - `missing`: the service should respond there, but nothing does.
 * - `foreign`: another process responds; with `isExpected`, in place of the service.
 * - `shared`: the service and another process listen on the same address; the system gives each of
 *   them some of the connections, or does not say whom.
 * - `exposed`: the service responds where it should not.
 * - `unknown`: something responds, and neither the system nor the service says what.
 * - `certificate`: a name of a site gets a certificate that is not for it, or not valid now.
 * - `stopped`: a site that starts by itself has no open socket.
 */
type Verdict =
  | "ok"
  | "missing"
  | "foreign"
  | "shared"
  | "exposed"
  | "unknown"
  | "certificate"
  | "stopped";

/** The result for one address and port; its fields are its JSON form. */
export interface Finding extends Endpoint {
  /** True if the service should respond. */
  readonly isExpected: boolean;
  readonly result: ProbeResult;
  readonly verdict: Verdict;
  /** The process that responds, if it is known; or what is wrong with the certificate or site. */
  readonly detail: string | null;
  /** Other programs with a socket that a connection reaches; absent where none was looked for. */
  readonly holders?: readonly PortOwner[];
}

/**
 * Reports whether a finding contradicts what the service says. Another program on an address that is
 * not included does not: the list is there to leave room for it.
 */
export function isFailure({ verdict, isExpected }: Finding): boolean {
  return verdict !== "ok" && verdict !== "unknown" && (verdict !== "foreign" || isExpected);
}

/** Returns what was found in place of what was expected, for people. */
export function foundText({ verdict, result, detail }: Finding): string {
  if (verdict === "exposed") return "httpcfg";
  if (verdict === "unknown") {
    return `an answer, not known whose${detail === null ? "" : `: ${detail}`}`;
  }
  if (verdict === "shared") return `httpcfg beside ${detail}`;
  if (verdict === "foreign") return detail ?? "another program";
  if (verdict !== "missing") return detail ?? "";
  const answer = result === "silent" ? "no answer" : "nothing listens";
  return detail === null ? answer : `${answer}, although ${detail} has the port`;
}

/** The facts that are compared. */
export interface VerifyInput {
  /** Where the service listens, or would if no other process held the port. */
  readonly expected: readonly Endpoint[];
  /** Ports to check: those of open sockets, and of sites that did not start. */
  readonly ports: ReadonlySet<number>;
  readonly machine: Machine;
  /** Returns why an address cannot be reached now; null if it can. */
  absenceOf(ip: Ip): string | null;
  /** Listening sockets of all processes on these ports, as far as they are seen. */
  readonly listeners: Listeners;
  /**
   * Connects, and asks the service whether the connection is one of its own; null if that cannot be
   * asked. Where the system does not say who listens, only this does.
   */
  readonly reachesService: (endpoint: Endpoint) => Promise<boolean | null>;
  /** Process id of the service. */
  readonly pid: number;
  readonly probe: Probe;
  readonly progress?: Progress | undefined;
}

/** Concurrent connection attempts: enough to be fast, few enough not to disturb anything. */
const PROBES_AT_ONCE = 32;

/** Tries every address of this machine, included or not, on every port in use. */
export async function verifyExposure(input: VerifyInput): Promise<Finding[]> {
  const targets = targetsOf(input);
  const { owners, unseen } = input.listeners;
  const own = owners.filter(({ namespace }) => namespace === null);
  const facts: Facts = {
    expected: new Set(input.expected.map(formatEndpoint)),
    listeners: Map.groupBy(own, formatEndpoint),
    unseen,
    dualStack: input.machine.dualStack,
    absenceOf: (ip) => input.absenceOf(ip),
    pid: input.pid,
  };
  const findings: Finding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < targets.length; at = next++) {
      const target = targets[at]!;
      input.progress?.("verifying", "addresses", at, targets.length);
      const result = await input.probe(target);
      const isAsked = result === "accepted" && !isAnswererSeen(target, facts);
      findings[at] = isAsked
        ? judgeAnswer(target, await input.reachesService(target), facts)
        : judge(target, result, facts);
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, worker));
  return findings;
}

/** A host name of a site over TLS, at one of the sockets that serve it. */
export interface NameTarget extends Endpoint {
  readonly name: string;
}

/** Checks the certificate of each name; `probeName` returns what is wrong, or null. */
export async function verifyNames(
  targets: readonly NameTarget[],
  probeName: (endpoint: Endpoint, name: string) => Promise<string | null>,
  progress?: Progress,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < targets.length; at = next++) {
      const { ip, port, name } = targets[at]!;
      progress?.("verifying", "certificates", at, targets.length);
      const detail = await probeName({ ip, port }, name);
      const verdict = detail === null ? "ok" : "certificate";
      findings[at] = { ip, port, isExpected: true, result: "accepted", verdict, detail };
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, worker));
  return findings;
}

/** A site that starts by itself, and whether it does. */
export interface ExpectedSite {
  readonly name: string;
  /** Where its bindings could be reached, whether or not a socket is open there. */
  readonly bound: readonly { readonly ip: Ip | null; readonly port: number }[];
  /** Why it is not running; null if it is. */
  readonly reason: string | null;
}

/** Returns a finding for each site that has no open socket or is not running. */
export function verifySites(
  sites: readonly ExpectedSite[],
  open: readonly Endpoint[],
  dualStack: boolean,
): Finding[] {
  return sites.flatMap(({ name, bound, reason }) => {
    const isOpen = bound.some(({ ip, port }) =>
      open.some((socket) =>
        socket.port === port && (ip === null || reaches(socket, { ip, port }, dualStack))
      )
    );
    if (isOpen && reason === null) return [];
    const { ip, port } = bound[0] ?? { ip: null, port: 0 };
    return [{
      ip: ip ?? ANY_V4,
      port,
      isExpected: true,
      result: "refused",
      verdict: "stopped",
      detail: `site ${quote(name)} ${
        reason === null ? "has no open socket" : `does not run: ${reason}`
      }`,
    }];
  });
}

/** What each target is compared with, indexed by text: there may be 10,000 of each. */
interface Facts {
  readonly expected: ReadonlySet<string>;
  readonly listeners: ReadonlyMap<string, readonly PortOwner[]>;
  readonly unseen: string | null;
  readonly dualStack: boolean;
  readonly pid: number;
  absenceOf(ip: Ip): string | null;
}

/** Returns every address to try: those of this machine, and those that sockets are bound to. */
function targetsOf({ expected, ports, machine, listeners }: VerifyInput): Endpoint[] {
  const ips = new Set<Ip>(machine.addresses.map(({ ip }) => ip));
  const targets = new Map<string, Endpoint>();
  const add = (endpoint: Endpoint): unknown => targets.set(formatEndpoint(endpoint), endpoint);
  for (const port of ports) for (const ip of ips) add({ ip, port });
  for (const { ip, port, namespace } of [...expected.map(inOwnNamespace), ...listeners.owners]) {
    if (ip !== ANY_V4 && ip !== ANY_V6 && namespace === null) add({ ip, port });
  }
  return [...targets.values()].sort((a, b) => a.port - b.port || compareIp(a.ip, b.ip));
}

function inOwnNamespace(endpoint: Endpoint): Endpoint & { readonly namespace: null } {
  return { ...endpoint, namespace: null };
}

/** Returns the sockets whose owners a connection to `target` reaches, and all that it could reach. */
function receiversOf(
  target: Endpoint,
  facts: Facts,
): { readonly sockets: readonly string[]; readonly receivers: readonly PortOwner[] } {
  const sockets = socketsReaching(target, facts.dualStack).map(formatEndpoint);
  // The kernel prefers a socket on the exact address to one on the wildcard.
  const receivers = sockets.map((socket) => facts.listeners.get(socket) ?? [])
    .find((owners) => owners.length > 0) ?? [];
  return { sockets, receivers };
}

/** Reports whether the system names who answers at an address. */
function isAnswererSeen(target: Endpoint, facts: Facts): boolean {
  const { receivers } = receiversOf(target, facts);
  return facts.unseen === null && receivers.length > 0 &&
    isKnown({ owners: receivers, unseen: null });
}

/** Judges an answer of whoever it is; `isOurs` is what the service says of it. */
function judgeAnswer(target: Endpoint, isOurs: boolean | null, facts: Facts): Finding {
  const { sockets, receivers } = receiversOf(target, facts);
  const isExpected = sockets.some((socket) => facts.expected.has(socket));
  const common = { ...target, isExpected, result: "accepted" } as const;
  const others = receivers.filter((owner) => !isProcessOf(facts.pid, owner));
  const named = isOurs
    ? others.filter((owner) => isKnown({ owners: [owner], unseen: null }))
    : others;
  const detail = named.length === 0 ? null : describeOwners(named);
  const found = { ...common, holders: named, detail };
  if (isOurs === null) return { ...found, verdict: "unknown", detail: facts.unseen ?? detail };
  if (!isOurs) return { ...found, verdict: "foreign" };
  return { ...found, verdict: named.length > 0 ? "shared" : isExpected ? "ok" : "exposed" };
}

function judge(target: Endpoint, result: ProbeResult, facts: Facts): Finding {
  const { sockets, receivers } = receiversOf(target, facts);
  const isExpected = sockets.some((socket) => facts.expected.has(socket));
  const others = receivers.filter((owner) => !isProcessOf(facts.pid, owner));
  const isOurs = others.length < receivers.length;
  const detail = others.length === 0 ? null : describeOwners(others);
  const common = { ...target, isExpected, result, holders: others };
  const absence = facts.absenceOf(target.ip);
  if (result !== "accepted" && absence !== null && !facts.expected.has(sockets[0]!)) {
    // No connection can reach the wildcard through it, as while IPv6 detects duplicates.
    return { ...common, isExpected: false, verdict: "ok", detail: absence };
  }
  if (result !== "accepted") {
    return { ...common, verdict: isExpected ? "missing" : "ok", detail };
  }
  if (others.length > 0 && !isOurs) return { ...common, verdict: "foreign", detail };
  if (others.length > 0) return { ...common, verdict: "shared", detail };
  if (isExpected) return { ...common, verdict: "ok", detail: null };
  return { ...common, verdict: isOurs ? "exposed" : "foreign", detail };
}

/** Returns the sockets that a connection to `target` can reach, the most specific first. */
function socketsReaching({ ip, port }: Endpoint, dualStack: boolean): Endpoint[] {
  const wildcards = isIpv4(ip) ? (dualStack ? [ANY_V4, ANY_V6] : [ANY_V4]) : [ANY_V6];
  return [ip, ...wildcards].map((socket) => ({ ip: socket, port }));
}
