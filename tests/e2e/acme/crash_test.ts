/**
 * Goal: wherever the service is killed while it obtains a certificate, the next one goes on there: no
 * second account, no second order that could be avoided, and never a second certificate. Method: an
 * authority that kills the service after each request has had its effect and before it is answered.
 */
import { assert, assertEquals } from "@std/assert";
import { acmeHome } from "../../support/acme/acme_service.ts";
import { fakeAuthority } from "../../support/acme/fake_authority.ts";
import { freePort } from "../../support/ports.ts";
import { type Foreground, kill } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const NAME = "shop.example.com";

Deno.test("ACME: a crash at each request of an order", ON_POSIX, async () => {
  const httpPort = freePort();
  await using authority = await fakeAuthority(httpPort);
  authority.processingPolls = 2;
  authority.retryAfter = "1";
  await using home = await acmeHome(authority, { httpPort });
  const { program, flags } = home;
  const wish = await program.run(["cert", "acme", "add", NAME, ...flags]);
  assertEquals(wish.status, 1, wish.err); // there is no service to obtain it
  const crashed: string[] = [];
  let service: Foreground | null = null;
  authority.beforeAnswer = async (kind): Promise<void> => {
    if (service === null || crashed.includes(kind)) return;
    crashed.push(kind);
    const { pid, ended } = service;
    kill({ pid, kill: (signal) => Deno.kill(pid, signal) }, "SIGKILL");
    await ended;
  };
  while (crashed.length < KINDS.length) {
    const before = crashed.length;
    service = await program.serve();
    const { hasEnded }: Foreground = service;
    await waitFor(hasEnded, `a crash after ${crashed.join()}`);
    assertEquals(crashed.length, before + 1, "a crash of its own");
  }
  assertEquals(crashed.toSorted(), KINDS.toSorted());
  service = await program.serve();
  await home.obtained(NAME);
  await waitFor(() => home.state(NAME).attemptAt === null, "the end of the attempt");
  assertEquals(authority.finalized, 1);
  assertEquals(authority.accounts, 1);
  // The answer to the first one was lost, with the URL of the order.
  assertEquals(authority.orders.length, 2);
  const { renewal, ...state } = home.state(NAME);
  assertEquals([state.order, state.failures, state.error], [null, 0, null]);
  assert(renewal !== null);
});

/** Every kind of request that obtains a certificate. */
const KINDS = [
  "dir",
  "nonce",
  "account",
  "new-order",
  "authz",
  "challenge",
  "order",
  "finalize",
  "cert",
];
