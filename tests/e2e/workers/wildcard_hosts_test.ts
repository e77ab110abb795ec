// Goal: a wildcard host name gets the requests for the names below it, of sites, of programs and in
// TLS, and nothing else. Method: the real program with one and with two workers, and curl.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { startLocalProgram } from "../../support/local_program.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const IP = "127.0.0.2";

/** The rows of the test: a host, and who responds to a request for it. */
const WANTED: readonly (readonly [host: string, plain: string, secure: string])[] = [
  ["a.wild.test", "exact", "exact"],
  ["b.wild.test", "wild", "wild"],
  ["x.y.wild.test", "wild", "wild"],
  ["c.deep.wild.test", "deep", "wild"],
  ["wild.test", "any", "any"],
  ["other.test", "any", "any"],
];

for (const workers of [1, 2]) {
  testWith(["curl"], `wildcard host names on http and https with Workers=${workers}`, async () => {
    await using program = await Program.make();
    const [plain, secure] = [freePort(), freePort()];
    const hash = async (name: string): Promise<string> => {
      return (await program.do(["cert", "create", "--self-signed", "--name", name])).out.trim();
    };
    await Deno.writeTextFile(
      program.config,
      JSON.stringify({
        ...DEFAULT_DOCUMENT,
        ipListen: [IP],
        settings: { Workers: workers },
        sites: [],
      }),
    );
    const site = (name: string, plainHost: string, secureHost: string | null): Promise<unknown> => {
      const tls = secureHost === null ? [] : ["--bind-tls", `:${secure}:${secureHost}`];
      const bind = ["--bind", `:${plain}:${plainHost}`, ...tls];
      return program.do(["site", "add", name, ...bind, "--respond", name]);
    };
    await site("any", "", "");
    await site("wild", "*.Wild.test", "*.wild.test");
    await site("deep", "*.deep.wild.test", null);
    await site("exact", "a.wild.test", "a.wild.test");
    for (const [key, name] of [[`*.wild.test`, "*.wild.test"], ["a.wild.test", "a.wild.test"]]) {
      const add =
        `netsh http add sslcert hostnameport=${key}:${secure} appid={${crypto.randomUUID()}}`;
      await program.do([...add.split(" "), `certhash=${await hash(name!)}`, "certstorename=MY"]);
    }
    await program.do(`set ssl -i 0.0.0.0:${secure} -h ${await hash("any.test")}`);
    await program.serve();

    for (const [host, onPlain, onSecure] of WANTED) {
      const curl = async (scheme: string, port: number): Promise<string> => {
        const url = `${scheme}://${host}:${port}/`;
        const { out } = await program.shell(
          `curl -sSk -m 30 -w ' %{certs}' --resolve ${host}:${port}:${IP} ${url}`,
        );
        return out;
      };
      assertEquals((await curl("http", plain)).trim(), onPlain, host);
      const answer = await curl("https", secure);
      assertEquals(answer.split(" ")[0], onSecure, host);
      const subject = { exact: "a.wild.test", wild: "*.wild.test", any: "any.test" }[onSecure];
      assertStringIncludes(answer.replaceAll(" = ", "="), `Subject:CN=${subject}`, host);
      const explained = await program.run(["explain", `${IP}:${plain}`, "--host", host]);
      assertStringIncludes(explained.out, `Served by site "${onPlain}"`);
    }

    // A program below a wildcard shares the names with the site, by its path.
    await using upstream = await startLocalProgram("program");
    const url = `http://*.wild.test:${plain}/app/`;
    const registered = program.spawn(`register ${url} --to ${upstream.url}`);
    await waitFor(() => /lasts as long/.test(registered.stderr()), "a registration");
    const get = async (host: string, path: string): Promise<string> => {
      const line = `curl -sS -m 30 --resolve ${host}:${plain}:${IP} http://${host}:${plain}${path}`;
      return (await program.shell(line)).out;
    };
    await waitFor(async () => await get("b.wild.test", "/app/x") !== "wild", "the program");
    assertStringIncludes(await get("b.wild.test", "/app/x"), "program");
    assertEquals(await get("b.wild.test", "/"), "wild");
    assertEquals(await get("a.wild.test", "/app/x"), "exact"); // the name's bucket ends the search
    assertEquals(await get("wild.test", "/app/x"), "any");
  });
}
