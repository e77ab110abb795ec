/**
 * The unit tests that fail under Wine 10 because of Wine, and what shows that it is Wine.
 *
 * @module
 */

/** Something that Wine does otherwise than Windows, and the tests that fail for it. */
interface WinesOwn {
  /** What Wine does, and how that was seen. */
  readonly cause: string;
  /** Each `PATH: NAME`. */
  readonly tests: readonly string[];
}

export const WINES_OWN: readonly WinesOwn[] = [
  {
    cause:
      "Deno.symlink() succeeds, and makes nothing: Deno.lstat() finds no file afterwards, and " +
      "Deno.readDir() lists none. A junction is refused with error 50, and is there as a directory",
    tests: [
      "tests/cli/commands/cert/cert_test.ts: cert import --link follows the files, and each store is separate",
      "tests/cli/core/outcome_test.ts: cert import --cert $CERT --key $KEY --name two --link --store WEB --idempotent changes something once",
      "tests/config/certs/cert_store_test.ts: linkPair() follows files that are replaced elsewhere",
      "tests/config/store/history_test.ts: a damaged file of the history: it is a link to nothing",
      "tests/config/store/resolve_folder_test.ts: resolveFolder() returns the absolute path with links resolved",
      "tests/site/static/file_lookup_test.ts: lookUp() finds files and directories, and nothing outside the root ... through links",
      "tests/site/static/folder_chain_test.ts: proveChain() tells a link on the way, and what is no directory",
      "tests/site/static/static_files_test.ts: staticFiles() follows a root that is a link to the current release",
    ],
  },
  {
    cause:
      "a file that is open keeps its name when it is removed: Deno.readDir() still lists it, and " +
      "Deno.open() opens it again, where Windows 10 takes the name away at once",
    tests: [
      "tests/config/store/store_test.ts: Store.update() does not write if its lock was removed meanwhile",
      "tests/config/store/store_test.ts: Store.update() waits for the lock that has the name, not for one that was removed",
    ],
  },
  {
    cause:
      "`netstat -ano` prints its heading and no socket, while the test has one that listens and " +
      "answers. The program says so, and that it does not know who listens",
    tests: [
      "tests/cli/commands/verify_test.ts: verify finds a socket that the service only claims to have",
      "tests/cli/tools/netsh/netsh_test.ts: show servicestate and registrations name the process that serves a registered URL",
    ],
  },
];
