/**
 * Edge: the signals that end a process in the foreground, as one signal for what runs in it.
 *
 * @module
 */
import { endSignals } from "./signals.ts";

/** Listens until it is disposed of; `signal` aborts at the first signal that ends a service. */
export function untilEndSignal(): Disposable & { readonly signal: AbortSignal } {
  const end = new AbortController();
  const abort = (): void => end.abort();
  const signals = endSignals(Deno.build.os);
  for (const signal of signals) Deno.addSignalListener(signal, abort);
  return {
    signal: end.signal,
    [Symbol.dispose](): void {
      for (const signal of signals) Deno.removeSignalListener(signal, abort);
    },
  };
}
