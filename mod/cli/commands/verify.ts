/**
 * `verify`: proves that the machine responds exactly where the service says it listens.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, isWildcard, parseIp } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault } from "../../base/fault.ts";
import { probe } from "../../host/inspect/probe.ts";
import { probeName } from "../../host/inspect/probe_tls.ts";
import type { ServiceStatus } from "../../host/control/status.ts";
import {
  type Finding,
  type NameTarget,
  verifyExposure,
  verifyNames,
} from "../../host/inspect/verify.ts";
import { portsOf } from "../../listen/plan/sites_to_plan.ts";
import { findListeners } from "../../listen/machine/port_owners.ts";
import type { PlanInput } from "../../listen/plan/make_plan.ts";
import { reaches } from "../../listen/plan/listen_addresses.ts";
import { type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { table } from "../core/table.ts";
import { openEndpoints, readPlanInput } from "./plan.ts";

const verify: CommandSpec = {
  name: "verify",
  usage: "",
  summary: "Prove by connecting that the service listens where it says, and nowhere else",
  details: [
    "Connects to every address of this machine, included or not, on every port in use. missing: " +
    "the service should respond there and nothing does. exposed: it responds where it should " +
    "not. foreign: another process responds on one of its ports. certificate: for the host name " +
    "of a site over TLS, the certificate is for another name or is not valid now.",
    "The connections come from this machine, so they do not show what a firewall lets through.",
    "Exit status 0 if everything is as expected, 1 if not.",
  ],
  examples: [
    { line: "httpcfg verify", shows: "show what is wrong" },
    { line: "httpcfg verify --allow-foreign --format csv", shows: "for a nightly job" },
  ],
  flags: {
    ...FORMAT_FLAG,
    "allow-foreign": {
      kind: "boolean",
      summary: "accept other programs on the ports of addresses that are not included",
    },
  },
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
    const findings = await verifyExposure({
      expected: wantedEndpoints(status),
      ports,
      machine: facts.machine,
      listeners: findListeners(ports),
      pid: status.pid ?? 0,
      probe,
    });
    findings.push(...await verifyNames(nameTargets(status, facts), probeName));
    const allowed = input.flag("allow-foreign");
    const bad = findings.filter(({ verdict, isExpected }) =>
      verdict !== "ok" && !(allowed && verdict === "foreign" && !isExpected)
    );
    await writeListing(input, io, listing(findings), {
      text: () => bad.length > 0 && io.out(table(listing(bad))),
    });
    const count = `${findings.length} endpoints checked`;
    io.note(bad.length === 0 ? `${count}: all as expected` : `${count}: ${bad.length} wrong`);
    return bad.length === 0 ? EXIT.ok : EXIT.failed;
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
    columns: ["verdict", "endpoint", "expected", "result", "detail"],
    rows: findings.map(({ verdict, ip, port, isExpected, result, detail }) => {
      const endpoint = formatEndpoint({ ip, port });
      return { verdict, endpoint, expected: isExpected, result, detail };
    }),
  };
}
