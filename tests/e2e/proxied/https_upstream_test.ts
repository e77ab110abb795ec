// Goal: an https upstream is who it says, or gets nothing. Method: the real program, servers with
// certificates of a test's authority, one of them under a wrong name.
import { assertEquals, assertMatch } from "@std/assert";
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";
import { ProxiedSite } from "../../support/proxy/proxied_site.ts";
import { tempFolder } from "../../support/temp_folder.ts";

async function serveTls(names: string[], ips: string[]): Promise<
  AsyncDisposable & { readonly port: number; readonly cert: string; readonly names: string[] }
> {
  const { cert, key } = await makeSelfSigned({ names, ips, days: 2, nowMs: Date.now() });
  const seen: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
    (request) => {
      seen.push(new URL(request.url).hostname);
      return new Response("secure");
    },
  );
  const { port } = server.addr;
  return { port, cert, names: seen, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test({
  name: "an https upstream is verified by its name and an authority, and there is no other way",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await using right = await serveTls(["localhost"], ["127.0.0.1"]);
    await using wrong = await serveTls(["other.test"], []);
    const file = folder.at("ca.pem");
    await Deno.writeTextFile(file, `${right.cert}${wrong.cert}`);
    const ask = async (words: readonly string[]): Promise<[number, string]> => {
      await using site = await ProxiedSite.start(words);
      const { status, body } = await fetch(site.url);
      await body?.cancel();
      return [status, (await site.events()).join("\n")];
    };
    const trusted = ["--proxy-ca", file];
    assertEquals(await ask(["--proxy", `https://localhost:${right.port}`, ...trusted]), [200, ""]);
    assertEquals(await ask(["--proxy", `https://127.0.0.1:${right.port}`, ...trusted]), [200, ""]);
    const [status, events] = await ask(["--proxy", `https://localhost:${wrong.port}`, ...trusted]);
    assertEquals(status, 502);
    assertMatch(events, /^23 .*certificate not valid for name "localhost"/);
    const [unknown, cause] = await ask(["--proxy", `https://localhost:${right.port}`]);
    assertEquals(unknown, 502);
    assertMatch(cause, /UnknownIssuer/);
    assertEquals(wrong.names, []);
  },
});
