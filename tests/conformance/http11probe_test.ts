// Goal: no answer of ours is one that RFC 9110 or 9112 forbids. Method: Http11Probe's cases, raw, to
// an HttpServer on a loopback socket. A case that we answer otherwise than it would like has its
// reason here; a reason that no case needs any more fails too.
import { assertEquals } from "@std/assert";
import type { Handler } from "../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { HttpServer } from "../../mod/http/server.ts";
import { readCorpus } from "../support/corpora.ts";
import { echo } from "../support/engine.ts";
import { type ProbeCase, runProbe } from "./probe.ts";
import { judge } from "./probe_verdict.ts";

/** Cases that would rather have another answer than ours, which is allowed too. */
const DELIBERATE: Readonly<Record<string, string>> = {
  "COMP-GET-WITH-CL-BODY": "content in GET has no meaning but is framed well; the body is read off",
  "COMP-UPGRADE-INVALID-VER": "an Upgrade may be ignored; WebSocket versions are the site's matter",
  "COMP-HTTP10-NO-HOST": "HTTP/1.0 has no Host; the site without a host name answers",
  "COMP-HTTP12-VERSION": "505: we speak 1.0 and 1.1 and pretend no more",
  "SMUG-CL-TRAILING-SPACE": "white space around a value is no part of it (RFC 9110 5.5)",
  "MAL-CL-TAB-BEFORE-VALUE": "white space around a value is no part of it (RFC 9110 5.5)",
  "SMUG-EXPECT-100-CL": "100-continue is met: the body was there, so no 100 was needed",
  "SMUG-HEAD-CL-BODY": "content in HEAD is framed well; the body is read off",
  "SMUG-ABSOLUTE-URI-HOST-MISMATCH":
    "RFC 9112 3.2.2: the target's host is used, Host MUST be ignored",
  "CAP-ETAG-304": "validators are a site's matter; the echo handler here has none",
  "CAP-LAST-MODIFIED-304": "validators are a site's matter; the echo handler here has none",
  "CAP-ETAG-IN-304": "validators are a site's matter; the echo handler here has none",
};

const cases = readCorpus<ProbeCase[]>("http11probe.dev.json");

/** As `echo`, and OPTIONS says what is allowed. */
const handler: Handler = (request) => {
  if (request.method !== "OPTIONS") return echo(request);
  return { status: 204, headers: [["Allow", "GET, HEAD, POST, OPTIONS"]], body: null };
};

Deno.test({
  name: "HttpServer answers Http11Probe's cases (needs ../shared/corpora/http11probe.dev.json)",
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
