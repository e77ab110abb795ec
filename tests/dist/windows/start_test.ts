// Goal: httpcfg.cmd starts the program: every argument that cmd can pass, the exit status, any
// directory, its own permissions, and a service that outlives the command. Method: cmd, on Windows; the
// form as it is released, with the stand-in of the other forms and with the real program.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writePortableZip } from "../../../dist/portable_zip.ts";
import { unzip } from "../../../dist/zip.ts";
import { freePort } from "../../support/ports.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";
import { waitFor } from "../../support/wait.ts";
import { bundle, INFO, type RunResult } from "../support.ts";

const ignore = Deno.build.os !== "windows";

/** The form of one program, unpacked in a directory whose name needs quoting at every step. */
class Unpacked implements AsyncDisposable {
  readonly folder: string;
  /** The directory that {@linkcode folder} is in, and its end. */
  readonly #temporary: TempFolder;

  private constructor(folder: string, temporary: TempFolder) {
    this.folder = folder;
    this.#temporary = temporary;
  }

  static async make(entry: string): Promise<Unpacked> {
    const temporary = await tempFolder();
    const { folder: from, files } = await bundle(entry);
    const out = temporary.at("out.zip");
    const runtime = Deno.execPath();
    await writePortableZip({ bundle: from, files, runtime, info: INFO, license: "", out });
    await Deno.remove(from, { recursive: true });
    const folder = temporary.at("a (b) & c!d");
    await Deno.mkdir(`${folder}/lib`, { recursive: true });
    for (const { name, content } of unzip(await Deno.readFile(out))) {
      await Deno.writeFile(`${folder}/${name}`, content);
    }
    return new Unpacked(folder, temporary);
  }

  /** Runs lines of a batch file in `cwd`, with the directory of httpcfg.cmd on PATH. */
  async batch(
    lines: readonly string[],
    options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
  ): Promise<RunResult> {
    const { cwd = this.folder, env = {} } = options;
    const file = this.#temporary.at("test.bat").replaceAll("/", "\\");
    await Deno.writeTextFile(file, ["@echo off", ...lines, ""].join("\r\n"));
    const output = await new Deno.Command("cmd", {
      args: ["/d", "/c", file],
      cwd,
      env: { PATH: `${this.folder.replaceAll("/", "\\")};${Deno.env.get("PATH")}`, ...env },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout).replaceAll("\r\n", "\n"),
      stderr: decoder.decode(output.stderr).replaceAll("\r\n", "\n"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Windows removes no file of a process that has not quite ended.
    const remove = async (): Promise<void> => await this.#temporary[Symbol.asyncDispose]();
    await waitFor(() => remove().then(() => true, () => false), "the files to be free");
  }
}

Deno.test({
  name: "httpcfg.cmd passes on arguments and exit statuses, from any directory, by any name",
  ignore,
  fn: async () => {
    await using unpacked = await Unpacked.make("tests/dist/stand_in.ts");
    const file = `${unpacked.folder.replaceAll("/", "\\")}\\httpcfg.cmd`;
    const calls: readonly (readonly [line: string, args: readonly string[]])[] = [
      ["httpcfg query iplisten", ["query", "iplisten"]],
      ['httpcfg "a b" "" c', ["a b", "", "c"]],
      ['httpcfg "100%%" %%x%% "!y!" !z!', ["100%", "%x%", "!y!", "!z!"]],
      ['httpcfg "a&b|c>d<e^f(g)" http://x:80/', ["a&b|c>d<e^f(g)", "http://x:80/"]],
      ['httpcfg "say ""hi""" a,b;c=d * ?', ['say "hi"', "a,b;c=d", "*", "?"]],
      ['"httpcfg" quoted', ["quoted"]],
      ["httpcfg.cmd extension", ["extension"]],
      [`"${file.replaceAll("%", "%%")}" path`, ["path"]],
    ];
    for (const [line, args] of calls) {
      const { code, stdout, stderr } = await unpacked.batch([line], { cwd: "C:\\" });
      assertEquals([code, stderr], [0, ""], line);
      const said = JSON.parse(stdout);
      assertEquals([said.version, said.args, said.argv0], [INFO.version, args, file], line);
      assertStringIncludes(said.runtime, "\\lib\\deno.exe");
    }
    for (const code of [0, 1, 7, 183]) {
      // ERRORLEVEL as a variable hides the status.
      const env = { ERRORLEVEL: "0" };
      assertEquals((await unpacked.batch([`httpcfg exit ${code}`], { env })).code, code);
      const lines = [
        "set ERRORLEVEL=",
        `call httpcfg exit ${code}`,
        "echo %ERRORLEVEL% %DENO_DIR%.",
      ];
      const { stdout } = await unpacked.batch(lines, { env: { DENO_DIR: "mine" } });
      assertEquals(stdout, `${code} mine.\n`, "nothing of the environment is left behind");
    }
    const lazy = JSON.parse((await unpacked.batch(["httpcfg lazy"])).stdout);
    assertEquals(lazy.replaceAll("\\", "/"), "loaded/on/demand");
    assert((await Deno.stat(`${unpacked.folder}/lib/cache/v8_code_cache_v2`)).size > 0);

    // Started where it is shown inside of the zip file, it is unpacked alone.
    await Deno.remove(`${unpacked.folder}/lib/main.js`);
    const alone = await unpacked.batch(["httpcfg --version"]);
    assertEquals([alone.code, alone.stdout], [1, ""]);
    const says =
      /^error: Cannot start ".*\\httpcfg.cmd": ".*\\lib\\" is not complete\nhint: unpack/;
    assertMatch(alone.stderr, says);
  },
});

Deno.test({
  name: "httpcfg.cmd: the program stores, serves in the background, and stops",
  ignore,
  fn: async () => {
    await using unpacked = await Unpacked.make("main.ts");
    const port = freePort();
    const env = { HTTPCFG_HOME: `${unpacked.folder}\\home` };
    const batch = (line: string): Promise<RunResult> => unpacked.batch([line], { env });
    assertEquals((await batch("httpcfg set iplisten -i 127.0.0.1")).code, 0);
    assertEquals((await batch("httpcfg set iplisten -i 127.0.0.1")).code, 183);
    assertEquals((await batch("httpcfg query iplisten")).stdout, "IP :127.0.0.1\n");
    const set = await batch(`httpcfg site set "Default Web Site" --bind :${port}: --respond "a b"`);
    assertEquals(set.code, 0, set.stderr);
    const piped = await batch("httpcfg config export | httpcfg config import -");
    assertEquals(piped.code, 0, piped.stderr);
    const started = await batch("httpcfg net start w3svc");
    assertEquals(started.code, 0, started.stderr);
    const { pid } = JSON.parse((await batch("httpcfg status --format json")).stdout);
    try {
      assertEquals(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "a b");
      const stopped = await batch("httpcfg net stop http /y");
      assertEquals(stopped.code, 0, stopped.stderr);
    } finally {
      Deno.kill(pid); // the process waits for a next start
    }
  },
});
