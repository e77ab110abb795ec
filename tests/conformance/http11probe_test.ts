// Goal: no response is one that RFC 9110 or 9112 forbids. Method: the cases of Http11Probe, raw, to
// an HttpServer on a loopback socket. Cases whose preferred response differs from ours are listed
// with a reason; a listed case that no longer differs fails too.
import { assertEquals } from "@std/assert";
import type { Handler } from "../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { HttpServer } from "../../mod/http/server.ts";
import { isRegisteredMethod } from "../../mod/wire/methods.ts";
import { readCorpus } from "../support/corpora.ts";
import { echo } from "../support/engine.ts";
import { type ProbeCase, runProbe } from "./probe.ts";
import { judge } from "./probe_verdict.ts";

/** Cases that prefer another response than ours, which is allowed too. */
const DELIBERATE: Readonly<Record<string, string>> = {
  "COMP-GET-WITH-CL-BODY": "content in GET has no meaning but is framed; the body is discarded",
  "COMP-UPGRADE-INVALID-VER": "an Upgrade may be ignored; WebSocket versions are up to the site",
  "COMP-HTTP10-NO-HOST": "HTTP/1.0 has no Host; the site without a host name responds",
  "COMP-HTTP12-VERSION": "505: the server speaks 1.0 and 1.1 and claims no more",
  "SMUG-CL-TRAILING-SPACE": "white space around a value is not part of it (RFC 9110 5.5)",
  "MAL-CL-TAB-BEFORE-VALUE": "white space around a value is not part of it (RFC 9110 5.5)",
  "SMUG-EXPECT-100-CL": "100-continue is met: the body had arrived, so 100 was not needed",
  "SMUG-HEAD-CL-BODY": "content in HEAD is framed; the body is discarded",
  "SMUG-ABSOLUTE-URI-HOST-MISMATCH":
    "RFC 9112 3.2.2: the target's host is used, Host MUST be ignored",
  "CAP-ETAG-304": "validators are up to the site; the echo handler here has none",
  "CAP-LAST-MODIFIED-304": "validators are up to the site; the echo handler here has none",
  "CAP-ETAG-IN-304": "validators are up to the site; the echo handler here has none",
};

const cases = readCorpus<ProbeCase[]>("http11probe.dev.json");

/** Like `echo`, but OPTIONS returns what is allowed, and methods are judged as a site of files does. */
const handler: Handler = (request) => {
  if (!isRegisteredMethod(request.method)) return { refuse: "N/I" };
  if (request.method !== "OPTIONS") return echo(request);
  return { status: 204, headers: [["Allow", "GET, HEAD, POST, OPTIONS"]], body: null };
};

Deno.test({
  name: "HttpServer passes Http11Probe's cases (needs ../shared/corpora/http11probe.dev.json)",
  ignore: cases === null,
  async fn(): Promise<void> {
    const server = new HttpServer({ settings: DEFAULT_SETTINGS, handler });
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = accept(listener, server);
    const verdicts: Record<string, string> = {};
    const queue = [...cases!];
    const run = async (): Promise<void> => {
      for (let probe = queue.shift(); probe !== undefined; probe = queue.shift()) {
        const steps = await runProbe(probe, listener.addr as Deno.NetAddr);
        const verdict = judge(probe, steps);
        if (verdict !== "pass") verdicts[probe.id] = verdict;
      }
    };
    await Promise.all(Array.from({ length: 16 }, run));
    listener.close();
    await accepting;
    await server.drain(0);
    const wanted = Object.fromEntries(
      Object.keys(DELIBERATE).map((id) => [id, "warn"]),
    );
    assertEquals(verdicts, wanted);
  },
});

async function accept(listener: Deno.TcpListener, server: HttpServer): Promise<void> {
  try {
    for (;;) server.serve(await listener.accept(), { tls: false });
  } catch {
    // Closed: the test is over.
  }
}
