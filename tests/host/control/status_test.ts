// Goal: a brief status leaves out what grows with the list, and nothing that has to be told.
// Method: a status by hand.
import { assertEquals } from "@std/assert";
import { briefOf, type ServiceStatus } from "../../../mod/host/control/status.ts";

Deno.test("briefOf() has the sockets that are not open, and no list", () => {
  const open = { ip: "10.0.0.1", port: 80, scheme: "http", state: "open", cause: null } as const;
  const waits = { ...open, ip: "10.0.0.2", state: "wait", cause: "absent" } as const;
  const status: ServiceStatus = {
    version: 1,
    pid: 1,
    startedAt: null,
    services: [],
    ipListen: ["10.0.0.1", "10.0.0.2"],
    endpoints: [open, waits],
    sites: [],
    registrations: [],
    connections: 0,
    unconfirmedUntil: null,
  };
  assertEquals(briefOf(status), { ...status, ipListen: [], endpoints: [waits] });
});
