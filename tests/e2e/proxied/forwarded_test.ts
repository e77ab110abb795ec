// Goal: the fields of trusted proxies decide who the client is, everywhere; those of others do not.
// Method: the real program, and requests from two addresses of this machine.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type ProxiedService,
  SERVICE_IP,
  startProxied,
} from "../../support/proxy/proxied_service.ts";
import { rawConnect } from "../../support/raw_client.ts";
import { waitFor } from "../../support/wait.ts";

const PROXY = "127.0.0.1";
const OTHER = "127.0.0.9";
const CLIENT = 2; // column of the HTTPERR log

function request(path: string, fields: readonly string[], host = "a.test"): string {
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...fields];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The fields by which the program at /app/ learns the client's origin. */
async function origin(
  proxied: ProxiedService,
  fields: readonly string[],
  from = PROXY,
): Promise<Readonly<Record<string, string>>> {
  const answer = await proxied.talk([request("/app/x", fields)], from);
  const found = [...answer.matchAll(/^(x-forwarded-[a-z]+|forwarded|x-real-ip): (.*)\r$/gim)];
  return Object.fromEntries(found.map(([, name, value]) => [name!.toLowerCase(), value!]));
}

const OWN = {
  "x-forwarded-for": OTHER,
  "x-forwarded-proto": "http",
  "x-forwarded-host": "a.test",
  forwarded: `for=${OTHER};host="a.test";proto=http`,
};

for (const workers of [1, 2]) {
  Deno.test(`a trusted proxy names the client, with ${workers} workers`, async () => {
    await using proxied = await startProxied({ TrustedProxies: [PROXY], Workers: workers });
    const chain = ["X-Forwarded-For: 6.6.6.6", `X-Forwarded-For: 192.0.2.9, ${PROXY}`];
    const url = ["X-Forwarded-Proto: https", "X-Forwarded-Host: www.a.test:8443"];
    // The same bytes again: what is known of a head is used.
    for (let i = 0; i < 4; i++) {
      assertStringIncludes(await proxied.talk([request("/", chain)]), "\nremote: 192.0.2.9:0\n");
    }
    assertEquals(await origin(proxied, [...chain, ...url, "X-Real-IP: 6.6.6.6"]), {
      "x-forwarded-for": `192.0.2.9, ${PROXY}, ${PROXY}`,
      "x-forwarded-proto": "https",
      "x-forwarded-host": "www.a.test:8443",
      forwarded: `for=192.0.2.9;host="www.a.test:8443";proto=https, for=${PROXY}, for=${PROXY}`,
    });
    assertEquals(
      (await origin(proxied, ['Forwarded: for="[2001:db8::9]:1";proto=https'])).forwarded,
      `for="[2001:db8::9]";host="a.test";proto=https, for=${PROXY}`,
    );
    assertMatch(await proxied.talk([request("/a b", chain)]), /^HTTP\/1\.1 400 /);
    assertMatch(await proxied.talk([request("/", ["Forwarded: for="])]), /^HTTP\/1\.1 400 /);
    const lines = await proxied.lines(/W3SVC1/, 4);
    assertEquals(new Set(lines.map((columns) => columns.includes("192.0.2.9"))), new Set([true]));
    const refused = await proxied.lines(/httperr/, 2);
    assertEquals(refused.map((columns) => columns[CLIENT]), [PROXY, PROXY]); // no valid fields
  });
}

Deno.test("what any other peer says of its origin is dropped", async () => {
  await using proxied = await startProxied({ TrustedProxies: [PROXY] });
  const fields = [
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil.test",
    "Forwarded: for=6.6.6.6;proto=https",
    "X-Real-IP: 6.6.6.6",
  ];
  for (let i = 0; i < 3; i++) {
    // The same bytes come from a proxy that is believed.
    const named = await proxied.talk([request("/", fields)]);
    assertStringIncludes(named, "\nremote: 6.6.6.6:0\n");
    assertStringIncludes(await proxied.talk([request("/", fields)], OTHER), `\nremote: ${OTHER}:`);
  }
  assertEquals(await origin(proxied, fields, OTHER), OWN);
  assertEquals(
    await origin(proxied, [...fields, "Connection: close, X-Forwarded-For, Forwarded"], OTHER),
    OWN,
  );
});

