/**
 * The records of all commands.
 *
 * @module
 */
import { COMMAND_NAMES, loadCommand } from "../../mod/cli/command_table.ts";
import type { CommandSpec } from "../../mod/cli/core/command.ts";

/** Loads every record, in the order of the names. */
export function loadCommands(): Promise<readonly CommandSpec[]> {
  return Promise.all(COMMAND_NAMES.map(loadCommand));
}
