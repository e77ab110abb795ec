// Goal: any method reaches a registered program and an upstream, whole, and what cannot serve it says
// so. Method: the real program with one and with two workers, curl, and programs that record what
// comes.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { ProxiedSite } from "../../support/proxy/proxied_site.ts";
import { type RawConnection, RawProgram } from "../../support/proxy/raw_program.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

const METHODS = ["PURGE", "BAN", "NOTIFY", "SUBSCRIBE", "M-SEARCH", "PROPFIND", "get", "X_!.~"];

async function answer(connection: RawConnection): Promise<void> {
  await connection.send("HTTP/1.1 207 Multi-Status\r\nContent-Length: 2\r\n\r\nok");
}

for (const workers of [1, 2]) {
  testWith(
    ["curl"],
    `any method reaches a program and an upstream with Workers=${workers}`,
    async () => {
      await using upstream = await RawProgram.start(answer);
      await using registered = await RawProgram.start(answer);
      await using site = await ProxiedSite.start(["--proxy", upstream.url], { Workers: workers });
      const { program, url } = site;
      const files = freePort();
      await Deno.mkdir(`${program.home}/www`);
      const add = ["site", "add", "files", "--bind", `:${files}:`, "--root", `${program.home}/www`];
      await program.do(add);
      await program.do("reload");
      await program.do(`register http://+:${site.port}/app/ --to ${registered.url} --keep`);
      const ask = async (method: string, target: string, more = ""): Promise<string> => {
        const line = `curl -sS -m 30 -o /dev/null -w '%{http_code} %header{allow}' ${more}`;
        return (await program.shell(`${line} -X '${method}' ${target}`)).out.trim();
      };
      for (const method of METHODS) {
        assertEquals(await ask(method, `${url}/a`), "207", method);
        assertEquals(await ask(method, `${url}/app/b`, "-d body"), "207", method);
        assert(upstream.heads.at(-1)!.startsWith(`${method} /a HTTP/1.1\r\n`), method);
        assertStringIncludes(registered.heads.at(-1)!, `${method} /app/b HTTP/1.1\r\n`);
        assertMatch(registered.heads.at(-1)!, /\r\nContent-Length: 4\r\n/i);
      }
      const root = url.replace(`:${site.port}`, `:${files}`);
      assertEquals(await ask("PROPFIND", root), "405 GET, HEAD, OPTIONS");
      assertEquals(await ask("PURGE", root), "501");
      assertEquals(await ask("PURGE", root, "-d body"), "501");
      // What is no method, and what nobody behind a server may get.
      const count = upstream.heads.length;
      assertEquals(await ask("PU@GE", `${url}/a`), "400");
      assertEquals(await ask("A".repeat(256), `${url}/a`), "501");
      assertEquals(await ask("TRACE", `${url}/a`), "501");
      assertEquals(upstream.heads.length, count);
      const logged = async (): Promise<string> => {
        return (await program.shell(
          "cat ${HTTPCFG_HOME}/log/W3SVC*/*.log ${HTTPCFG_HOME}/log/HTTPERR/*.log",
        )).out;
      };
      // Each process writes its own lines, each in its own time.
      const expected = [...METHODS.map((method) => ` ${method} /a `), " PURGE / 501 2 N/I "];
      await waitFor(async () => {
        const lines = await logged();
        return expected.every((part) => lines.includes(part));
      }, `lines with ${expected}`);
    },
  );
}
