/**
 * Which processes are behind the registered URLs: those that listen at their targets.
 *
 * @module
 */
import { formatEndpoint } from "../base/address.ts";
import type { ForeignText } from "../base/printable.ts";
import type { RegistrationStatus } from "../host/control/status.ts";
import { NO_LISTENERS } from "../listen/machine/listeners.ts";
import { keepsFrom, type PortOwner } from "../listen/machine/port_owner.ts";
import type { MachineView } from "../listen/plan/plan_input.ts";
import { parseLocalTarget } from "../site/proxied/proxy_target.ts";

/** A process that serves a registered URL. */
export interface RegisteredProcess {
  /** Null if the system does not show it to this user. */
  readonly pid: number | null;
  /** Its name; null if the system does not show it. */
  readonly program: ForeignText | null;
}

/**
 * Returns the processes of each registration, in order; null where nothing can be said, as of a
 * target that is a Unix socket, or where the system does not show who listens.
 */
export async function registeredProcesses(
  registrations: readonly Pick<RegistrationStatus, "to">[],
  view: Pick<MachineView, "findListeners">,
): Promise<(readonly RegisteredProcess[] | null)[]> {
  const targets = registrations.map(({ to }) => {
    const target = parseLocalTarget(to);
    return target?.kind === "tcp" && target.ip !== null
      ? { ip: target.ip, port: target.port }
      : null;
  });
  const ports = new Set(targets.flatMap((target) => target === null ? [] : [target.port]));
  const { owners, unseen } = ports.size === 0 ? NO_LISTENERS : await view.findListeners(ports);
  const known = new Map<string, readonly RegisteredProcess[]>();
  return targets.map((target) => {
    if (target === null) return null;
    const key = formatEndpoint(target);
    const found = known.get(key) ?? owners.filter((owner) => {
      return owner.namespace === null && keepsFrom(owner, target, true);
    }).flatMap(processesOf);
    known.set(key, found);
    return found.length === 0 && unseen !== null ? null : found;
  });
}

/** Returns the processes of an owner, its workers too; one that is hidden stands for itself. */
function processesOf({ pid, program, workers }: PortOwner): RegisteredProcess[] {
  const pids = [...(pid === null && workers.length > 0 ? [] : [pid]), ...workers];
  return pids.map((one) => ({ pid: one, program }));
}
