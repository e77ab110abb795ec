/**
 * Lines of the report about the service: its status, its plan, its sockets, what it has counted. Pure.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../../../base/address.ts";
import { grouped } from "../../../../base/grouped.ts";
import { diffValues } from "../../../../config/document/diff.ts";
import { DEFAULT_DOCUMENT } from "../../../../config/document/document.ts";
import type { ServiceStatus } from "../../../../host/control/status.ts";
import type { Listeners } from "../../../../listen/machine/listeners.ts";
import { describeOwner, isProcessOf } from "../../../../listen/machine/port_owner.ts";
import type { Plan } from "../../../../listen/plan/make_plan.ts";
import { quantile, sumBuckets } from "../../../../telemetry/metrics/rates.ts";
import { type ReasonCounts, STATUS_CLASSES } from "../../../../telemetry/metrics/totals.ts";
import { documentView } from "./document_view.ts";
import type { Facts } from "./gather.ts";
import type { Masker } from "./masker.ts";
import { limited } from "./section_lines.ts";

/** What is stored, as far as it can be compared with what a status has. */
interface ComparedDocument {
  readonly ipListen?: unknown;
  readonly settings?: unknown;
}

/** The status of the service. */
export function statusLines(status: ServiceStatus | null, masker: Masker): string[] {
  if (status === null) return ["not running"];
  const { pid, user, startedAt, services, connections, tunnels, appliedAt, unconfirmedUntil } =
    status;
  return [
    `process: ${pid ?? "none"}, user ${user ? masker.user(user) : "not known"}, since ${
      startedAt ?? "-"
    }`,
    `services: ${services.map(({ name, state }) => `${name} ${state}`).join(", ")}`,
    `connections: ${connections}, tunnels: ${tunnels ?? 0}, in force since: ${appliedAt ?? "-"}`,
    ...(unconfirmedUntil === null ? [] : [`unconfirmed until: ${unconfirmedUntil}`]),
    ...(status.workers ?? []).map((worker) => {
      return `worker: process ${worker.pid}, ${worker.state}, ${worker.connections} connections`;
    }),
    ...limited(endpointLines(status, masker)),
    ...limited(status.sites.map(({ id, name, state, reason, bindings }) => {
      const bound = bindings.slice(0, 8).map((one) => masker.value(one)).join(" ");
      return `site ${id} ${masker.site(name)}: ${state}${because(reason, masker)}; ${bound}`;
    })),
    ...limited((status.upstreams ?? []).map((one) => {
      const { state, since, cause, requests, lastCheck } = one;
      const check = lastCheck === null
        ? ""
        : `, checked ${lastCheck.time}${because(lastCheck.failure, masker)}`;
      return `upstream of site ${one.siteId}: ${masker.value(one.upstream)} ${state} since ` +
        `${since}${
          because(cause, masker)
        }, ${requests} requests, ${one.connections} connections${check}`;
    })),
    ...limited(status.registrations.map(({ url, to, uid, since, stored }) => {
      return `registration: ${masker.sentence(url)} to ${masker.value(to)} of user ${uid} since ` +
        `${since}${stored ? ", stored" : ""}`;
    })),
    ...limited((status.acme ?? []).map((one) => {
      return `certificate by ACME: ${one.names.map((name) => masker.value(name)).join(" ")} ` +
        `${one.state}, until ${one.notAfter ?? "-"}, next ${one.renewAt ?? "-"}, again ` +
        `${one.retryAt ?? "-"}${because(one.error, masker)}`;
    })),
    ...(status.fleet === undefined ? [] : [fleetLine(status.fleet, masker)]),
    ...limited((status.unmatched ?? []).map((entry) => `no interface for: ${masker.value(entry)}`)),
    ...limited([...status.problems ?? [], ...status.notes ?? []].map(({ text }) => {
      return `problem: ${masker.sentence(text)}`;
    })),
  ];
}

