/** ACME against Debian's pebble, as an administrator and the clients see it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { certificateFacts } from "../../../mod/config/certs/certificate.ts";
import { acmeHome } from "../../support/acme/acme_service.ts";
import { PEBBLE_TOOLS, startPebble } from "../../support/acme/pebble.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const NAME = "shop.example.com";
const IP = "127.0.0.2";
const TOOLS = [...PEBBLE_TOOLS, "curl"];

testWith(
  PEBBLE_TOOLS,
  "ACME: from nothing to https, with half of all nonces rejected",
  async () => {
    await using pebble = await startPebble({ badNonces: 50 });
    await using home = await acmeHome(pebble, { httpPort: pebble.httpPort });
    const { program, flags, tlsPort, httpPort } = home;
    await program.serve();
    const line = ["cert", "acme", "add", NAME, ...flags];
    const added = await program.do(line);
    const { hash, names } = certificateFacts(await Deno.readTextFile(home.pem(NAME)))!;
    assertEquals([added.out.trim(), names], [hash, [NAME]]);
    assertStringIncludes(added.err, `note: bound to "${NAME}:${tlsPort}"`);
    await program.do("reload");
    assertEquals(await get(`https://${NAME}:${tlsPort}/`, await pebble.root()), "shop");

    const { mode } = await Deno.stat(home.pem(NAME));
    assertEquals(mode! & 0o777, 0o600, "the file has the key");
    const plan = await program.run("plan --format json");
    const { endpoints } = JSON.parse(plan.out) as { endpoints: { port: number; cause: string }[] };
    const open = endpoints.find(({ port }) => port === httpPort);
    assertMatch(open!.cause, /; for certificates by ACME$/);
    assertMatch(
      (await program.run("status")).out,
      /Certificates by ACME: 1\n.*\n.*shop\.example\.com +valid/,
    );
    assertMatch(
      (await program.run("events")).out,
      /A certificate for shop\.example\.com was obtained/,
    );

    const again = await program.do([...line, "--idempotent", "--format", "json"]);
    assertEquals(JSON.parse(again.out).changed, false);
    const refused = await program.run(["cert", "remove", hash]);
    assertMatch(
      refused.err,
      /renewed by ACME\nhint: httpcfg cert acme remove shop\.example\.com; /,
    );

    await program.do(`cert acme remove ${NAME}`);
    assertEquals((await program.run(`cert acme remove ${NAME}`)).status, 1);
    const gone = await program.do(`cert acme remove ${NAME} --idempotent --format json`);
    assertEquals(JSON.parse(gone.out).changed, false);
    const { endpoints: left } = await program.status();
    assertEquals(left.some(({ port, state }) => port === httpPort && state === "open"), false);
  },
);

testWith(TOOLS, "ACME: a certificate for an address, with two workers", async () => {
  await using pebble = await startPebble();
  await using home = await acmeHome(pebble, {
    httpPort: pebble.httpPort,
    settings: { Workers: 2 },
  });
  const { program, flags, tlsPort } = home;
  await program.serve();
  await program.do(["cert", "acme", "add", IP, ...flags]);
  await program.do("reload");
  assertEquals(certificateFacts(await Deno.readTextFile(home.pem(IP)))!.names, [IP]);
  assertEquals(await get(`https://${IP}:${tlsPort}/`, await pebble.root()), "shop");
});

testWith(TOOLS, "ACME: renewals, and a client that connects all the time", async () => {
  await using pebble = await startPebble();
  await using home = await acmeHome(pebble, { httpPort: pebble.httpPort });
  const { program, flags, tlsPort } = home;
  await program.serve();
  await program.do(["cert", "acme", "add", IP, NAME, ...flags]);
  await program.do("reload");
  const root = await pebble.root();
  const [failures, serials]: [string[], Set<string>] = [[], new Set()];
  let [connections, isDone] = [0, false];
  const clients = Array.from({ length: 4 }, async () => {
    while (!isDone) {
      try {
        const serial = await serialAt(tlsPort, root);
        serials.add(serial);
        connections++;
      } catch (error) {
        failures.push(String(error));
      }
    }
  });
  await waitFor(() => serials.size > 0, "the first client");
  for (let i = 0; i < 3; i++) {
    const before = serials.size;
    await program.do(`cert acme renew ${NAME}`);
    await waitFor(() => serials.size > before || failures.length > 0, "the renewed certificate");
  }
  isDone = true;
  await Promise.all(clients);
  assertEquals(failures, []);
  assertEquals(serials.size, 4);
  assert(connections > 20, `${connections}`);
});

testWith(TOOLS, "ACME: a name that leads elsewhere fails once, and is told", async () => {
  await using pebble = await startPebble();
  await using home = await acmeHome(pebble); // it answers on another port than pebble asks
  const { program, flags } = home;
  await program.serve();
  const failed = await program.run(["cert", "acme", "add", NAME, ...flags]);
  assertEquals([failed.status, failed.out], [1, ""]);
  assertMatch(
    failed.err,
    /^note: stored; the service tries again by itself\nerror: Cannot prove /m,
  );
  const { failures, notBefore, order } = home.state(NAME);
  assertEquals([failures, order], [1, null]);
  assert(Date.parse(notBefore!) > Date.now() + 30_000);
  const list = await program.run("cert acme list --format json");
  assertEquals(list.status, 1);
  const [row] = JSON.parse(list.out).acme;
  assertEquals([row.state, row.retryAt], ["wanted", notBefore]);
  assertMatch(
    (await program.run("status")).out,
    /Problem: the certificate "shop\.example\.com" cannot/,
  );
});

/** Returns the body at `url`, whose host name leads to 127.0.0.2. */
async function get(url: string, ca: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const { out, err } = await curl(["--resolve", `${hostname}:${port}:${IP}`, url], ca);
  if (err !== "") throw new Error(err);
  return out;
}

async function curl(args: readonly string[], ca: string): Promise<{ out: string; err: string }> {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, ca);
  const { stdout, stderr } = await new Deno.Command("curl", {
    args: ["-sS", "-m", "60", "--cacert", file, ...args],
  }).output();
  await Deno.remove(file);
  return { out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** Makes a connection of its own, sends a request, and returns the serial of the certificate. */
async function serialAt(port: number, ca: string): Promise<string> {
  const { connect } = await import("node:tls");
  return await new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ host: IP, port, ca, servername: NAME }, () => {
      const serial = (socket.getPeerCertificate() as { serialNumber: string }).serialNumber;
      socket.on("data", (data) => answer += data);
      socket.on("end", () => {
        if (answer.endsWith("shop")) resolve(serial);
        else reject(new Error(`got ${JSON.stringify(answer)}`));
        socket.destroy();
      });
      socket.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`);
    });
    socket.on("error", reject);
  });
}
