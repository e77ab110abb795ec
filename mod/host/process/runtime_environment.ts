/**
 * What the runtime is told by its environment. It reads that when it starts, so whoever starts this
 * program has to set it: the head of the portable form, a service manager, the program itself.
 *
 * @module
 */

/**
 * The variables: how many ready sockets the runtime takes from the system at a time. It serves at
 * most 128 of them before it takes more, and those that it took first wait longest: of 2,000 clients
 * that never pause, some waited a second while others were served hundreds of times.
 */
export const RUNTIME_ENVIRONMENT: Readonly<Record<string, string>> = {
  DENO_TOKIO_MAX_IO_EVENTS_PER_TICK: "64",
};
