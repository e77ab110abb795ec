/**
 * Edge: what a guess may look at on this machine.
 *
 * @module
 */
import type { MachineFacts } from "./guess_arguments.ts";
import { readMachine } from "../../listen/machine/machine_addresses.ts";

export const MACHINE_FACTS: MachineFacts = {
  async isFolder(path): Promise<boolean> {
    try {
      return (await Deno.stat(path)).isDirectory;
    } catch {
      return false; // whatever the reason, the word does not name a directory that can be served
    }
  },
  addressesOf: (name) => {
    return readMachine().addresses.filter((one) => one.interface === name).map(({ ip }) => ip);
  },
};
