// Goal: a long listing is made aside, and is the same. Method: a namespace with 2,000 addresses, and
// this machine.
import { assertEquals } from "@std/assert";
import {
  listInterfaces,
  listInterfacesAside,
} from "../../../mod/listen/machine/interface_listing.ts";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";

const ANSWERS = `${import.meta.dirname}/../../support/spaces/listing_answers.ts`;

Deno.test("a listing has a line for each address", async () => {
  const listing = listInterfaces();
  assertEquals(listing.split("\n").length, Deno.networkInterfaces().length);
  assertEquals(await listInterfacesAside(), listing);
});

testInNamespace("thousands of addresses are listed while other work goes on", async (space) => {
  assertEquals(await space.script(ANSWERS), [[true, false], [true, false], [true, false]]);
  await space.addAddresses(2000);
  // Before the first listing nobody knows how long it takes.
  assertEquals(await space.script(ANSWERS), [[true, false], [true, true], [true, true]]);
});
