// Goal: what a line means in its context, and what netsh is started for. Method: tables.
import { assertEquals } from "@std/assert";
import { type Context, readLine, readStart } from "../../../../mod/cli/tools/netsh/lines.ts";

Deno.test("readLine() knows contexts and the commands of netsh itself", () => {
  const cases: [context: Context, line: string, want: string][] = [
    ["", "http", "enter http"],
    ["", "h", "enter http"],
    ["", "HT", "enter http"],
    ["http", "http", "enter http"],
    ["http", "..", "enter "],
    ["", "h a ip 1.1.1.1", "call add iplisten"],
    ["http", "a ip 1.1.1.1", "call add iplisten"],
    ["http", "http add iplisten 1.1.1.1", "call add iplisten"],
    ["", "add iplisten 1.1.1.1", "call add iplisten"],
    ["http", ".. http dump", "call dump "],
    ["", "pushd http", "push http"],
    ["http", "pushd", "push "],
    ["", "pushd interface", "refused interface"],
    ["http", "popd", "pop"],
    ["http", "QUIT", "quit"],
    ["", "bye", "quit"],
    ["", "exit", "quit"],
    ["", "exec a.txt", "exec a.txt"],
    ["", "?", "netshHelp"],
    ["", "help", "netshHelp"],
    ["http", "?", "help"],
    ["", "# http", "nothing"],
    ["", "", "nothing"],
    ["", "online", "nothing"],
    ["", "offline", "refused offline"],
    ["", "interface ip show config", "refused interface"],
    ["", "adv show allprofiles", "refused adv"],
    ["http", "winhttp show proxy", "refused winhttp"],
    ["", "wlan", "refused wlan"],
    ["", "frobnicate", "unknown"],
    ["", "constructor", "unknown"],
  ];
  for (const [context, text, want] of cases) {
    const line = readLine(context, text.split(" ").filter(Boolean));
    const more = line.kind === "enter" || line.kind === "push"
      ? ` ${line.context}`
      : line.kind === "call"
      ? ` ${line.command.verb} ${line.command.noun}`
      : line.kind === "exec"
      ? ` ${line.path}`
      : line.kind === "refused"
      ? ` ${line.word}`
      : "";
    assertEquals(`${line.kind}${more}`, want, `${context}> ${text}`);
  }
});

Deno.test("readStart() reads the options of netsh", () => {
  const cases: [args: string, want: Record<string, unknown>][] = [
    ["", { kind: "lines", context: "" }],
    ["-c http", { kind: "lines", context: "http" }],
    ["-c http show iplisten", {
      kind: "command",
      context: "http",
      words: ["show", "iplisten"],
    }],
    ["/C ht -f a.txt", { kind: "script", context: "http", path: "a.txt" }],
    ["-f a.txt", { kind: "script", context: "", path: "a.txt" }],
    ["-f", { kind: "missing" }],
    ["-c", { kind: "missing" }],
    ["-r web1 http dump", { kind: "command", context: "", words: ["http", "dump"] }],
    ["-r \\\\WEB1.example.com", { kind: "lines", context: "" }],
    ["-r . -c http", { kind: "lines", context: "http" }],
    ["http add iplisten 1.1.1.1", {
      kind: "command",
      context: "",
      words: ["http", "add", "iplisten", "1.1.1.1"],
    }],
  ];
  for (const [args, want] of cases) {
    assertEquals({ ...readStart(args.split(" ").filter(Boolean), "web1.example.com") }, want, args);
  }
  const refused: [args: string, option: string][] = [
    ["-r web2 http dump", "-r"],
    ["-c interface", "-c"],
    ["-u admin", "-u"],
    ["-p secret", "-p"],
    ["-a aliases", "-a"],
  ];
  for (const [args, option] of refused) {
    const start = readStart(args.split(" "), "web1");
    assertEquals(start.kind === "refused" && start.option, option, args);
  }
});
