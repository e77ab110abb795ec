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
 * thousand handshakes keeps 210 MB, with them 103. They cost 3 % of the CPU of a small response, and
 * 11 % if a thousand clients send requests at the same time. The new space keeps its normal size,
 * which `--optimize-for-size` alone would limit to a megabyte.
 */
export const RUNTIME_FLAGS: readonly string[] = [
  "--unstable-net",
  "--v8-flags=--optimize-for-size,--max-semi-space-size=16",
];
