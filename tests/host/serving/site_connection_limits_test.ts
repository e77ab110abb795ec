// Goal: a site with a limit admits that many connections. Method: remote ends as objects.
import { assertEquals } from "@std/assert";
import type { Endpoint, Ip } from "../../../mod/base/address.ts";
import type { Limit } from "../../../mod/base/limit.ts";
import { limitOf } from "../../support/workers/limits.ts";
import { SiteConnections } from "../../../mod/host/serving/site_connection_limits.ts";

const client = (): Endpoint => ({ ip: "10.0.0.1" as Ip, port: 4000 });
const open = { id: 3, limit: null };

Deno.test("SiteConnections counts a connection once, however often it is admitted", () => {
  const connections = new SiteConnections();
  const small = { id: 1, limit: limitOf(2) };
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
  const [small, other] = [{ id: 1, limit: limitOf(2) }, { id: 2, limit: limitOf(1) }];
  const [a, b, c] = [client(), client(), client()];
  assertEquals([a, b].map((one) => connections.admit(small, one)), [true, true]);
  assertEquals(connections.admit(other, a), true);
  assertEquals(connections.admit(small, c), true);
  assertEquals(connections.admit(other, c), false, "and it stays where it was");
  assertEquals(connections.admit(small, a), false);
  assertEquals(connections.admit(open, b), true);
  assertEquals(connections.admit(small, a), true);
});

Deno.test("SiteConnections waits for a limit that others are asked about", async () => {
  const connections = new SiteConnections();
  const counts: string[] = [];
  const answers: ((isAdmitted: boolean) => void)[] = [];
  const limit: Limit = {
    admit: () => new Promise((resolve) => answers.push(resolve)),
    release: (key) => void counts.push(key),
  };
  const asked = { id: 4, limit };
  const small = { id: 1, limit: limitOf(1) };
  const [a, b] = [client(), client()];
  assertEquals(connections.admit(small, a), true);
  const admitted = [a, b].map((one) => connections.admit(asked, one));
  answers[0]!(true);
  answers[1]!(false);
  assertEquals(await Promise.all(admitted), [true, false]);
  assertEquals(connections.admit(small, b), true, "a has moved");
  connections.closed(a);
  assertEquals(counts, [""]);
});
