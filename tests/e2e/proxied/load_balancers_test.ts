// Goal: what HAProxy and nginx say by the PROXY protocol arrives in the logs and at programs. Method:
// both of them, before the real program.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import {
  BALANCER_IP as PROXY,
  startBalancer,
  startHaproxy,
} from "../../support/proxy/load_balancers.ts";
import {
  type ProxiedService,
  SERVICE_IP,
  startProxied,
} from "../../support/proxy/proxied_service.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

/** The address from which the client comes to the proxy, which comes from its own. */
const CLIENT = "127.0.0.77";

/** Sends a request from {@linkcode CLIENT} through the proxy at `port`. */
async function ask(proxied: ProxiedService, url: string, more = ""): Promise<string> {
  const { status, out, err } = await proxied.program.shell(
    `curl -sS -m 60 --interface ${CLIENT} ${more} ${url}`,
  );
  assertEquals([status, err], [0, ""]);
  return out;
}

/** Checks that the client arrives at a site, at a program, and in the log. */
async function checkClient(proxied: ProxiedService, port: number): Promise<void> {
  assertStringIncludes(await ask(proxied, `http://${PROXY}:${port}/`), `\nremote: ${CLIENT}:`);
  const head = await ask(proxied, `http://${PROXY}:${port}/app/x`, "-H 'X-Forwarded-For: 6.6.6.6'");
  assertStringIncludes(head, `\nX-Forwarded-For: ${CLIENT}\r\n`);
  await waitForLine(proxied, CLIENT);
}

/** Resolves when a line of the site's log has the word. */
async function waitForLine(proxied: ProxiedService, word: string): Promise<void> {
  const hasLine = async (): Promise<boolean> => {
    return (await proxied.lines(/W3SVC1/, 1)).some((columns) => columns.includes(word));
  };
  await waitFor(hasLine, `a line with ${word}`);
}

for (
  const [version, options] of [
    ["1", "send-proxy"],
    ["2", "send-proxy-v2"],
    ["2 with fields", "send-proxy-v2 proxy-v2-options ssl,authority,crc32c,unique-id"],
  ] as const
) {
  testWith(
    ["haproxy", "curl"],
    `HAProxy speaks version ${version}, and checks the health`,
    async () => {
      await using proxied = await startProxied({ ProxyProtocol: ["127.0.0.0/8"] });
      const port = freePort();
      const server = `${SERVICE_IP}:${proxied.http} ${options}`;
      await using _haproxy = await startHaproxy([
        "frontend f",
        `  bind ${PROXY}:${port}`,
        "  unique-id-format %[uuid]",
        "  default_backend b",
        "backend b",
        "  option httpchk GET /health",
        `  server s ${server} check inter 100ms`,
        "backend connects_only",
        `  server s ${server} check inter 100ms`,
      ], port);
      await checkClient(proxied, port);
      await waitForLine(proxied, "/health");
      assertEquals(await proxied.talk(["GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"]), "");
      const errors = await proxied.lines(/httperr/, 1);
      assertEquals(errors.map((columns) => columns[11]), ["NoProxyHeader"]);
    },
  );
}

testWith(
  ["haproxy", "curl"],
  "https passes HAProxy in version 2, and HAProxy ends it",
  async () => {
    await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
    await using folder = await tempFolder();
    const { program, http, https } = proxied;
    const [passing, ending] = [freePort(), freePort()];
    const pem = `${program.home}/certs/MY/a.test.pem`;
    const key = await Deno.readTextFile(pem.replace(/pem$/, "key"));
    await Deno.writeTextFile(folder.at("both.pem"), await Deno.readTextFile(pem) + key);
    const server = (port: number): string => `  server s ${SERVICE_IP}:${port}`;
    await using _haproxy = await startHaproxy([
      "frontend passing",
      `  bind ${PROXY}:${passing}`,
      "  default_backend tls",
      "backend tls",
      `${server(https)} send-proxy-v2`,
      "frontend ending",
      `  bind ${PROXY}:${ending} ssl crt ${folder.at("both.pem")}`,
      "  default_backend plain",
      "backend plain",
      `${server(http)} send-proxy-v2-ssl proxy-v2-options ssl,authority,crc32c`,
    ], passing);
    const to = (port: number): string => `--cacert ${pem} --resolve a.test:${port}:${PROXY}`;
    const passed = await ask(proxied, `https://a.test:${passing}/`, to(passing));
    assertStringIncludes(passed, `\nremote: ${CLIENT}:`);
    assertStringIncludes(passed, "\ntls: true\n");
    const ended = await ask(proxied, `https://a.test:${ending}/app/x`, to(ending));
    assertMatch(
      ended,
      new RegExp(`\\nX-Forwarded-For: ${CLIENT}\\r\\nX-Forwarded-Proto: https\\r\\n`),
    );
  },
);

const MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so";
const hasStream = await Deno.stat(MODULE).then(() => true, () => false);

testWith(
  ["nginx", "curl", ...hasStream ? [] : ["libnginx-mod-stream"]],
  "nginx speaks the PROXY protocol from its stream module",
  async () => {
    await using proxied = await startProxied({ ProxyProtocol: [PROXY] });
    await using folder = await tempFolder();
    const port = freePort();
    await Deno.writeTextFile(
      folder.at("nginx.conf"),
      [
        `load_module ${MODULE};`,
        "daemon off;",
        "worker_processes 1;",
        `pid ${folder.at("nginx.pid")};`,
        "error_log stderr;",
        "events { worker_connections 64; }",
        "stream {",
        `  server { listen ${PROXY}:${port}; proxy_pass ${SERVICE_IP}:${proxied.http}; proxy_protocol on; }`,
        "}",
        "",
      ].join("\n"),
    );
    const command = ["nginx", "-p", folder.path, "-e", "stderr", "-c", folder.at("nginx.conf")];
    await using _nginx = await startBalancer(command, port);
    await checkClient(proxied, port);
  },
);

testWith(["nginx", "curl"], "nginx as a trusted proxy adds to X-Forwarded-For", async () => {
  await using proxied = await startProxied({ TrustedProxies: [PROXY] });
  await using folder = await tempFolder();
  const port = freePort();
  await Deno.writeTextFile(
    folder.at("nginx.conf"),
    [
      "daemon off;",
      "worker_processes 1;",
      `pid ${folder.at("nginx.pid")};`,
      "error_log stderr;",
      "events { worker_connections 64; }",
      "http {",
      "  access_log off;",
      ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => {
        return `  ${name}_temp_path ${folder.at(name)};`;
      }),
      `  server { listen ${PROXY}:${port}; location / {`,
      `    proxy_pass http://${SERVICE_IP}:${proxied.http};`,
      "    proxy_http_version 1.1;",
      "    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
      "    proxy_set_header X-Forwarded-Proto https;",
      "    proxy_set_header X-Forwarded-Host $http_host;",
      "  } }",
      "}",
      "",
    ].join("\n"),
  );
  const command = ["nginx", "-p", folder.path, "-e", "stderr", "-c", folder.at("nginx.conf")];
  await using _nginx = await startBalancer(command, port);
  const url = `http://${PROXY}:${port}/app/x`;
  const head = await ask(proxied, url, "-H 'X-Forwarded-For: 6.6.6.6' -H 'Forwarded: for=6.6.6.6'");
  assertStringIncludes(
    head,
    `\nX-Forwarded-For: ${CLIENT}, ${PROXY}\r\nX-Forwarded-Proto: https\r\n`,
  );
  assertStringIncludes(head, `\r\nX-Forwarded-Host: ${PROXY}:${port}\r\n`);
});
