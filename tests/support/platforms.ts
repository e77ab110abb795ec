/**
 * What a test needs of the system that it runs on: `Deno.test(name, ON_POSIX, fn)`. A test without
 * one of these runs on Linux, macOS and Windows.
 *
 * @module
 */

/** A test that uses a shell, signals, modes, owners or Unix sockets. */
export const ON_POSIX: { readonly ignore: boolean } = { ignore: Deno.build.os === "windows" };

/** A test that looks at the machine or its processes as only Linux shows them, or limits them so. */
export const ON_LINUX: { readonly ignore: boolean } = { ignore: Deno.build.os !== "linux" };
