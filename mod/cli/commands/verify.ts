/**
 * `verify`: proves that the machine responds exactly where the service says it listens.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, type Ip, isWildcard, parseIp } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { blocksOf } from "../../config/document/address_block.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { type Binding, parseBinding } from "../../config/document/binding.ts";
import { probe, reachesService } from "../../host/inspect/probe.ts";
import type { ServiceStatus, SiteStatus } from "../../host/control/status.ts";
import {
  type ExpectedSite,
  type Finding,
  isFailure,
  type NameTarget,
  verifyExposure,
  verifyNames,
  verifySites,
} from "../../host/inspect/verify.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import { askSystem } from "../../listen/machine/ask_system.ts";
import { type Machine, readMachine } from "../../listen/machine/machine_addresses.ts";
import { THIS_MACHINE, withLinks } from "../../listen/plan/plan_input.ts";
import { boundAddresses, reaches } from "../../listen/plan/listen_addresses.ts";
import { span } from "../core/screen/colors.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { report } from "../core/report.ts";
import { secretAccess } from "../core/notices/access_notices.ts";
import { storedNotices } from "../core/notices/stored_notice.ts";
import { type ColumnLook, table } from "../core/table.ts";
import { openEndpoints } from "./plan.ts";

const verify: CommandSpec = {
  name: "verify",
  usage: "",
  summary: "Prove by connecting that the service listens where it says, and nowhere else",
  details: [
    "Connects to every address of this machine, included or not, on every port in use, and " +
    "compares the answer with what the service says. It fails where a served address does not " +
    "answer, or another program answers in place of the service or beside it; where the service answers on " +
    "an address that is excluded; where a site that starts by itself has no open socket; and " +
    "where the certificate for the host name of a site is for another name or not valid now.",
    "Another program on an address that is not included is listed and is no failure.",
    "On Windows it fails, too, if other users can read the keys of certificates or other secrets; " +
    "it says so if that cannot be told.",
    "The connections come from this machine, so they do not show what a firewall lets through.",
    "Exit status 0 if everything is as expected, 1 if not, 3 if something answers of which neither " +
    "the system nor the service says what it is.",
  ],
  examples: [
    { line: "httpcfg verify", shows: "show what is wrong" },
    { line: "httpcfg verify --format csv", shows: "every check, for a nightly job" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    io.progress?.("asking", "the service");
    const status = await io.control.ask({ op: "status" });
    if (status === null) {
      throw new Fault("Cannot verify: the service is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    const stored = await io.store.read().catch(() => null);
    const bindings = status.sites.flatMap(bindingsOf);
    const read = await withLinks(readMachine(), [], bindings.flatMap(({ ip }) => ip ?? []));
    const wanted = read.addresses.map(({ ip }) => ip);
    const machine = await askSystem(read, { named: [], wanted, progress: io.progress });
    const addresses = new AddressTable(machine);
    const proxies = blocksOf(status.settings?.ProxyProtocol ?? []);
    const ports = new Set([...status.endpoints, ...bindings].map(({ port }) => port));
    const listeners = await (io.machine ?? THIS_MACHINE).findListeners(ports);
    const findings = [
      ...verifySites(
        expectedSites(status, stored?.sites ?? [], addresses),
        openEndpoints(status),
        machine.dualStack,
      ),
      ...await verifyExposure({
        expected: wantedEndpoints(status),
        ports,
        machine,
        absenceOf: (ip) => addresses.absenceOf(ip),
        listeners,
        reachesService: (endpoint) => reachesService(endpoint, (client) => hasClient(io, client)),
        pid: status.pid ?? 0,
        probe,
        progress: io.progress,
      }),
      ...await verifyNames(
        nameTargets(status, machine),
        (endpoint, name) => probeNameLater(endpoint, name, proxies),
        io.progress,
      ),
    ];
    const access = await secretAccess(io);
    const failures = findings.filter(isFailure).length;
    const unknown = findings.filter(({ verdict }) => verdict === "unknown").length;
    const shown = findings.filter(({ verdict }) => verdict !== "ok");
    await writeListing(input, io, listing(findings), {
      text(): void {
        if (shown.length > 0) io.show(table(textListing(shown), io.screen, { looks: LOOKS }));
        report(io, storedNotices(status.stored, "httpcfg plan"));
      },
      json: { findings: jsonFindings(findings) },
    });
    report(io, access.notices);
    io.note([
      `${findings.length} checks: `,
      failures > 0
        ? span("error", `${failures} failed`)
        : unknown > 0
        ? span("waiting", `${unknown} not known`)
        : span("good", "all as expected"),
    ]);
    if (failures > 0 || access.isOpen) return EXIT.failed;
    return unknown > 0 ? EXIT.unknown : EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [verify];

/**
 * Returns where the service should respond, even if another program keeps it from listening there.
 */
