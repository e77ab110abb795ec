/**
 * Every command, in the order of the help.
 *
 * @module
 */
import type { CommandSpec } from "./command.ts";
import { deleteIplisten, queryIplisten, setIplisten } from "./iplisten.ts";
import { netStart, netStop } from "./net.ts";
import { siteAdd, siteList, siteRemove, siteShow } from "./site.ts";
import { status } from "./status.ts";

export const COMMANDS: readonly CommandSpec[] = [
  setIplisten,
  queryIplisten,
  deleteIplisten,
  netStart,
  netStop,
  status,
  siteAdd,
  siteList,
  siteShow,
  siteRemove,
];
