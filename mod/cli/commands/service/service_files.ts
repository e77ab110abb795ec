/**
 * Edge: the files of an installed service.
 *
 * @module
 */
import { protectFolder } from "../../../config/store/private_folder.ts";
import { directoryOf, fileFault } from "../../../base/file_fault.ts";
import { type ServiceFile, serviceFileBytes, serviceFilePath } from "./service_plan.ts";
import { PACKAGED_UNIT, servicePlan, type ServiceSystem } from "./service_units.ts";

/** Returns the service manager of this machine; null if it is not a known one. */
export async function detectSystem(): Promise<ServiceSystem | null> {
  if (Deno.build.os === "darwin") return "launchd";
  if (Deno.build.os === "windows") return "windows";
  if (await exists("/run/systemd/system")) return "systemd";
  if (await exists("/sbin/openrc-run")) return "openrc";
  return null;
}

/**
 * Writes `file` below `root`, with the directories above it. Returns false, and writes nothing, if it
 * is there already.
 */
export async function writeServiceFile(file: ServiceFile, root: string): Promise<boolean> {
  const path = serviceFilePath(file, root);
  try {
    if (await compareServiceFile(file, root) === "same") return false;
    await Deno.mkdir(directoryOf(path), { recursive: true });
    // There it is in the home of the service, which may have been made by somebody else.
    if (Deno.build.os === "windows") protectFolder(directoryOf(path));
    await Deno.writeFile(path, serviceFileBytes(file), { mode: file.mode });
    if (Deno.build.os !== "windows") await Deno.chmod(path, file.mode);
    return true;
  } catch (error) {
    throw fileFault("write", path, error, hintFor("install", error));
  }
}

/** Removes `file` below `root`; reports whether it existed. */
export async function removeServiceFile(file: ServiceFile, root: string): Promise<boolean> {
  const path = serviceFilePath(file, root);
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw fileFault("remove", path, error, hintFor("uninstall", error));
  }
}

/** Compares `file` with the one below `root`. */
export async function compareServiceFile(
  file: ServiceFile,
  root: string,
): Promise<"missing" | "same" | "different"> {
  try {
    const [bytes, ours] = [
      await Deno.readFile(serviceFilePath(file, root)),
      serviceFileBytes(file),
    ];
    const isSame = bytes.length === ours.length && bytes.every((byte, at) => byte === ours[at]);
    return isSame ? "same" : "different";
  } catch {
    return "missing";
  }
}

/** Reports whether the service starts at boot; null if this machine has no known service manager. */
export async function isServiceInstalled(): Promise<boolean | null> {
  const system = await detectSystem();
  if (system === null) return null;
  const [file] = servicePlan(system, "").files;
  const paths = [...(file === undefined ? [] : [file.path]), PACKAGED_UNIT];
  return (await Promise.all(paths.map(exists))).includes(true);
}

/** Reports whether there is a file of this name, or a link. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

function hintFor(action: "install" | "uninstall", error: unknown): string {
  const isDenied = error instanceof Deno.errors.PermissionDenied;
  if (isDenied && Deno.build.os !== "windows") return `sudo sh -c 'httpcfg service ${action} | sh'`;
  return "httpcfg service install --print";
}
