/**
 * From the sockets that are open to those of a plan, all or nothing.
 *
 * New sockets are opened while the old ones go on listening, so that nobody is turned away. Only where
 * an old one is in the way of a new one (a wildcard and an address of the same port) it has to close
 * first; should the new one then fail, the old one is opened again. Sockets that are merely no longer
 * wanted are left to the caller, who drains them.
 *
 * @module
 */
import { ANY_V4, ANY_V6, type Endpoint } from "../../base/address.ts";
import { Fault } from "../../base/fault.ts";
import { endpointsCollide } from "../machine/port_owner.ts";
import type { FailedBind } from "../plan/make_plan.ts";
import type { Plan, PlannedEndpoint } from "../plan/plan.ts";
import type { SocketSet } from "./socket_set.ts";

/** How to go about it. */
interface TransitionOptions {
  readonly tcpBacklog: number;
  /** A socket on `::` takes IPv4 too. */
  readonly dualStack: boolean;
  /** True for a failure that brings everything back to what it was. */
  readonly isFatal: (failed: FailedBind) => boolean;
}

/**
 * Opens what `plan` wants opened; resolves to the attempts that failed and were not fatal. Throws the
 * fault of the first fatal failure, with everything as it was before.
 */
export async function makeTransition(
  sockets: SocketSet,
  plan: Plan,
  options: TransitionOptions,
): Promise<readonly FailedBind[]> {
  const opens = plan.endpoints.filter(({ action }) => action === "open");
  const closes = plan.endpoints.filter(({ action }) => action === "close");
  const inTheWay = colliding(closes, opens, options.dualStack);
  const blocked = colliding(opens, inTheWay, options.dualStack);
  const late = new Set(blocked);
  const free = opens.filter((wanted) => !late.has(wanted));

  const failed = sockets.open({ endpoints: free }, options.tcpBacklog);
  const first = failed.find(options.isFatal);
  if (first !== undefined) {
    await sockets.close(opens);
    throw first.fault;
  }
  if (blocked.length > 0) {
    await sockets.close(inTheWay);
    const lateFailed = sockets.open({ endpoints: blocked }, options.tcpBacklog);
    const second = lateFailed.find(options.isFatal);
    if (second !== undefined) {
      await sockets.close(opens);
      throw reopened(sockets, inTheWay, options) ?? second.fault;
    }
    failed.push(...lateFailed);
  }
  return failed;
}

/** Opens again what was in the way; the fault where somebody took it in that moment. */
function reopened(
  sockets: SocketSet,
  endpoints: readonly PlannedEndpoint[],
  { tcpBacklog }: TransitionOptions,
): Fault | null {
  const again = endpoints.map((endpoint) => ({ ...endpoint, action: "open" as const }));
  const [lost] = sockets.open({ endpoints: again }, tcpBacklog);
  if (lost === undefined) return null;
  const { message } = lost.fault;
  return new Fault(`Cannot go back to the sockets of before the change. ${message}`, {
    hint: lost.fault.hint ?? "httpcfg verify",
    cause: lost.fault,
  });
}

/**
 * Those of `some` that collide with one of `others`. Two addresses never do, so each is held against
 * the wildcards alone, of which a port has two: 10,000 addresses cost 10,000 looks.
 */
function colliding(
  some: readonly PlannedEndpoint[],
  others: readonly PlannedEndpoint[],
  dualStack: boolean,
): PlannedEndpoint[] {
  const wildcards = others.filter(isWildcard);
  return some.filter((one) =>
    (isWildcard(one) ? others : wildcards).some((other) => endpointsCollide(one, other, dualStack))
  );
}

function isWildcard({ ip }: Endpoint): boolean {
  return ip === ANY_V4 || ip === ANY_V6;
}