Deno.test("a request that is refused is logged with its client", async () => {
  await using proxied = await startProxied({ TrustedProxies: [PROXY] });
  const { program, http } = proxied;
  await program.do(`set urlacl -u http://+:${http}/none/ -a D:(A;;GX;;;WD)`);
  await program.do("reload");
  const answer = await proxied.talk([request("/none/x", ["X-Forwarded-For: 192.0.2.9"])]);
  assertMatch(answer, /^HTTP\/1\.1 503 /);
  assertEquals((await proxied.lines(/httperr/, 1))[0]![CLIENT], "192.0.2.9");
});

Deno.test("a client that a trusted proxy on this machine names is not local", async () => {
  await using proxied = await startProxied({ TrustedProxies: ["127.0.0.0/8"] });
  const isLocal = async (fields: readonly string[]): Promise<boolean> => {
    return (await proxied.talk([request("/", fields, "localhost")])).includes("\nsite: ");
  };
  assert(!await isLocal(["X-Forwarded-For: 127.0.0.5"]));
  assert(!await isLocal(["X-Forwarded-For: 192.0.2.9"]));
  assert(await isLocal([]));
});

Deno.test("limits of clients count those that a proxy names, and not the proxy", async () => {
  const limits = { MaxConnectionsPerAddress: 1, MaxTunnelsPerAddress: 1 };
  await using proxied = await startProxied({ TrustedProxies: [PROXY], ...limits });
  const open = async (): Promise<string> => {
    const client = await rawConnect({ hostname: SERVICE_IP, port: proxied.http });
    await client.send(request("/", []).replace("close", "keep-alive"));
    await waitFor(() => client.received.includes("\r\n\r\n"), "a response");
    return client.received.slice(9, 12);
  };
  assertEquals([await open(), await open(), await open()], ["200", "200", "200"]);
});

Deno.test("fields behind a PROXY header are believed of the client that it names", async () => {
  await using proxied = await startProxied({
    ProxyProtocol: [PROXY],
    TrustedProxies: ["198.51.100.7"],
  });
  const get = request("/", ["X-Forwarded-For: 192.0.2.9"]);
  const from = (ip: string): string => `PROXY TCP4 ${ip} 203.0.113.1 5 80\r\n`;
  assertStringIncludes(await proxied.talk([from("198.51.100.7"), get]), "\nremote: 192.0.2.9:0\n");
  assertStringIncludes(await proxied.talk([from("198.51.100.8"), get]), "remote: 198.51.100.8:5\n");
});

Deno.test("a reload changes whose fields are believed, also on open connections", async () => {
  await using proxied = await startProxied({});
  const { program } = proxied;
  const client = await rawConnect({ hostname: SERVICE_IP, port: proxied.http });
  const ask = async (): Promise<string> => {
    const before = client.received.length;
    await client.send(request("/", ["X-Forwarded-For: 192.0.2.9"]).replace("close", "keep-alive"));
    await waitFor(() => client.received.slice(before).includes("X-Forwarded-For: "), "an answer");
    return /\nremote: ([^:]*):/.exec(client.received.slice(before))![1]!;
  };
  assertEquals([await ask(), await ask(), await ask()], [PROXY, PROXY, PROXY]);
  await program.do("settings set TrustedProxies 127.0.0.0/8");
  await program.do("reload");
  assertEquals([await ask(), await ask()], ["192.0.2.9", "192.0.2.9"]);
  await program.do("settings set TrustedProxies 127.0.0.0/8,192.0.2.0/24");
  await program.do("reload");
  assertEquals(await ask(), "192.0.2.9"); // all are trusted: the first of the list
  await program.do("settings reset TrustedProxies");
  await program.do("reload");
  assertEquals(await ask(), PROXY);
  client.close();
});
