/**
 * Edge: what an administrator types where the agent of a machine has to be a process of its own.
 *
 * @module
 */
import { type Paths, systemPaths } from "../../config/store/paths.ts";

/** What starts the agent, now and at boot, by a file of the service manager that runs here. */
const LINES: readonly (readonly [file: string, line: string])[] = [
  ["/run/systemd/system", "sudo systemctl enable --now httpcfg-fleet"],
  [
    "/etc/init.d/httpcfg-fleet",
    "sudo rc-update add httpcfg-fleet default; sudo rc-service httpcfg-fleet start",
  ],
];

/** Returns the line that starts the agent of the document in `paths`. */
export async function agentLine({ config }: Pick<Paths, "config">): Promise<string> {
  const { os } = Deno.build;
  const isSystems = os === "linux" && config === systemPaths(os).config;
  for (const [file, line] of isSystems ? LINES : []) {
    if (await Deno.lstat(file).then(() => true, () => false)) return line;
  }
  return "sudo httpcfg fleet agent";
}
