/**
 * Programs that another user runs. Only root can start them.
 *
 * @module
 */
import { CALL, type Program, type Result } from "./program.ts";

/** The user: nobody. */
export const OTHER_USER = 65534;

/** Runs one command line to its end. */
type LocalRun = (line: string) => Promise<Result>;

/**
 * Runs `httpcfg` as another user, who cannot read the sources, as a bundle or the built program.
 * `prefix` is a command that runs another one.
 */
export async function otherUser(
  program: Program,
  prefix: readonly string[] = [],
): Promise<LocalRun> {
  const { home } = program;
  const [first, second] = CALL;
  let call: readonly string[] = [first!];
  if (second !== undefined) {
    const main = `${import.meta.dirname}/../../main.ts`;
    const bundle = ["bundle", "--quiet", "-o", `${home}/program.js`, main];
    await new Deno.Command(Deno.execPath(), { args: bundle }).output();
    call = [Deno.execPath(), "run", "-A", "--no-prompt", `${home}/program.js`];
  }
  const folder = await otherFolder(home);
  return async (line) => {
    const env = { HTTPCFG_HOME: home, NO_COLOR: "1" };
    const child = asOtherUser([...call, ...line.split(" ")], folder, { env, prefix });
    const { code, stdout, stderr } = await child.output();
    const text = (from: Uint8Array): string => new TextDecoder().decode(from);
    return { status: code, out: text(stdout), err: text(stderr) };
  };
}

/** Starts `script`, a module, as another user with all permissions. */
export async function scriptOfOtherUser(
  { home }: Program,
  script: string,
  args: readonly string[],
): Promise<Deno.ChildProcess> {
  const folder = await otherFolder(home);
  const file = `${folder}/script.ts`;
  await Deno.writeTextFile(file, script);
  await Deno.chmod(file, 0o644);
  return asOtherUser([Deno.execPath(), "run", "-A", "--quiet", file, ...args], folder).spawn();
}

/** Returns a directory of the other user. */
async function otherFolder(home: string): Promise<string> {
  const folder = `${home}/other`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.chown(folder, OTHER_USER, OTHER_USER);
  return folder;
}

function asOtherUser(
  call: readonly string[],
  folder: string,
  { env = {}, prefix = [] }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly prefix?: readonly string[];
  } = {},
): Deno.Command {
  const user = [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, "--clear-groups"];
  const [first, ...args] = [...prefix, "setpriv", ...user, ...call];
  return new Deno.Command(first!, {
    args,
    env: { HOME: folder, DENO_DIR: folder, ...env },
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