function wantedEndpoints({ endpoints }: ServiceStatus): Endpoint[] {
  return endpoints.flatMap(({ ip, port, state }) => {
    const parsed = parseIp(ip);
    return parsed !== null && (state === "open" || state === "refused")
      ? [{ ip: parsed, port }]
      : [];
  });
}

/**
 * Returns the sites that start by themselves, and why those that do not run do not: the stored ones,
 * with the bindings that are in force, and any other that the service has.
 */
function expectedSites(
  { sites }: ServiceStatus,
  stored: readonly SiteRecord[],
  addresses: AddressTable,
): ExpectedSite[] {
  const inForce = new Map(sites.map((site) => [site.id, site]));
  const own = stored.filter(({ autoStart, id }) => autoStart && !inForce.has(id)).map((site) => {
    const bindings = [...site.bindings, ...site.secureBindings];
    return { name: site.name, bindings, reason: "it is stored, not applied (httpcfg reload)" };
  });
  const starting = new Set(stored.filter(({ autoStart }) => autoStart).map(({ id }) => id));
  const running = sites.filter(({ id, state, reason }) => {
    return state !== "stopped" || reason !== null || starting.has(id);
  }).map(({ name, bindings, state, reason }) => {
    return { name, bindings, reason: state === "stopped" ? reason ?? "it is stopped" : null };
  });
  return [...running, ...own].map(({ name, bindings, reason }) => {
    const bound = bindingsOf({ bindings }).flatMap(({ ip, port }) => {
      const ips: readonly (Ip | null)[] = ip === null ? [ip] : boundAddresses(ip, addresses);
      return ips.map((one) => ({ ip: one, port }));
    });
    return { name, bound, reason };
  });
}

/** Returns the TLS host names of the started sites, with every open socket that serves them. */
function nameTargets({ endpoints, sites }: ServiceStatus, machine: Machine): NameTarget[] {
  const started = sites.filter(({ state }) => state === "started");
  const open = openEndpoints({ endpoints: endpoints.filter(({ scheme }) => scheme === "https") });
  const first = machine.addresses[0]?.ip;
  const named = started.flatMap(bindingsOf).filter(({ host }) => host !== "");
  return named.flatMap(({ ip, port, host: name }) => {
    const serving = open.filter((socket) =>
      socket.port === port && (ip === null || reaches(socket, { ip, port }, true))
    );
    return serving.map((socket) => {
      return {
        ip: ip ?? (isWildcard(socket.ip) && first !== undefined ? first : socket.ip),
        port,
        name: name.replace("*", "any"), // a client asks for one of the names below a wildcard
      };
    });
  });
}

/** Returns the bindings of a site as the service has them, which may not be the stored ones. */
function bindingsOf({ bindings }: Pick<SiteStatus, "bindings">): Binding[] {
  return bindings.flatMap((text) => {
    const binding = parseBinding(text);
    return isProblem(binding) ? [] : [binding];
  });
}

function listing(findings: readonly Finding[]): Listing {
  return {
    name: "findings",
    columns: ["verdict", "endpoint", "expected", "result", "detail", "failed"],
    rows: findings.map((finding) => {
      const { verdict, isExpected: expected, result, detail } = finding;
      const endpoint = formatEndpoint(finding);
      return { verdict, endpoint, expected, result, detail, failed: isFailure(finding) };
    }),
  };
}

/** Returns the findings as records of JSON, which have the other programs too. */
function jsonFindings(findings: readonly Finding[]): object[] {
  return listing(findings).rows.map((row, i) => ({ ...row, holders: findings[i]!.holders ?? [] }));
}

/** Returns the findings as sentences of four columns. */
function textListing(findings: readonly Finding[]): Listing {
  return {
    name: "findings",
    columns: ["result", "endpoint", "expected", "found"],
    rows: findings.map((finding) => ({
      result: isFailure(finding) ? "FAILED" : finding.verdict === "unknown" ? "UNKNOWN" : "note",
      endpoint: formatEndpoint(finding),
      expected: finding.isExpected ? "httpcfg" : "not httpcfg",
      found: foundText(finding),
    })),
  };
}

const LOOKS: Readonly<Record<string, ColumnLook>> = {
  result: { kind: "key", meaning: (cell) => cell === "FAILED" ? "error" : "faint" },
  endpoint: { kind: "key" },
  expected: { kind: "key" },
};

function foundText({ verdict, result, detail }: Finding): string {
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

/**
 * Asks the service whether a connection from `client` is open; null if it cannot say, as an older one
 * that does not know the question.
 */
async function hasClient(io: Pick<CommandIo, "control">, client: string): Promise<boolean | null> {
  try {
    const status = await io.control.ask({ op: "client", client, brief: true });
    return status?.hasClient ?? null;
  } catch {
    return null;
  }
}

/** Loads TLS for the first name: that takes as long as the runtime takes to start. */
async function probeNameLater(
  endpoint: Endpoint,
  name: string,
  proxies: IpBlocks,
): Promise<string | null> {
  const { probeName } = await import("../../host/inspect/probe_tls.ts");
  return await probeName(endpoint, name, proxies);
}
