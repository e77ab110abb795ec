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
} from "../base/address.ts";
import { describeHolder, type Holder } from "../listen/holder.ts";
import type { Machine } from "../listen/machine_addresses.ts";
import { reaches } from "../listen/reach.ts";

/** What a connection attempt met. */
export type ProbeResult = "accepted" | "refused" | "silent";

/** Tries to connect; never throws. */
export type Probe = (endpoint: Endpoint) => Promise<ProbeResult>;

/**
 * What is wrong with one address and port.
 *
 * - `missing`: the service should answer there, and nobody does.
 * - `foreign`: another process answers; with `isExpected`, in the place of the service.
 * - `exposed`: the service answers where it should not.
 */
export type Verdict = "ok" | "missing" | "foreign" | "exposed";

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
  readonly listeners: readonly Holder[];
  /** Process of the service. */
  readonly pid: number;
  readonly probe: Probe;
}

/** Connections that are tried at once: enough to be quick, few enough to disturb nobody. */
const PROBES_AT_ONCE = 32;

/** Tries every address of the machine, included or not, on every port in use. */
export async function verifyExposure(input: VerifyInput): Promise<Finding[]> {
  const targets = targetsOf(input);
  const findings: Finding[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < targets.length; at = next++) {
      const target = targets[at]!;
      findings[at] = judge(target, await input.probe(target), input);
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, worker));
  return findings;
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

function judge(target: Endpoint, result: ProbeResult, input: VerifyInput): Finding {
  const { expected, machine, listeners, pid } = input;
  const isExpected = expected.some((socket) => reaches(socket, target, machine.dualStack));
  const there = listeners.filter((held) =>
    held.namespace === null && reaches(held, target, machine.dualStack)
  );
  // The kernel gives a connection to the socket on the very address before one on the wildcard.
  const exact = there.filter(({ ip }) => ip === target.ip);
  const takers = exact.length > 0 ? exact : there;
  const isOurs = takers.some((held) => held.pid === pid);
  const other = takers.find((held) => held.pid !== pid);
  const detail = other === undefined ? null : describeHolder(other);
  const common = { ...target, isExpected, result };
  if (result !== "accepted") {
    return { ...common, verdict: isExpected ? "missing" : "ok", detail };
  }
  if (other !== undefined && !isOurs) return { ...common, verdict: "foreign", detail };
  if (isExpected) return { ...common, verdict: "ok", detail: null };
  return { ...common, verdict: isOurs || there.length > 0 ? "exposed" : "foreign", detail };
}
