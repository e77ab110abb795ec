/**
 * Does the machine answer exactly where the service says it listens? Pure: the attempts to connect
 * and the kernel's table of sockets come in, findings go out.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  compareIp,
  type Endpoint,
  formatEndpoint,
  type Ip,
  isIpv4,
} from "../../base/address.ts";
import { describeOwner, type PortOwner } from "../../listen/machine/port_owner.ts";
import type { Machine } from "../../listen/machine/machine_addresses.ts";

/** What a connection attempt met. */
export type ProbeResult = "accepted" | "refused" | "silent";

/** Tries to connect; never throws. */
type Probe = (endpoint: Endpoint) => Promise<ProbeResult>;

/**
 * What is wrong with one address and port.
 *
 * - `missing`: the service should answer there, and nobody does.
 * - `foreign`: another process answers; with `isExpected`, in the place of the service.
 * - `exposed`: the service answers where it should not.
 * - `certificate`: a name of a site gets a certificate that is not for it, or not valid now.
 */
type Verdict = "ok" | "missing" | "foreign" | "exposed" | "certificate";

/** One address and port that was tried; the field names are the JSON form. */
export interface Finding extends Endpoint {
  /** True where the service should answer. */
  readonly isExpected: boolean;
  readonly result: ProbeResult;
  readonly verdict: Verdict;
  /** Who answered, where it is known. */
  readonly detail: string | null;
}

/** Everything that is compared. */
export interface VerifyInput {
  /** Where the service listens, or would if nobody were in its way. */
  readonly expected: readonly Endpoint[];
  /** Ports in use: of open sockets, and of sites that did not start. */
  readonly ports: ReadonlySet<number>;
  readonly machine: Machine;
  /** Listening sockets of all processes on these ports; empty where the system does not tell. */
  readonly listeners: readonly PortOwner[];
  /** Process of the service. */
  readonly pid: number;
  readonly probe: Probe;
}

/** Connections that are tried at once: enough to be quick, few enough to disturb nobody. */
const PROBES_AT_ONCE = 32;

/** Tries every address of the machine, included or not, on every port in use. */
export async function verifyExposure(input: VerifyInput): Promise<Finding[]> {
  const targets = targetsOf(input);
  const own = input.listeners.filter(({ namespace }) => namespace === null);
  const facts: Facts = {
    expected: new Set(input.expected.map(formatEndpoint)),
    listeners: Map.groupBy(own, formatEndpoint),
    dualStack: input.machine.dualStack,
    pid: input.pid,
  };
  const findings: Finding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < targets.length; at = next++) {
      const target = targets[at]!;
      findings[at] = judge(target, await input.probe(target), facts);
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, worker));
  return findings;
}

/** A name that a site has over TLS, at one of the sockets that serve it. */
export interface NameTarget extends Endpoint {
  readonly name: string;
}

/** Asks for each name as a client does; `probeName` gives what is wrong, null for nothing. */
export async function verifyNames(
  targets: readonly NameTarget[],
  probeName: (endpoint: Endpoint, name: string) => Promise<string | null>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < targets.length; at = next++) {
      const { ip, port, name } = targets[at]!;
      const detail = await probeName({ ip, port }, name);
      const verdict = detail === null ? "ok" : "certificate";
      findings[at] = { ip, port, isExpected: true, result: "accepted", verdict, detail };
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, worker));
  return findings;
}

/** What each target is held against, found by its text: there may be 10,000 of each. */
interface Facts {
  readonly expected: ReadonlySet<string>;
  readonly listeners: ReadonlyMap<string, readonly PortOwner[]>;
  readonly dualStack: boolean;
  readonly pid: number;
}

/** Every address that a connection can come to: listed ones, and those that sockets name. */
function targetsOf({ expected, ports, machine, listeners }: VerifyInput): Endpoint[] {
  const ips = new Set<Ip>(machine.addresses.map(({ ip }) => ip));
  const targets = new Map<string, Endpoint>();
  const add = (endpoint: Endpoint): unknown => targets.set(formatEndpoint(endpoint), endpoint);
  for (const port of ports) for (const ip of ips) add({ ip, port });
  for (const { ip, port, namespace } of [...expected.map(inOwnNamespace), ...listeners]) {
    if (ip !== ANY_V4 && ip !== ANY_V6 && namespace === null) add({ ip, port });
  }
  return [...targets.values()].sort((a, b) => a.port - b.port || compareIp(a.ip, b.ip));
}

function inOwnNamespace(endpoint: Endpoint): Endpoint & { readonly namespace: null } {
  return { ...endpoint, namespace: null };
}

function judge(target: Endpoint, result: ProbeResult, facts: Facts): Finding {
  const sockets = socketsReaching(target, facts.dualStack).map(formatEndpoint);
  const isExpected = sockets.some((socket) => facts.expected.has(socket));
  // The kernel gives a connection to the socket on the very address before one on the wildcard.
  const receivers = sockets.map((socket) => facts.listeners.get(socket) ?? [])
    .find((owners) => owners.length > 0) ?? [];
  const isOurs = receivers.some((held) => held.pid === facts.pid);
  const other = receivers.find((held) => held.pid !== facts.pid);
  const detail = other === undefined ? null : describeOwner(other);
  const common = { ...target, isExpected, result };
  if (result !== "accepted") {
    return { ...common, verdict: isExpected ? "missing" : "ok", detail };
  }
  if (other !== undefined && !isOurs) return { ...common, verdict: "foreign", detail };
  if (isExpected) return { ...common, verdict: "ok", detail: null };
  return { ...common, verdict: isOurs ? "exposed" : "foreign", detail };
}

/** Sockets that a connection to `target` can come to, the most special first. */
function socketsReaching({ ip, port }: Endpoint, dualStack: boolean): Endpoint[] {
  const wildcards = isIpv4(ip) ? (dualStack ? [ANY_V4, ANY_V6] : [ANY_V4]) : [ANY_V6];
  return [ip, ...wildcards].map((socket) => ({ ip: socket, port }));
}
