/**
 * Replaces the open sockets by those of a plan, all or nothing.
 *
 * New sockets are opened while the old ones continue to listen, so that no client is rejected. They
 * do not accept: who connects to them is served when the caller has put into force what belongs to
 * them. Only if an old one conflicts with a new one (a wildcard and an address of the same port) does
 * it have to close first; if the new one then fails, the old one is opened again. Sockets that are
 * merely no longer needed are left to the caller, who drains them.
 *
 * @module
 */
import { isWildcard } from "../../base/address.ts";
import { Fault } from "../../base/fault.ts";
import { inSlices } from "../../base/work/slices.ts";
import { filter } from "../../base/work/steps.ts";
import { endpointsCollide } from "../machine/port_owner.ts";
import type { FailedBind } from "../plan/make_plan.ts";
import type { Plan, PlannedEndpoint } from "../plan/plan.ts";
import type { Sockets } from "./socket_set.ts";

/** Options of {@linkcode makeTransition}. */
interface TransitionOptions {
  readonly tcpBacklog: number;
  /** Whether a socket on `::` accepts IPv4 too. */
  readonly dualStack: boolean;
  /** Reports whether a failure restores everything to what it was. */
  readonly isFatal: (failed: FailedBind) => boolean;
}

/**
 * Opens what `plan` says to open. Resolves to the attempts that failed and were not fatal. Throws
 * the fault of the first fatal failure, after everything has been restored.
 */
export async function makeTransition(
  sockets: Sockets,
  plan: Plan,
  options: TransitionOptions,
): Promise<readonly FailedBind[]> {
  const opens = await inSlices(filter(plan.endpoints, ({ action }) => action === "open"));
  const closes = await inSlices(filter(plan.endpoints, ({ action }) => action === "close"));
  const conflicting = colliding(closes, opens, options.dualStack);
  const blocked = new Set(colliding(opens, conflicting, options.dualStack));
  const free = opens.filter((endpoint) => !blocked.has(endpoint));

  const failed = await sockets.open({ endpoints: free }, options.tcpBacklog);
  const first = failed.find(options.isFatal);
  if (first !== undefined) {
    await sockets.close(opens);
    throw first.fault;
  }
  if (blocked.size > 0) {
    await sockets.close(conflicting);
    const lateFailed = await sockets.open({ endpoints: [...blocked] }, options.tcpBacklog);
    const second = lateFailed.find(options.isFatal);
    if (second !== undefined) {
      await sockets.close(opens);
      throw await reopen(sockets, conflicting, options) ?? second.fault;
    }
    failed.push(...lateFailed);
  }
  return failed;
}

/**
 * Opens the conflicting sockets again. Returns a fault if another process has bound one meanwhile.
 */
async function reopen(
  sockets: Sockets,
  endpoints: readonly PlannedEndpoint[],
  { tcpBacklog }: TransitionOptions,
): Promise<Fault | null> {
  const again = endpoints.map((endpoint) => ({ ...endpoint, action: "open" as const }));
  const [lost] = await sockets.open({ endpoints: again }, tcpBacklog);
  await sockets.acceptAll(); // they are served as before
  if (lost === undefined) return null;
  const { message } = lost.fault;
  return new Fault(`Cannot restore the previous sockets. ${message}`, {
    hint: lost.fault.hint ?? "httpcfg verify",
    cause: lost.fault,
  });
}

/**
 * Returns those of `some` that collide with one of `others`. Two addresses never do, so each is
 * only compared with the wildcards, of which a port has two: 10,000 addresses cost 10,000
 * comparisons.
 */
function colliding(
  some: readonly PlannedEndpoint[],
  others: readonly PlannedEndpoint[],
  dualStack: boolean,
): PlannedEndpoint[] {
  const wildcards = others.filter(({ ip }) => isWildcard(ip));
  return some.filter((one) =>
    (isWildcard(one.ip) ? others : wildcards).some((other) =>
      endpointsCollide(one, other, dualStack)
    )
  );
}
