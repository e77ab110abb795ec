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
 * thousand handshakes keeps 190 MB, with them 120. `--memory-saver-mode` (110 MB) and
 * `--optimize-for-size` cost a handshake a quarter of its time, and 2,000 clients at the same time
 * 12 % and more: what they wait for is collected again and again, and never garbage. The new space can
 * grow to 8 MB for the same reason: what waits would be moved out of it too early.
 */
export const RUNTIME_FLAGS: readonly string[] = [
  "--unstable-net",
  "--v8-flags=--heap-growing-percent=30,--min-semi-space-size=4,--max-semi-space-size=8",
];
