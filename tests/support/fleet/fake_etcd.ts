/**
 * A server that answers as etcd's gateway does when it is told to, also as no etcd ever should.
 *
 * @module
 */
import { freePort } from "../ports.ts";

/** What answers a request: the path below `/v3/`, and its body. */
type Answering = (path: string, body: Record<string, unknown>) => Response | Promise<Response>;

export interface FakeEtcd extends AsyncDisposable {
  readonly url: string;
  /** The paths that were asked for, below `/v3/`. */
  readonly asked: readonly string[];
}

export function fakeEtcd(answering: Answering): FakeEtcd {
  const asked: string[] = [];
  const port = freePort();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname.replace("/v3/", "");
      asked.push(path);
      return await answering(path, await request.json());
    },
  );
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Returns the answer to a range with so many keys, none of which is sent. */
export function rangeAnswer(revision: number, count: number, newest: number): Response {
  const key = btoa("/f/a");
  const kvs = count === 0 ? [] : [{ key, "mod_revision": String(newest) }];
  return Response.json({ header: { revision: String(revision) }, kvs, count: String(count) });
}

/** Returns a stream of these texts, which stays open unless it `ends`. */
export function streamAnswer(texts: readonly string[], ends = false): Response {
  let timer: ReturnType<typeof setTimeout>;
  const body = new ReadableStream<Uint8Array>({
    start(controller): void {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      if (ends) controller.close();
      else timer = setInterval(() => {}, 60_000);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body);
}