/** The name of a member is mostly the one of its host. */
function fleetLine(
  { name, revision, wanted, head, outcome, reason, overrides }: NonNullable<ServiceStatus["fleet"]>,
  masker: Masker,
): string {
  return `fleet: ${masker.value(name)} ${outcome}, revision ${revision ?? "-"}, wanted ` +
    `${wanted ?? "-"}, newest ${head ?? "-"}, ${overrides.length} overrides` +
    because(reason, masker);
}

/** Those that are open are counted by port: ten thousand lines would hide the others. */
function endpointLines({ endpoints }: ServiceStatus, masker: Masker): string[] {
  const open = endpoints.filter(({ state }) => state === "open");
  const ports = Map.groupBy(open, ({ port, scheme }) => `${scheme} ${port}`);
  const counts = [...ports].map(([name, all]) => {
    const some = all.slice(0, 8).map(({ ip }) => masker.address(ip as Ip)).join(" ");
    return `open: ${name} on ${grouped(all.length)} addresses: ${some}${
      all.length > 8 ? " …" : ""
    }`;
  });
  const others = endpoints.filter(({ state }) => state !== "open").map((one) => {
    const endpoint = masker.finish(formatEndpoint({ ip: one.ip as Ip, port: one.port }));
    return `${one.state}: ${one.scheme} ${endpoint}${because(one.cause, masker)}`;
  });
  return [...counts, ...others];
}

function because(reason: string | null, masker: Masker): string {
  return reason === null || reason === "" ? "" : `: ${masker.sentence(reason)}`;
}

/** How what is stored differs from what is in force. */
export function differenceLines(
  status: ServiceStatus | null,
  stored: unknown,
  { masker, words }: { readonly masker: Masker; readonly words: ReadonlySet<string> },
): string[] {
  if (status === null) return ["nothing is in force"];
  const known = status.stored;
  const first = known === undefined
    ? "the service is older and does not say"
    : known.problem === null
    ? `changes that are not applied: ${known.changes}`
    : `the stored document cannot be used: ${masker.sentence(known.problem)}`;
  const document = stored as ComparedDocument | null | undefined ?? DEFAULT_DOCUMENT;
  const parts = (["ipListen", "settings"] as const).flatMap((name) => {
    return diffValues(status[name] ?? {}, document[name] ?? {}, name);
  });
  const lines = parts.map(({ at, before, after }) => {
    const field = at.split(".");
    const show = (value: unknown): string => {
      if (value === undefined) return "-";
      const own = { [field.at(-1)!]: value };
      return JSON.stringify(Object.values(documentView(own, masker, words) as object)[0]);
    };
    const name = field.map((part) => words.has(part) ? part : masker.mask(part)).join(".");
    return `${name}: ${show(before)} in force, ${show(after)} stored`;
  });
  return [first, ...limited(lines)];
}

/** What a reload would do. */
export function planLines(plan: Plan | null, masker: Masker): string[] {
  if (plan === null) return ["there is none for a document that cannot be used"];
  const counts = Map.groupBy(plan.endpoints, ({ action }) => action);
  const endpoints = plan.endpoints.filter(({ action }) => action !== "keep" && action !== "open");
  const shown = [...endpoints, ...plan.endpoints.filter(({ action }) => action === "open")];
  return [
    `sockets: ${
      [...counts].map(([action, all]) => `${all.length} ${action}`).join(", ") || "none"
    }`,
    ...limited(shown.map((one) => {
      const endpoint = masker.finish(formatEndpoint(one));
      return `${one.action}: ${one.secure ? "https" : "http"} ${endpoint}: ${
        masker.sentence(one.cause)
      }`;
    })),
    ...limited(
      plan.sites.filter(({ reason }) => reason !== null).map(({ name, state, reason }) => {
        return `site ${masker.site(name)} ${state}${because(reason, masker)}`;
      }),
    ),
    ...limited(plan.unmatched.map((entry) => `no interface for: ${masker.value(entry)}`)),
    ...(plan.unseen === undefined ? [] : [`not known: ${masker.sentence(plan.unseen)}`]),
  ];
}

