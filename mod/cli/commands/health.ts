/**
 * `health`: reports to a container or a load balancer, in an exit status, whether the service
 * responds.
 *
 * @module
 */
import { EXIT } from "../../base/exit_status.ts";
import { Fault } from "../../base/fault.ts";
import { isServiceUp } from "../../host/control/status.ts";
import { probe } from "../../host/inspect/probe.ts";
import type { CommandSpec } from "../core/command.ts";
import { openEndpoints } from "../../host/inspect/service_plan.ts";

const health: CommandSpec = {
  name: "health",
  usage: "",
  summary: "Report by the exit status whether the service responds, for health checks",
  details: [
    "Asks the service and connects to its sockets. Exit status 0 if W3SVC is running and at least " +
    "one of its sockets accepts a connection, 1 if not: also where no address of the list is on " +
    "the machine, or another program holds the port. httpcfg verify compares everything.",
  ],
  examples: [
    { line: "httpcfg health", shows: "the HEALTHCHECK of a container" },
    { line: "httpcfg health || httpcfg plan", shows: "why it does not listen" },
  ],
  flags: {},
  words: { min: 0, max: 0 },
  async run(_input, io): Promise<number> {
    const status = await io.control.ask({ op: "status" });
    if (status === null || !isServiceUp(status, "W3SVC")) {
      throw new Fault("Cannot respond to anyone: W3SVC is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    const open = openEndpoints(status);
    if (open.length === 0) {
      throw new Fault("Cannot respond to anyone: no socket is open", { hint: "httpcfg plan" });
    }
    const results = await Promise.all(open.map(probe));
    const accepting = results.filter((result) => result === "accepted").length;
    const count = `${accepting} of ${open.length} ${open.length === 1 ? "socket" : "sockets"}`;
    if (accepting === 0) {
      throw new Fault(`Cannot connect to the service: no socket accepts a connection`, {
        hint: "httpcfg verify",
      });
    }
    io.out(`W3SVC is running, ${count} ${accepting === 1 ? "accepts" : "accept"} connections`);
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [health];
