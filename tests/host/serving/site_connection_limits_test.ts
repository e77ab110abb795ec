// Goal: a site with a limit admits that many connections. Method: remote ends as objects.
import { assertEquals } from "@std/assert";
import type { Endpoint, Ip } from "../../../mod/base/address.ts";
import { SiteConnections } from "../../../mod/host/serving/site_connection_limits.ts";

const client = (): Endpoint => ({ ip: "10.0.0.1" as Ip, port: 4000 });
const small = { id: 1, maxConnections: 2 };
const other = { id: 2, maxConnections: 1 };
const open = { id: 3, maxConnections: undefined };

Deno.test("SiteConnections counts a connection once, however often it is admitted", () => {
  const connections = new SiteConnections();
  const [a, b, c] = [client(), client(), client()];
  assertEquals([a, a, b, c, a].map((one) => connections.admit(small, one)), [
    true,
    true,
    true,
    false,
    true,
  ]);
  connections.closed(a);
  connections.closed(a); // a second time changes nothing
  assertEquals([c, b, a].map((one) => connections.admit(small, one)), [true, true, false]);
});

Deno.test("SiteConnections frees the place of a connection that moves to another site", () => {
  const connections = new SiteConnections();
  const [a, b, c] = [client(), client(), client()];
  assertEquals([a, b].map((one) => connections.admit(small, one)), [true, true]);
  assertEquals(connections.admit(other, a), true);
  assertEquals(connections.admit(small, c), true);
  assertEquals(connections.admit(other, c), false, "and it stays where it was");
  assertEquals(connections.admit(small, a), false);
  assertEquals(connections.admit(open, b), true);
  assertEquals(connections.admit(small, a), true);
});
