/**
 * The flags of the runtime, other than permissions, in both forms of the build.
 *
 * @module
 */

/**
 * `--unstable-net` enables `Deno.listenDatagram`, which sends the readiness message to systemd.
 *
 * The flags of V8 make it collect garbage earlier. What a TLS connection allocates outside the heap
 * is freed with its garbage, and V8 does not count it: without them a service that has seen a few
 * thousand handshakes keeps 210 MB, with them 110. `--optimize-for-size` does the same at a higher
 * price if thousands of clients send requests at the same time: what they wait for survives each of
 * its many small collections. The new space is not small at the start for the same reason.
 */
export const RUNTIME_FLAGS: readonly string[] = [
  "--unstable-net",
  "--v8-flags=--memory-saver-mode,--min-semi-space-size=8,--max-semi-space-size=16",
];
