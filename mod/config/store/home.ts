/**
 * Whose document and service a command line is about. Pure: the environment, the user and what is on
 * the machine are passed in.
 *
 * It is the system's for root and with `HTTPCFG_SYSTEM=1`. Any other user has a home of their own,
 * which counts if its document exists or its service runs, or with `--user`. Otherwise, if the
 * system has a document or a service, the command is about those: who asks what the machine does
 * must not get the answer of an empty document, and a change must not go into a second one.
 * `HTTPCFG_HOME=DIR` puts everything below one directory.
 *
 * @module
 */
import { joinPath, nativePath } from "../../base/files/join_path.ts";
import { type Paths, pathsBelow, systemPaths, userPaths } from "./paths.ts";

/** What the choice depends on, as the process has it. */
export interface HomeContext {
  readonly os: string;
  /** Numeric user id; null if the platform has none. */
  readonly uid: number | null;
  env(name: string): string | undefined;
}

/** What the command line says about it. */
export interface HomeFlags {
  /** The value of `--config`. */
  readonly configFile: string | undefined;
  /** `--user` is given. */
  readonly isOwn: boolean;
}

/** What is on the machine; asked only if the choice depends on it. */
export interface HomeFacts {
  /** Reports whether the file exists; null if this user cannot see that. */
  hasFile(path: string): boolean | null;
  /** Reports whether two paths, links resolved, are of one file. */
  isSameFile(a: string, b: string): boolean;
  /** Reports whether this user's own service runs in the run directory `run`. */
  isServing(run: string): Promise<boolean>;
  /** Reports whether a service that may be another user's runs in the run directory `run`. */
  isServed(run: string): Promise<boolean>;
}

/** The document, service and files that a command line is about. */
export interface Home {
  /** The system's, the user's own, or below HTTPCFG_HOME. */
  readonly owner: "system" | "user" | "folder";
  readonly paths: Paths;
  /** Why it is this one, as a clause. */
  readonly why: string;
  /** HTTPCFG_HOME or --user names it: no other is meant, whatever the machine has. */
  readonly isAskedFor: boolean;
}

/** Returns the home that a command line is about. */
export async function chooseHome(
  context: HomeContext,
  flags: HomeFlags,
  facts: HomeFacts,
): Promise<Home> {
  if (flags.configFile === undefined) return await homeWithoutConfig(context, flags, facts);
  const configFile = nativePath(flags.configFile, context.os);
  // A file that is the document of a home anyway has the service and the history of that home.
  const usual = await homeWithoutConfig(context, flags, facts);
  const homes = context.os === "windows" ? [usual] : [usual, systemHome(context.os, "")];
  const known = homes.find(({ paths }) => facts.isSameFile(paths.config, configFile));
  if (known !== undefined) return { ...known, why: "--config names it" };
  const home = fixedHome(context, flags) ?? ownHome(context.env, "");
  // Two documents must not share one history.
  const paths = { ...home.paths, config: configFile, history: `${configFile}.history` };
  return { ...home, paths, why: "--config names it" };
}

async function homeWithoutConfig(
  context: HomeContext,
  flags: HomeFlags,
  { hasFile, isServing, isServed }: HomeFacts,
): Promise<Home> {
  const fixed = fixedHome(context, flags);
  if (fixed !== null) return fixed;
  const own = ownHome(context.env, "you have a document of your own");
  if (hasFile(own.paths.config) === true) return own;
  const system = systemHome(context.os, "the system has a document and you have none (see --user)");
  // A directory that this user may not even enter is there for a document.
  const isStored = hasFile(system.paths.config) !== false;
  if (!isStored && !(await isServed(system.paths.run))) {
    return { ...own, why: "neither you nor the system has a document" };
  }
  if (await isServing(own.paths.run)) return { ...own, why: "a service of your own runs" };
  return isStored
    ? system
    : { ...system, why: "the system service runs and you have no document (see --user)" };
}

/** Returns the home that needs no look at the machine; null if it depends on it. */
function fixedHome(context: HomeContext, { isOwn }: HomeFlags): Home | null {
  const { os, uid, env } = context;
  if (isOwn) return { ...ownHome(env, "--user is given"), isAskedFor: true };
  const folder = env("HTTPCFG_HOME");
  if (folder) {
    const paths = pathsBelow(nativePath(folder, os));
    return { owner: "folder", paths, why: "HTTPCFG_HOME is set", isAskedFor: true };
  }
  if (os === "windows") {
    const data = nativePath(env("ProgramData") ?? "C:\\ProgramData", os);
    const paths = pathsBelow(joinPath(data, "httpcfg"));
    return { owner: "system", paths, why: "it is the one of this machine", isAskedFor: false };
  }
  if (uid === 0) return systemHome(os, "you are root");
  // A service has a user of its own, but the paths of the system.
  return env("HTTPCFG_SYSTEM") === "1" ? systemHome(os, "HTTPCFG_SYSTEM is set") : null;
}

function systemHome(os: string, why: string): Home {
  return { owner: "system", paths: systemPaths(os), why, isAskedFor: false };
}

function ownHome(env: HomeContext["env"], why: string): Home {
  return { owner: "user", paths: userPaths(env), why, isAskedFor: false };
}
