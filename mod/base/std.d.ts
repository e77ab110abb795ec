/**
 * Type declarations for the `@std` modules in use: the npm form of `@std` has none. Each declares
 * only what this project calls; a move to `jsr:` makes this file unnecessary.
 */

declare module "@std/assert" {
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertArrayIncludes<T>(
    actual: ArrayLike<T>,
    expected: ArrayLike<T>,
    msg?: string,
  ): void;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    ErrorClass?: new (...args: any[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    ErrorClass?: new (...args: any[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
  export function assertLess<T>(actual: T, expected: T, msg?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function fail(msg?: string): never;
}

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    readonly boolean?: readonly string[];
    readonly string?: readonly string[];
    readonly collect?: readonly string[];
    readonly negatable?: readonly string[];
    readonly alias?: Readonly<Record<string, string | readonly string[]>>;
    readonly stopEarly?: boolean;
    readonly "--"?: boolean;
    readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  }
  export interface ParsedArgs {
    readonly _: readonly (string | number)[];
    readonly [name: string]: unknown;
  }
  export function parseArgs(args: readonly string[], options?: ParseOptions): ParsedArgs;
}

declare module "@std/csv/stringify" {
  /** Returns `rows` as RFC 4180 text; cells that need it are quoted. */
  export function stringify(rows: readonly (readonly string[])[]): string;
}

declare module "@std/net/get-available-port" {
  /** Returns a TCP port that was free on `hostname` a moment ago. */
  export function getAvailablePort(
    options?: { readonly preferredPort?: number; readonly hostname?: string },
  ): number;
}

declare module "@std/yaml/parse" {
  /** Returns the value of one YAML document. */
  export function parse(text: string): unknown;
}

declare module "@std/media-types/content-type" {
  /** Returns the full media type, with charset, for an extension such as ".html", if known. */
  export function contentType(extensionOrType: string): string | undefined;
}

declare module "@std/media-types/db" {
  /** What is known of each media type, by its name in lower case. */
  const db: Readonly<Record<string, { readonly compressible?: boolean }>>;
  export default db;
}

declare module "@std/html/entities" {
  /** Escapes `str` for use in an element or a quoted attribute. */
  export function escape(str: string): string;
}

declare module "@std/text/levenshtein-distance" {
  /** Returns the smallest number of edits that turn `str1` into `str2`. */
  export function levenshteinDistance(str1: string, str2: string): number;
}

declare module "@std/jsonc/parse" {
  /** Returns the value of a JSON text that may have comments. Throws a SyntaxError. */
  export function parse(text: string): unknown;
}