/** Who listens on the ports that matter here; the programs on others are nobody's business. */
export function socketLines(
  { owners, unseen }: Listeners,
  { plan, status }: Pick<Facts, "plan" | "status">,
  masker: Masker,
): string[] {
  const ports = new Set([...plan.value?.endpoints ?? [], ...status.value?.endpoints ?? []].map(
    ({ port }) => port,
  ));
  const pid = status.value?.pid ?? null;
  const own = owners.filter((owner) => {
    return ports.has(owner.port) || (pid !== null && isProcessOf(pid, owner));
  });
  const others = owners.length - own.length;
  return [
    ...limited(own.map((owner) => {
      const user = owner.user === null ? null : masker.user(owner.user);
      const space = owner.namespace === null ? "" : ", in another network namespace";
      return masker.sentence(`${describeOwner({ ...owner, user })}${space}`);
    })),
    ...(others === 0 ? [] : [`${others} sockets on ports of others are left out`]),
    ...(unseen === null ? [] : [`not seen: ${masker.sentence(unseen)}`]),
  ];
}

/** What the service has counted. */
export function metricsLines(answer: ServiceStatus | null, masker: Masker): string[] {
  if (answer === null) return ["not running"];
  const { totals } = answer;
  if (totals === undefined) return ["the service is older and counts nothing"];
  const { connections, tls, cache, lostLogLines } = totals;
  const classes = STATUS_CLASSES.map((name, i) => {
    return `${name} ${totals.requests.reduce((sum, row) => sum + (row.classes[i] ?? 0), 0)}`;
  });
  const bytes = (field: "sentBytes" | "receivedBytes"): number => {
    return totals.requests.reduce((sum, row) => sum + row[field], 0);
  };
  const all = sumBuckets(totals.durations.map(({ buckets }) => buckets));
  const shares = [0.5, 0.95, 0.99].map((share) => {
    const seconds = quantile(all, share);
    return `${share * 100} % below ${seconds === null ? "-" : `${seconds.toFixed(4)} s`}`;
  });
  const reasons = (counts: ReasonCounts): string => {
    return counts.map(([reason, count]) => `${masker.sentence(reason)} ${count}`).join(", ") ||
      "none";
  };
  return [
    `responses: ${classes.join(", ")}; bytes sent ${bytes("sentBytes")}, received ${
      bytes("receivedBytes")
    }`,
    `durations: ${shares.join(", ")}`,
    `connections: ${connections.open} open, ${connections.idle} idle, ${connections.tunnels} ` +
    `tunnels, ${connections.accepted} accepted`,
    `refused: ${reasons(totals.refused)}`,
    `TLS: ${tls.handshakes} handshakes; failures: ${reasons(tls.failures)}`,
    `cache: ${cache.hits} hits, ${cache.misses} misses; lost log lines: ${lostLogLines}`,
    ...totals.workers.map((one) => {
      return `worker ${one.worker}: process ${one.pid}, ${one.requests} requests, ` +
        `${one.connections} connections, ${one.residentBytes} bytes, ${
          one.cpuSeconds.toFixed(1)
        } s of a processor, late ${one.lagSeconds.toFixed(4)} s, at most ${
          one.maxLagSeconds.toFixed(4)
        } s`;
    }),
    ...limited((answer.certificates ?? []).map(({ name, keys, names, notAfter }) => {
      const shown = [...keys, ...names].map((one) => masker.value(one)).join(" ");
      return `certificate ${masker.certificate(name)} until ${masker.value(notAfter)}: ${shown}`;
    })),
    ...limited(totals.requests.map((row) => {
      const counts = row.classes.map((count, i) => `${STATUS_CLASSES[i]} ${count}`).join(", ");
      const site = row.site === "" ? "no site" : masker.site(row.site);
      return `${site} on ${masker.finish(row.address)}: ${counts}`;
    })),
  ];
}
