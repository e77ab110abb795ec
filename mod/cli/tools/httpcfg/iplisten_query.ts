/**
 * `query iplisten`: the IP inclusion list, with the syntax of Httpcfg.exe.
 *
 * This is a separate file that imports next to nothing, because scripts call it in loops. In the
 * machine-readable formats an empty list is an empty list with exit status 0; only text has a code
 * for it.
 *
 * @module
 */
import { WIN32 } from "../../../base/win32.ts";
import { type CommandSpec, FORMAT_FLAG } from "../../core/command.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { completing, printCompleted } from "./completed.ts";

const queryIplisten: CommandSpec = {
  name: "query iplisten",
  usage: "",
  summary: "Show the IP inclusion list",
  details: [
    "No switches. Status codes: 0; 5 (access denied); 1168 (the list is empty: every address), " +
    "which is exit status 1 except on Windows.",
  ],
  examples: [
    { line: "httpcfg query iplisten", shows: "one entry per line" },
    { line: "httpcfg query iplisten --format json | jq -r '.iplisten[].ip'", shows: "for scripts" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: Infinity },
  legacy: true,
  run: completing("Query", async (input, io) => {
    const ipListen = await io.store.readList();
    const form = input.text("format") ?? "text";
    if (form !== "text") {
      const { render } = await import("../../core/format.ts");
      const rows = ipListen.map((ip) => ({ ip }));
      io.out(await render({ name: "iplisten", columns: ["ip"], rows }, form));
      return WIN32.NO_ERROR;
    }
    if (ipListen.length > 0) io.out(`IP :${ipListen.join("\nIP :")}`);
    const exit = ipListen.length > 0
      ? WIN32.NO_ERROR
      : printCompleted(io, "Query", WIN32.NOT_FOUND);
    await noteUnapplied(io);
    return exit;
  }),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [queryIplisten];
