/**
 * Runs the unit tests with Deno for Windows under Wine, and compares what fails with what is known to
 * be Wine's own. `deno task wine` runs all, `deno task wine base cli` those of two folders. Ends with
 * status 0 if nothing else has failed.
 *
 * @module
 */
import { fetchRuntime } from "../../../dist/npm_runtime.ts";
import { findTarget } from "../../../dist/targets.ts";
import { tempFolder } from "../temp_folder.ts";
import { makeWineRoot, missingForWine, windowsPath, WineMachine } from "./wine_machine.ts";
import { WINES_OWN } from "./wines_own.ts";

const ROOT = Deno.realPathSync(`${import.meta.dirname}/../../..`);
/** Folders with tests that are not unit tests, and folders without tests. */
const OTHERS: readonly string[] = ["e2e", "dist", "bench", "testdata"];
/** Milliseconds for the tests of one folder, also on a busy machine. */
const FOLDER_MS = 1_800_000;

const decoder = new TextDecoder();

/** Copies what git knows of the project, with what is not committed yet, into `folder`. */
async function copyProject(folder: string): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  for (const path of decoder.decode(stdout).split("\0").filter((name) => name !== "")) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${ROOT}/${path}`, `${folder}/${path}`);
  }
}

/** Copies the packages from npm that this runtime has fetched, so that the other one fetches none. */
async function copyPackages(cache: string): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(decoder.decode(stdout)) as { npmCache: string };
  await Deno.mkdir(cache, { recursive: true });
  await new Deno.Command("cp", { args: ["-r", npmCache, `${cache}/npm`] }).output();
}

/** Returns the folders and files of unit tests, of those that `wanted` names; all if it names none. */
function testsOf(wanted: readonly string[]): string[] {
  const names = [...Deno.readDirSync(`${ROOT}/tests`)].map(({ name }) => name).sort();
  return names.filter((name) => {
    return !OTHERS.includes(name) && (wanted.length === 0 || wanted.includes(name));
  });
}

/** Returns the tests that failed, each as `PATH: NAME`. */
export function failuresOf(output: string): string[] {
  const [, list = ""] = output.split(/^ FAILURES $/m);
  return list.split("\n").flatMap((line) => {
    const [, name, path] = /^(.+?) => \.[\\/](.+?\.ts)(?::\d+)*$/.exec(line) ?? [];
    if (name !== undefined) return [`${path!.replaceAll("\\", "/")}: ${name}`];
    const [, whole] = /^\.[\\/](.+?\.ts) \(uncaught error\)/.exec(line) ?? [];
    return whole === undefined ? [] : [`${whole.replaceAll("\\", "/")}: is not run`];
  });
}

async function main(wanted: readonly string[]): Promise<number> {
  const print = (text: string): void => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  };
  await using temp = await tempFolder();
  const missing = missingForWine();
  const root = missing === null ? await makeWineRoot(temp.at("root")) : null;
  if (root === null) {
    print(`skipped: no ${missing ?? "packages of Debian 13"}`);
    return 0;
  }
  const folder = temp.at("machine");
  const project = `${folder}/project`;
  await copyProject(project);
  await copyPackages(`${folder}/cache`);
  const runtime = await fetchRuntime(findTarget("windows-x64")!, folder);
  await using machine = await WineMachine.start(root, folder);
  const known = new Map(
    WINES_OWN.flatMap(({ cause, tests }) => tests.map((test) => [test, cause])),
  );
  const unknown: string[] = [];
  for (const name of testsOf(wanted)) {
    const words = ["cmd", "/c", "cd", "/d", windowsPath(project), "&&", windowsPath(runtime)];
    const { status, out, err } = await machine.run(
      [...words, "test", "-A", "--quiet", "--parallel", `tests/${name}`],
      { DENO_DIR: windowsPath(`${folder}/cache`) },
      FOLDER_MS,
    );
    const [total = "no totals"] = /^(?:ok|FAILED) \| .*$/m.exec(out) ?? [];
    print(`${name}: ${total}`);
    const failures = failuresOf(out);
    for (const failure of failures) {
      const cause = known.get(failure);
      print(`  ${failure}\n    ${cause ?? "not known to be Wine's own"}`);
      if (cause === undefined) unknown.push(failure);
    }
    const isSilent = status !== 0 && failures.length === 0;
    if (isSilent) unknown.push(`${name} ended with ${status}`);
    const errors = out.slice(out.indexOf(" ERRORS "));
    if (isSilent) print(out + err);
    else if (failures.some((failure) => !known.has(failure))) print(errors);
  }
  print(`${unknown.length} failures that are not Wine's own`);
  return unknown.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
