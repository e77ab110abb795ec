// Goal: the npm package for Windows has the portable form unpacked, and the launcher starts its runtime
// with every argument, though a batch file could not be passed them. Method: a zip file with a script
// for the runtime, which shows what it is given; the packages are put where npm puts them.
import { assertEquals } from "@std/assert";
import { writeNpmPackages } from "../../../dist/npm.ts";
import { findTarget } from "../../../dist/targets.ts";
import { zipParts } from "../../../dist/zip.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { has, ROOT, run } from "../support.ts";

const WINDOWS = findTarget("windows-x64")!;
const START = {
  run: ["--quiet", "--allow-read"],
  settle: ["--no-prompt"],
  environment: { A: "1" },
};
/** Shows its own name, its arguments one per line, and what the launcher sets. */
const RUNTIME = `#!/bin/sh
printf '%s\\n' "$(basename "$0")" "$@"
printf '%s\\n' "$A" "$HTTPCFG_EXE" "$HTTPCFG_ARGV0" "$HTTPCFG_RUN" "$DENO_DIR"
case $* in
*warm.js) echo warm >>"$DENO_DIR/log" ;;
*settle.js) echo "settle in $PWD" >>log ;;
*) exit 7 ;;
esac
`;

async function writeZip(path: string): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    "httpcfg.cmd": "@echo off\r\n",
    "LICENSE.txt": "license",
    "lib/deno.exe": RUNTIME,
    "lib/main.js": "",
    "lib/start.json": JSON.stringify(START),
  };
  const entries = Object.entries(files).map(([name, text]) => {
    return { name, content: new TextEncoder().encode(text) };
  });
  await Deno.writeFile(path, await new Blob(zipParts(entries)).bytes());
}

Deno.test({
  name: "npm: the portable form for Windows is packed unpacked, and started with every argument",
  ignore: Deno.build.os === "windows" || !(await has("node")),
  fn: async () => {
    await using folder = await tempFolder();
    const zip = `${folder.path}/httpcfg-windows-x64.zip`;
    await writeZip(zip);
    const out = `${folder.path}/npm`;
    const built = [{ target: WINDOWS, path: zip }];
    const [platform = "", main = ""] = await writeNpmPackages({
      root: ROOT,
      version: "1.2.3",
      built,
      out,
    });
    const manifest = JSON.parse(await Deno.readTextFile(`${platform}/package.json`));
    assertEquals([manifest.name, manifest.os, manifest.cpu, manifest.files], [
      "@httpcfg/win32-x64",
      ["win32"],
      ["x64"],
      ["httpcfg.cmd", "lib"],
    ]);
    const names = [...Deno.readDirSync(platform)].map(({ name }) => name).sort();
    assertEquals(names, ["LICENSE", "README.md", "httpcfg.cmd", "lib", "package.json"]);

    // As if npm had installed them, on a Windows that runs scripts.
    const modules = `${folder.path}/node_modules`;
    await Deno.mkdir(`${modules}/@httpcfg`, { recursive: true });
    await Deno.rename(main, `${modules}/httpcfg`);
    await Deno.rename(platform, `${modules}/@httpcfg/win32-x64`);
    await Deno.chmod(`${modules}/@httpcfg/win32-x64/lib/deno.exe`, 0o755);
    const preload = `${folder.path}/windows.cjs`;
    await Deno.writeTextFile(
      preload,
      'Object.defineProperty(process, "platform", { value: "win32" });\n' +
        'Object.defineProperty(process, "arch", { value: "x64" });\n',
    );
    const launch = (...words: string[]) =>
      run(
        ["/usr/bin/env", "node", "-r", preload, `${modules}/httpcfg/bin/httpcfg.js`, ...words],
        { PATH: Deno.env.get("PATH")! },
      );
    const lib = await Deno.realPath(`${modules}/@httpcfg/win32-x64/lib`);
    const file = lib.replace(/lib$/, "httpcfg.cmd");
    const words = ["site", "add", "a b", '"', "100%", "!x!", "a&b", "^", ""];
    for (let time = 0; time < 2; time++) {
      const { code, stdout } = await launch(...words);
      assertEquals(code, 7);
      assertEquals(stdout.split("\n").slice(0, -1), [
        "deno.exe",
        ...["run", ...START.run, `${lib}/main.js`, ...words],
        ...["1", file, file, `run ${START.run.join(" ")}`, `${lib}/cache`],
      ]);
    }
    const log = await Deno.readTextFile(`${lib}/cache/log`);
    assertEquals(log, `warm\nsettle in ${lib}/cache\n`, "once");
  },
});
