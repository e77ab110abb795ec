#!/usr/bin/env node
/**
 * Edge: `httpcfg` of the npm package: becomes the program that the package of this platform has, or
 * where Node cannot, runs it and ends as it ends.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";

/** Signals that others send to this process and mean for the program. */
const PASSED_ON = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR2"];

/** Milliseconds between two looks at the parent. */
const PARENT_MS = 200;

/** Exit status of a command that failed, as in the program. */
const FAILED = 1;

function fail(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  process.exit(FAILED);
}

/**
 * Returns the path of the program, the words before its arguments, and its environment; ends the
 * process if there is none.
 */
function findProgram() {
  const own = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const platform = `${process.platform}-${process.arch}`;
  const name = `@httpcfg/${platform}`;
  if (!(name in own.optionalDependencies)) {
    const known = Object.keys(own.optionalDependencies).map((one) => one.replace(/^.*\//, ""));
    fail(
      `Cannot start httpcfg on "${platform}": built for ${known.join(", ")}`,
      "run it from the sources with Deno: deno run -A main.ts",
    );
  }
  let manifest;
  try {
    manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch {
    const ofMusl = process.platform === "linux" && !hasGlibc();
    fail(
      `Cannot start httpcfg: the package "${name}", which has the program, is not installed` +
        (ofMusl ? "; it needs the GNU C library" : ""),
      ofMusl
        ? "use a distribution with the GNU C library"
        : `npm install --include=optional httpcfg@${own.version}`,
    );
  }
  const folder = dirname(manifest);
  const found = existsSync(join(folder, "lib", "start.json"))
    ? portableProgram(folder)
    : wholeProgram(join(folder, process.platform === "win32" ? "httpcfg.exe" : "httpcfg"));
  try {
    accessSync(found.program, constants.X_OK);
  } catch (error) {
    fail(`Cannot start "${found.program}": ${error.code}`, `npm install httpcfg@${own.version}`);
  }
  return found;
}

function wholeProgram(program) {
  return { program, words: [], env: process.env };
}

/**
 * The portable form for Windows: the runtime is started as httpcfg.cmd starts it, because a batch
 * file cannot be passed every argument.
 */
function portableProgram(folder) {
  const lib = join(folder, "lib");
  const { run, settle, environment } = JSON.parse(readFileSync(join(lib, "start.json"), "utf8"));
  const file = join(folder, "httpcfg.cmd");
  const cache = join(lib, "cache");
  const env = {
    ...process.env,
    ...environment,
    HTTPCFG_EXE: file,
    HTTPCFG_ARGV0: file,
    HTTPCFG_RUN: ["run", ...run].join(" "),
    DENO_DIR: cache,
  };
  const program = join(lib, "deno.exe");
  if (isMade(cache)) {
    const options = { env, stdio: "ignore", windowsHide: true };
    spawnSync(program, ["run", ...run, join(lib, "warm.js")], options);
    spawnSync(program, ["run", ...settle, join(lib, "settle.js")], { ...options, cwd: cache });
  }
  return { program, words: ["run", ...run, join(lib, "main.js")], env };
}

/** Makes a directory; false if it is there already, or may not be made. */
function isMade(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Reports whether npx runs this process, in a shell that does nothing else. */
function isOfNpx() {
  return process.env.npm_command === "exec" && process.env.npm_lifecycle_event === "npx";
}

function hasGlibc() {
  return Boolean(process.report?.getReport().header.glibcVersionRuntime);
}

/** Becomes the program: the same process id, so that even SIGKILL reaches it. */
function become({ program, words, env }, args) {
  process.emitWarning = () => {}; // Node calls the function experimental
  process.execve(program, [program, ...words, ...args], env);
}

/** Runs the program with the streams of this process, and ends as it ends. */
function runAsChild({ program, words, env }, args) {
  const child = spawn(program, [...words, ...args], { stdio: "inherit", env });
  const pass = (signal) => child.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, pass);
  if (isOfNpx()) whenOrphaned(() => pass("SIGTERM"));
  child.on("error", (error) => fail(`Cannot start "${program}": ${error.code}`, "httpcfg --help"));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    for (const one of PASSED_ON) process.off(one, pass);
    process.kill(process.pid, signal);
  });
}

/**
 * Calls `end` when the parent has ended. npx passes SIGTERM on to its shell alone, and not every
 * shell becomes what it runs: the program would go on without anyone who could end it.
 */
function whenOrphaned(end) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, PARENT_MS);
}

const found = findProgram();
const args = process.argv.slice(2);
const canBecome = typeof process.execve === "function" && process.platform !== "win32";
if (canBecome && !isOfNpx()) become(found, args);
else runAsChild(found, args);
