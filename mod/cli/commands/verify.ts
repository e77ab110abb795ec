/**
 * `verify`: proves that the machine responds exactly where the service says it listens.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, type Ip, isWildcard, parseIp } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault } from "../../base/fault.ts";
import { probe } from "../../host/inspect/probe.ts";
import { probeName } from "../../host/inspect/probe_tls.ts";
import type { ServiceStatus } from "../../host/control/status.ts";
import {
  type ExpectedSite,
  type Finding,
  isFailure,
  type NameTarget,
  verifyExposure,
  verifyNames,
  verifySites,
} from "../../host/inspect/verify.ts";
import { portsOf } from "../../listen/plan/sites_to_plan.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import { findListeners } from "../../listen/machine/port_owners.ts";
import type { PlanInput } from "../../listen/plan/make_plan.ts";
import { boundAddresses, reaches } from "../../listen/plan/listen_addresses.ts";
import { type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { table } from "../core/table.ts";
import { openEndpoints, readPlanInput } from "./plan.ts";

const verify: CommandSpec = {
  name: "verify",
  usage: "",
  summary: "Prove by connecting that the service listens where it says, and nowhere else",
  details: [
    "Connects to every address of this machine, included or not, on every port in use, and " +
    "compares the answer with what the service says. It fails where a served address does not " +
    "answer, or another program answers in place of the service; where the service answers on " +
    "an address that is excluded; where a site that starts by itself has no open socket; and " +
    "where the certificate for the host name of a site is for another name or not valid now.",
    "Another program on an address that is not included is listed and is no failure.",
    "The connections come from this machine, so they do not show what a firewall lets through.",
    "Exit status 0 if everything is as expected, 1 if not.",
  ],
  examples: [
    { line: "httpcfg verify", shows: "show what is wrong" },
    { line: "httpcfg verify --format csv", shows: "every check, for a nightly job" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { input: facts, status } = await readPlanInput(io);
    if (status === null) {
      throw new Fault("Cannot verify: the service is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    const ports = portsOf(facts.sites);
    for (const { port } of status.endpoints) ports.add(port);
    const findings = [
      ...verifySites(expectedSites(status, facts), openEndpoints(status), facts.machine.dualStack),
      ...await verifyExposure({
        expected: wantedEndpoints(status),
        ports,
        machine: facts.machine,
        listeners: await findListeners(ports),
        pid: status.pid ?? 0,
        probe,
      }),
      ...await verifyNames(nameTargets(status, facts), probeName),
    ];
    const failures = findings.filter(isFailure).length;
    const shown = findings.filter(({ verdict }) => verdict !== "ok");
    await writeListing(input, io, listing(findings), {
      text: () => shown.length > 0 && io.out(table(textListing(shown))),
    });
    io.note(
      `${findings.length} checks: ${failures === 0 ? "all as expected" : `${failures} failed`}`,
    );
    return failures === 0 ? EXIT.ok : EXIT.failed;
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

/** Returns the stored sites that start by themselves, and why those that do not run do not. */
function expectedSites(
  { sites }: ServiceStatus,
  { sites: stored, machine }: PlanInput,
): ExpectedSite[] {
  const addresses = new AddressTable(machine);
  const running = new Map(sites.map((site) => [site.id, site]));
  return stored.filter(({ enabled, url }) => enabled && url === undefined).map((site) => {
    const bound = site.bindings.flatMap(({ ip, port }) => {
      const ips: readonly (Ip | null)[] = ip === null ? [ip] : boundAddresses(ip, addresses);
      return ips.map((one) => ({ ip: one, port }));
    });
    const found = running.get(site.id);
    const reason = found === undefined
      ? "it is stored, not applied (httpcfg reload)"
      : found.state === "stopped"
      ? found.reason ?? "it is stopped"
      : null;
    return { name: site.name, bound, reason };
  });
}

/** Returns the TLS host names of the started sites, with every open socket that serves them. */
function nameTargets({ endpoints, sites }: ServiceStatus, facts: PlanInput): NameTarget[] {
  const started = new Set(sites.filter(({ state }) => state === "started").map(({ id }) => id));
  const open = openEndpoints({ endpoints: endpoints.filter(({ scheme }) => scheme === "https") });
  const first = facts.machine.addresses[0]?.ip;
  return facts.sites.filter(({ id }) => started.has(id)).flatMap(({ bindings }) =>
    bindings.filter(({ secure, host }) => secure && host !== "").flatMap((binding) => {
      const { ip, port, host: name } = binding;
      const serving = open.filter((socket) =>
        socket.port === port && (ip === null || reaches(socket, { ip, port }, true))
      );
      return serving.map((socket) => {
        return {
          ip: ip ?? (isWildcard(socket.ip) && first !== undefined ? first : socket.ip),
          port,
          name,
        };
      });
    })
  );
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

/** Returns the findings as sentences of four columns. */
function textListing(findings: readonly Finding[]): Listing {
  return {
    name: "findings",
    columns: ["result", "endpoint", "expected", "found"],
    rows: findings.map((finding) => ({
      result: isFailure(finding) ? "FAILED" : "note",
      endpoint: formatEndpoint(finding),
      expected: finding.isExpected ? "httpcfg" : "not httpcfg",
      found: foundText(finding),
    })),
  };
}

function foundText({ verdict, result, detail }: Finding): string {
  if (verdict === "exposed") return "httpcfg";
  if (verdict === "foreign") return detail ?? "another program";
  if (verdict !== "missing") return detail ?? "";
  const answer = result === "silent" ? "no answer" : "nothing listens";
  return detail === null ? answer : `${answer}, although ${detail} has the port`;
}
