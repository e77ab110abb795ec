/** ACME as the running service does it: renewals, failures, hostile clients, other processes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { certificateFacts } from "../../../mod/config/certs/certificate.ts";
import { certificateId } from "../../../mod/acme/certificate_id.ts";
import { acmeHome } from "../../support/acme/acme_service.ts";
import { fakeAuthority, problem } from "../../support/acme/fake_authority.ts";
import { parseResponse, talk } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { waitFor } from "../../support/wait.ts";
import { ON_POSIX } from "../../support/platforms.ts";

const NAME = "shop.example.com";
const IP = "127.0.0.2";
const DAY = 86_400_000;

function hashIn(pem: string): string {
  return certificateFacts(Deno.readTextFileSync(pem))!.hash;
}

Deno.test(
  "ACME: renewal when the authority says so, once, naming the certificate",
  ON_POSIX,
  async () => {
    const httpPort = freePort();
    await using authority = await fakeAuthority(httpPort);
    const asked: string[] = [];
    let isDue = false;
    authority.renewalInfo = (id): object => {
      asked.push(id);
      const [start, end] = isDue ? [-2, -1] : [50, 51];
      isDue = false;
      const at = (days: number): string =>
        new Date(new Date().getTime() + days * DAY).toISOString();
      return {
        suggestedWindow: { start: at(start!), end: at(end!) },
        explanationURL: "https://ca.example/revoked",
      };
    };
    await using home = await acmeHome(authority, { httpPort });
    const { program, flags } = home;
    const service = await program.serve();
    await program.do(["cert", "acme", "add", NAME, ...flags]);
    const first = certificateId(await Deno.readTextFile(home.pem(NAME)))!;
    await waitFor(
      () => typeof home.state(NAME).renewal?.at === "string",
      "the question for the window",
    );
    assertEquals(asked, [first]);
    const before = hashIn(home.pem(NAME));

    service.signal("SIGTERM");
    await service.ended;
    isDue = true;
    const { renewal } = home.state(NAME);
    await home.remember(NAME, { renewal: { ...renewal!, checkAt: new Date(0).toISOString() } });
    await program.serve();
    await waitFor(() => hashIn(home.pem(NAME)) !== before, "the renewed certificate");
    assertEquals(authority.orders.map(({ replaces }) => replaces), [undefined, first]);
    await waitFor(() => asked.length === 3, "the question for the next window");
    const second = certificateId(await Deno.readTextFile(home.pem(NAME)))!;
    assertEquals(asked, [first, first, second]);
    assertEquals(authority.orders.length, 2);
    const [row] = JSON.parse((await program.do("status --format json")).out).acme;
    assertEquals([row.state, row.explanationUrl], ["valid", "https://ca.example/revoked"]);
  },
);

Deno.test(
  "ACME: a renewal that fails: the old one stays, it is told, and restarts change nothing",
  ON_POSIX,
  async () => {
    const httpPort = freePort();
    await using authority = await fakeAuthority(httpPort);
    authority.lifeMs = { before: 5 * DAY, after: 1.6 * DAY }; // 160 h, of which three days are lost
    await using home = await acmeHome(authority, { httpPort });
    const { program, flags } = home;
    const refuse = (kind: string): Response | void => {
      if (kind === "new-order") return problem(500, "serverInternal");
    };
    let service = await program.serve();
    await program.do(["cert", "acme", "add", IP, ...flags]);
    const hash = hashIn(home.pem(IP));
    // It is due as soon as it is there: half of its life is over.
    await waitFor(() => authority.orders.length > 1, "the renewal");
    await waitFor(() => hashIn(home.pem(IP)) !== hash, "the renewed certificate");
    authority.beforeAnswer = refuse;
    await waitFor(() => home.state(IP).failures > 0, "a renewal that fails");
    const served = hashIn(home.pem(IP));
    const status = await program.run("status");
    assertMatch(
      status.out,
      /Problem: the certificate "127\.0\.0\.2" cannot be renewed: .*it expires/s,
    );
    assertMatch(
      (await program.run("events")).out,
      /cannot be obtained: .*serverInternal.*next attempt/,
    );

    service.signal("SIGTERM");
    await service.ended;
    const notBefore = new Date(new Date().getTime() + DAY / 2).toISOString();
    await home.remember(IP, { failures: 12, notBefore });
    const orders = (): number => authority.requests.filter((kind) => kind === "new-order").length;
    const seen = orders();
    for (let i = 0; i < 2; i++) {
      service = await program.serve();
      const [row] = JSON.parse((await program.do("status --format json")).out).acme;
      assertEquals([row.state, row.retryAt, row.hash], ["due", notBefore, served]);
      service.signal("SIGTERM");
      await service.ended;
    }
    assertEquals(orders(), seen, "nothing is ordered before its time");
  },
);

Deno.test("ACME: whoever is told to wait waits, also when asked by hand", async () => {
  const httpPort = freePort();
  await using authority = await fakeAuthority(httpPort);
  authority.beforeAnswer = (kind): Response | void => {
    if (kind !== "new-order") return;
    return problem(429, "rateLimited", {}, { "Retry-After": "7200" });
  };
  await using home = await acmeHome(authority, { httpPort });
  const { program, flags } = home;
  await program.serve();
  const add = ["cert", "acme", "add", NAME, ...flags];
  const first = await program.run(add);
  assertEquals(first.status, 1);
  assertMatch(first.err, /refuses: it is rateLimited \(rateLimited\)/);
  const seen = authority.requests.length;
  const again = await program.run(`cert acme renew ${NAME}`);
  assertEquals(again.status, 1);
  assertMatch(again.err, /asks to wait until 2/);
  await program.do(`cert acme remove ${NAME}`);
  assertMatch((await program.run(add)).err, /asks to wait until 2/);
  assertEquals(authority.requests.length, seen);
});

Deno.test("ACME: requests for tokens, on stopped and paused sites, with any host, and hostile", async () => {
  const httpPort = freePort();
  await using authority = await fakeAuthority(httpPort);
  const site = { secureBindings: [], content: { kind: "respond", text: "site" } } as const;
  await using home = await acmeHome(authority, {
    httpPort,
    sites: [
      { ...site, id: 1, name: "on", bindings: [`:${httpPort}:on.example`], autoStart: true },
      { ...site, id: 2, name: "off", bindings: [`:${httpPort}:off.example`], autoStart: false },
    ],
  });
  const { program, flags } = home;
  await program.serve();
  await program.do("net pause w3svc");
  const answers: [string, number, string][] = [];
  const path = `/.well-known/acme-challenge/${"token-0-0".padEnd(24, "_")}`;
  const targets: readonly (readonly [string, string])[] = [
    [path, "on.example"],
    [path, "off.example"],
    [path, "nobody.example"],
    [path, IP],
    [`${path}x`, "on.example"],
    [`/.well-known/acme-challenge/../${path}`, "on.example"],
    ["/.well-known/acme-challenge/..%2f..%2fetc%2fpasswd", "on.example"],
    [path.replace("t", "%74"), "on.example"],
    [`/.well-known/acme-challenge/${"x".repeat(1_000_000)}`, "on.example"],
  ];
  authority.beforeAnswer = async (kind): Promise<void> => {
    if (kind !== "challenge") return;
    for (const [target, host] of targets) {
      const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const { status, body } = parseResponse(await talk(IP, httpPort, request));
      answers.push([target, status, body]);
    }
  };
  await program.do(["cert", "acme", "add", NAME, ...flags]);
  assertEquals(answers.map(([, status]) => status).slice(0, 4), [200, 200, 200, 200]);
  for (const [, , body] of answers.slice(0, 4)) assert(body.startsWith("token-0-0"));
  for (const [target, status, body] of answers.slice(4)) {
    assert(status >= 400, `${target.slice(0, 60)}: ${status}`);
    assertEquals(body.includes("token-0-0"), false);
  }
  const over = `GET ${path} HTTP/1.1\r\nHost: on.example\r\nConnection: close\r\n\r\n`;
  const { status } = parseResponse(await talk(IP, httpPort, over));
  assertEquals(status, 503, "the site is paused, and the challenge is over");
});

Deno.test("ACME: two services that want one certificate make one order", ON_POSIX, async () => {
  const httpPort = freePort();
  await using authority = await fakeAuthority(httpPort);
  authority.processingPolls = 2;
  await using one = await acmeHome(authority, { httpPort });
  await using two = await acmeHome(authority, { httpPort });
  await Deno.mkdir(`${one.program.home}/certs/ACME`, { recursive: true });
  await Deno.mkdir(`${two.program.home}/certs`);
  await Deno.symlink(`${one.program.home}/certs/ACME`, `${two.program.home}/certs/ACME`);
  await one.program.serve();
  let other: Promise<{ status: number; err: string }> | null = null;
  authority.beforeAnswer = async (kind): Promise<void> => {
    if (kind !== "finalize" || other !== null) return;
    // The other one has no port for challenges, and needs none.
    await two.program.serve();
    other = two.program.run(["cert", "acme", "add", NAME, ...two.flags]);
  };
  await one.program.do(["cert", "acme", "add", NAME, ...one.flags]);
  const { status, err } = await other!;
  assertEquals(status, 0, err);
  assertEquals([authority.orders.length, authority.finalized, authority.accounts], [1, 1, 1]);
});

Deno.test("ACME: no socket for the challenges is a reason, and the authority is not asked", async () => {
  await using authority = await fakeAuthority(freePort());
  await using home = await acmeHome(authority);
  const { program, flags } = home;
  await program.serve();
  const failed = await program.run(["cert", "acme", "add", "192.0.2.77", ...flags]);
  assertEquals(failed.status, 1);
  assertMatch(failed.err, /Cannot answer the challenges for "192\.0\.2\.77": .*192\.0\.2\.77/);
  assertEquals(authority.requests, []);
  const plan = await program.run("plan");
  assertEquals(plan.status, 1);
  assertMatch(plan.out, /Certificate "192\.0\.2\.77" cannot be proved: /);
});
