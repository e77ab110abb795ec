/**
 * What an administrator has to look at, from the status of the service: for the live page. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type {
  AddressRow,
  AttentionRow,
  CertificateRow,
  UpstreamRow,
} from "../../site/about/dashboard_view.ts";
import type { ServiceStatus } from "../control/status.ts";

/** Days before its end at which a certificate of a file is worth a warning. */
const EXPIRY_DAYS = 21;

interface AttentionSources {
  readonly status: ServiceStatus;
  /** The addresses that should be open, and are not. */
  readonly closed: readonly AddressRow[];
  readonly upstreams: readonly UpstreamRow[];
  readonly certificates: readonly CertificateRow[];
}

type Found = Omit<AttentionRow, "key">;

/** Returns all of it, the worst first. */
export function attentionOf(sources: AttentionSources): AttentionRow[] {
  const found = [
    ...ofService(sources.status),
    ...ofSites(sources.status),
    ...ofAddresses(sources.closed),
    ...sources.upstreams.filter(({ state }) => state === "down").map(ofUpstream),
    ...sources.certificates.flatMap(ofCertificate),
  ];
  const problems = found.filter(({ level }) => level === "problem");
  const rows = [...problems, ...found.filter(({ level }) => level === "warning")];
  const byKey = new Map(rows.map((row) => [`${row.about}: ${row.text}`, row]));
  return [...byKey].map(([key, row]) => ({ key, ...row }));
}

function ofService(status: ServiceStatus): Found[] {
  const { stored, problems = [], notes = [], unconfirmedUntil, unmatched = [], fleet } = status;
  const service = (level: Found["level"], text: string, hint: string | null): Found => {
    return { level, about: "service", text, hint };
  };
  const found = problems.map(({ text, hint }) => service("problem", text, hint));
  if (typeof stored?.problem === "string") {
    const text = `the stored document cannot be used: ${stored.problem}`;
    found.push(service("problem", text, stored.hint));
  } else if (stored !== undefined && stored.changes !== 0) {
    const changes = stored.changes === 1 ? "1 change" : `${stored.changes} changes`;
    found.push(service("warning", `stored, not applied: ${changes}`, "httpcfg plan"));
  }
  if (fleet !== undefined && fleet.reason !== null) {
    const text = `the store of the fleet cannot be reached: ${fleet.reason}`;
    found.push({ level: "warning", about: "fleet", text, hint: "httpcfg status" });
  }
  if (unconfirmedUntil !== null) {
    found.push(service("warning", "a change reverts unless it is confirmed", "httpcfg confirm"));
  }
  for (const entry of unmatched) {
    const text = "names no interface of this machine";
    found.push({ level: "warning", about: `entry ${quote(entry)}`, text, hint: null });
  }
  return [...found, ...notes.map(({ text, hint }) => service("warning", text, hint))];
}

function ofSites({ sites }: ServiceStatus): Found[] {
  return sites.flatMap(({ name, state, reason, waiting, hints = [] }): Found[] => {
    if (state !== "stopped" || reason === null) return [];
    const level = waiting === true ? "warning" : "problem";
    return [{ level, about: `site ${quote(name)}`, text: reason, hint: hints[0] ?? null }];
  });
}

/** Addresses with the same cause are one row: a list of 10,000 may lack an interface. */
function ofAddresses(closed: readonly AddressRow[]): Found[] {
  const groups = Map.groupBy(closed, ({ state, cause }) => `${state} ${cause}`);
  return [...groups.values()].map((some) => {
    const { address, state, cause } = some[0]!;
    const more = some.length === 1 ? "" : ` and ${some.length - 1} more`;
    return {
      level: state === "refused" ? "problem" : "warning",
      about: `address ${address}${more}`,
      text: `${state === "refused" ? "refused" : "waiting"}: ${cause ?? "no cause is known"}`,
      hint: null,
    };
  });
}

function ofUpstream({ site, path, upstream, cause }: UpstreamRow): Found {
  const place = path === "/" ? quote(site) : `${quote(site)}, ${path}`;
  const text = cause === null ? "down" : `down: ${cause}`;
  return { level: "problem", about: `upstream ${upstream} of site ${place}`, text, hint: null };
}

function ofCertificate({ names, daysLeft, source, problem, key }: CertificateRow): Found[] {
  const about = `certificate of ${names.length === 0 ? key : names.join(", ")}`;
  const row = (level: Found["level"], text: string): Found[] => {
    return [{ level, about, text, hint: "httpcfg cert list" }];
  };
  if (daysLeft !== null && daysLeft < 0) return row("problem", "it has expired");
  if (problem !== null) return row("problem", problem);
  // One by ACME is renewed by itself; if that fails, there is a problem.
  if (source === "acme" || daysLeft === null || daysLeft >= EXPIRY_DAYS) return [];
  return row("warning", `it expires in ${daysLeft === 1 ? "1 day" : `${daysLeft} days`}`);
}
