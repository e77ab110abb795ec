/**
 * Proxies for tests: the rules of a registered program, over connections that a test makes.
 *
 * @module
 */
import type { ByteStream } from "../../../mod/base/exchange.ts";
import { programRules } from "../../../mod/site/proxied/proxy_content.ts";
import { Proxies, type SiteProxies } from "../../../mod/site/proxy/proxies.ts";
import { ReverseProxy } from "../../../mod/site/proxy/proxy.ts";
import { TunnelLimits } from "../../../mod/site/proxy/tunnel_limits.ts";
import type { UpstreamRoute } from "../../../mod/site/proxy/upstream.ts";
import { type StreamEnd, streamPair } from "../stream_pair.ts";
import { limitOf } from "../workers/limits.ts";

type Options = ConstructorParameters<typeof ReverseProxy>[0];

/** Returns the options of a proxy that is called "us" in Via, over what `connects` opens. */
export function proxyOptions(
  connects: readonly (() => Promise<ByteStream>)[],
  { timeoutMs = 60_000, ...other }: Partial<Options> & { readonly timeoutMs?: number } = {},
): Options {
  return {
    ...programRules(timeoutMs),
    via: "us",
    tunnelLimits: new TunnelLimits(limitOf(1200)),
    requestLimit: limitOf(1000),
    upstreams: connects.map((connect, i) => upstreamRoute(`upstream ${i}`, connect)),
    onNews: () => {},
    ...other,
  };
}

/** Returns how an upstream is reached by `connect`, with paths and hosts as they are. */
export function upstreamRoute(name: string, connect: () => Promise<ByteStream>): UpstreamRoute {
  const path = { application: "/", strips: false, base: "" };
  return { name, limitKey: name, host: null, path, connect };
}

/** Returns the proxies of a process without any limit that is near. */
export function testProxies(): Proxies {
  return new Proxies({
    tunnelLimits: new TunnelLimits(limitOf(1200)),
    requestLimit: () => limitOf(1000),
    onProgramNews: () => {},
    onSiteNews: () => {},
  });
}

/** Returns proxies whose upstreams answer each request with 204, without a network. */
export function answeringProxies(): SiteProxies {
  const connect = (): Promise<StreamEnd> => {
    const [ours, theirs] = streamPair();
    void answer(theirs);
    return Promise.resolve(ours);
  };
  return { ofSite: () => new ReverseProxy(proxyOptions([connect])) };
}

async function answer(stream: StreamEnd): Promise<void> {
  await stream.read(new Uint8Array(4096));
  await stream.write(
    new TextEncoder().encode("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
  );
}
