/** wrk as the client: keep-alive connections, or one for each request. */
import type { Scope } from "../machine/scope.ts";

/** What every request is; wrk sends nothing else. */
export interface Request {
  readonly path: string;
  /** Field lines besides Host. */
  readonly fields?: readonly string[];
  /** The request has so many bytes of content, and is a POST. */
  readonly bodyBytes?: number;
  /** So many requests are sent before the first response is awaited. */
  readonly pipelined?: number;
}

export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Responses other than 2xx and 3xx, and socket errors. */
  readonly errors: number;
}

export interface WrkOptions {
  readonly seconds: number;
  readonly connections: number;
  readonly threads: number;
}

/** Returns a function that loads `url` with such requests once. */
export function wrkOf(
  scope: Scope,
  request: Request,
): (origin: string, options: WrkOptions) => Promise<Load> {
  const script = scriptOf(request);
  const file = script === "" ? null : `${scope.folder()}/request.lua`;
  if (file !== null) Deno.writeTextFileSync(file, script);
  const fields = (request.fields ?? []).flatMap((field) => ["-H", field]);
  return async (origin, { seconds, connections, threads }) => {
    const words = [
      "wrk",
      `-t${threads}`,
      `-c${connections}`,
      `-d${seconds}s`,
      "--latency",
      ...fields,
      ...(file === null ? [] : ["-s", file]),
      `${origin}${request.path}`,
    ];
    const child = scope.start(words, { stdin: "null", stdout: "piped", stderr: "piped" });
    const { success, stdout, stderr } = await child.output();
    if (!success) throw new Error(`wrk failed: ${new TextDecoder().decode(stderr)}`);
    const load = parseWrk(new TextDecoder().decode(stdout));
    // It measures from the last of the requests that it sent at once.
    return request.pipelined === undefined ? load : { ...load, p50Ms: NaN, p99Ms: NaN };
  };
}

function scriptOf({ bodyBytes, pipelined }: Request): string {
  if (bodyBytes !== undefined) {
    return `wrk.method = "POST"\nwrk.body = string.rep("x", ${bodyBytes})\n`;
  }
  if (pipelined === undefined) return "";
  return `init = function(args)
  local one = wrk.format()
  all = string.rep(one, ${pipelined})
end
request = function() return all end
`;
}

/** Parses the report of wrk. */
export function parseWrk(text: string): Load {
  const [, requests = "0", took = "0", unit = "s"] =
    /(\d+) requests in ([\d.]+)([a-z]+)/.exec(text) ?? [];
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/
    .exec(text)?.slice(1) ?? [];
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  return {
    requests: Number(requests),
    seconds: milliseconds(took + unit) / 1000,
    p50Ms: milliseconds(/^ +50% +(\S+)/m.exec(text)?.[1]),
    p99Ms: milliseconds(/^ +99% +(\S+)/m.exec(text)?.[1]),
    errors: socketErrors.reduce((all, one) => all + Number(one), bad),
  };
}

function milliseconds(text = "NaN"): number {
  const value = parseFloat(text);
  const unit = text.replace(/^[\d.]+/, "");
  return value * ({ us: 0.001, ms: 1, m: 60_000 }[unit] ?? 1000);
}
