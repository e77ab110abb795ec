/** Goal: what a list of version 1 no longer serves is named. Method: a table. */
import { assertEquals } from "@std/assert";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { excludedByOrderChange } from "../../../mod/listen/list/order_change.ts";
import { machineOf } from "../../support/machine.ts";

const MACHINE = machineOf([
  "127.0.0.1/8 lo",
  "10.9.0.1/24 eth0",
  "10.9.0.66/24 eth0",
  "10.9.0.66/24 eth1",
  "fe80::1/64 eth1 3",
]);

Deno.test("excludedByOrderChange() names addresses and blocks whose answer changes", () => {
  const cases: readonly (readonly [list: string, excluded: string])[] = [
    ["", ""],
    ["10.9.0.0/24", ""],
    ["!10.9.0.66 10.9.0.0/24", ""],
    ["10.9.0.0/24 !10.9.0.66", "10.9.0.66"],
    ["10.9.0.0/24 !10.9.0.67", "10.9.0.67"],
    ["!10.9.0.66", ""],
    ["eth0 !eth1", "10.9.0.66"],
    ["0.0.0.0 :: !eth1", "10.9.0.66 fe80::1%eth1"],
    ["0.0.0.0 !10.9.0.0/24", "10.9.0.1 10.9.0.66 10.9.0.0/24"],
    ["0.0.0.0 !fd00::/8", ""],
    ["10.7.0.0/16 !10.8.0.0/16", ""],
    ["10.7.5.0/24 !10.7.0.0/16", "10.7.5.0/24"],
    ["10.7.0.0/16 !10.7.5.0/24", "10.7.5.0/24"],
    ["10.7.0.0/16 !0.0.0.0", "10.7.0.0/16"],
    ["!eth0 10.9.0.0/24", "10.9.0.66"], // on eth1
    ["10.9.0.1 !10.9.0.0/24", "10.9.0.1"],
    ["10.9.0.1 10.9.0.1/32 !10.9.0.1", "10.9.0.1"],
  ];
  for (const [list, excluded] of cases) {
    const entries = parseList(list.split(" ").filter((text) => text !== ""));
    assertEquals(excludedByOrderChange(entries, MACHINE).join(" "), excluded, `[${list}]`);
  }
});
