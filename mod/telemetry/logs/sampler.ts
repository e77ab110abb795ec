/**
 * Which requests for a sampled path are logged: the first, and then every nth. Nothing is left to
 * chance, so that the number of lines tells the number of requests. What failed is always logged, and
 * is not counted.
 *
 * @module
 */
import type { ServedRecord } from "../../base/exchange.ts";
import type { LogSample } from "../../config/rules/access_log.ts";

/** The statuses from which on a response is an error. */
const ERROR_STATUS = 400;

interface CountedPath extends LogSample {
  /** The path as the beginning of those below it. */
  readonly below: string;
  /** Requests since the last one that was logged. */
  count: number;
}

export class Sampler {
  readonly #paths: readonly CountedPath[];

  /** Of `samples`, the first that has a path decides. */
  constructor(samples: readonly LogSample[]) {
    this.#paths = samples.map(({ path, of }) => {
      return { path, of, below: path.endsWith("/") ? path : `${path}/`, count: 0 };
    });
  }

  /** Reports whether a request is logged, and counts it. */
  isLogged({ request: { path }, status }: ServedRecord): boolean {
    if (status >= ERROR_STATUS) return true;
    for (const sample of this.#paths) {
      if (path !== sample.path && !path.startsWith(sample.below)) continue;
      const isNext = sample.count === 0;
      sample.count = sample.count + 1 === sample.of ? 0 : sample.count + 1;
      return isNext;
    }
    return true;
  }
}
