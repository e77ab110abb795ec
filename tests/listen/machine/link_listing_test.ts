/** Goal: names and flags as Linux prints them. Method: recorded output, and this machine. */
import { assert, assertEquals } from "@std/assert";
import { readLinks } from "../../../mod/listen/machine/ask_system.ts";
import { parseLinkListing } from "../../../mod/listen/machine/link_listing.ts";

const LISTING = String.raw`fe8000000000000030a731fffe214883 02 40 20 80       d2
fd000000000000000000000000000005 02 40 00 01       d2
fd000000000000000000000000000006 02 40 00 a0       d2
fd000000000000000000000000000007 02 40 00 c8       d2
fd000000000000000000000000000008 02 40 00 40   br-lan
00000000000000000000000000000001 01 80 10 80       lo
1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN\    link/loopback 00:00 brd 00:00
2: d2@d1: <UP> mtu 1500 state UP\    link/ether a2 brd ff\    altname alt2\    altname enp0s31f6
3: d1@if9: <UP> mtu 1500 state UP\    link/ether a6 brd ff link-netnsid 0
4: br-lan: <UP> mtu 1500 state UP\    link/ether a6 brd ff
1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
2: d2    inet 10.8.0.1/24 brd 10.8.0.200 scope global d2\       valid_lft forever
4: br-lan    inet 10.9.0.1/16 metric 5 brd 10.9.255.255 scope global br-lan\       valid_lft forever
`;

Deno.test("parseLinkListing() returns every interface, its other names, and the flags", () => {
  const { names, flags, broadcasts } = parseLinkListing(LISTING);
  assertEquals([...broadcasts] as unknown[], [
    ["10.8.0.200", "10.8.0.0/24"],
    ["10.9.255.255", "10.9.0.0/16"],
  ]);
  assertEquals([...names], [
    ["d2", ["alt2", "enp0s31f6"]],
    ["br-lan", []],
    ["lo", []],
    ["d1", []],
  ]);
  const marks = [...flags].map(([ip, { isUnstable, isTentative, isDuplicate }]) => {
    return `${ip} ${[isUnstable && "u", isTentative && "t", isDuplicate && "d"].filter(Boolean)}`;
  });
  assertEquals(marks, [
    "fe80::30a7:31ff:fe21:4883 d2 ",
    "fd00::5 d2 u",
    "fd00::6 d2 u",
    "fd00::7 d2 t,d",
    "fd00::8 br-lan t",
    "::1 lo ",
  ]);
  assertEquals(parseLinkListing("").names.size, 0);
});

Deno.test({
  name: "readLinks() finds the loopback interface of this machine",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    assert((await readLinks()).names.has("lo"));
  },
});
