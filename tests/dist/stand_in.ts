/**
 * A small stand-in for the program. It shows what a build does to any program: its version, its
 * arguments, its exit status, its signals, starting itself, and a part that is loaded on demand.
 */
import { COMMIT, VERSION } from "../../mod/base/version.ts";

function print(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

const [command, argument = ""] = Deno.args;
switch (command) {
  case "exit":
    Deno.exitCode = Number(argument);
    break;
  case "lazy":
    print((await import("./stand_in_lazy.ts")).joined());
    break;
  case "self": {
    const command = new Deno.Command(Deno.env.get("HTTPCFG_EXE") ?? "", { args: ["exit", "5"] });
    print(command.outputSync().code);
    break;
  }
  case "run":
    new Deno.Command(argument).outputSync();
    break;
  case "wait":
    Deno.addSignalListener("SIGTERM", () => Deno.exit(7));
    print(Deno.pid);
    setInterval(() => {}, 60_000);
    break;
  default:
    print({
      version: VERSION,
      commit: COMMIT,
      args: Deno.args,
      argv0: Deno.env.get("HTTPCFG_ARGV0"),
      runtime: Deno.execPath(),
    });
}
