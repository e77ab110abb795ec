/**
 * Prints as JSON how the interfaces of its network namespace are listed aside: whether each listing
 * is that which is made at once, and whether a timer went off before it was there.
 */
import {
  listInterfaces,
  listInterfacesAside,
} from "../../../mod/listen/machine/interface_listing.ts";

const answers: [isSame: boolean, isAside: boolean][] = [];
for (let i = 0; i < 3; i++) {
  let hasFired = false;
  const timer = setTimeout(() => hasFired = true, 0);
  const listing = await listInterfacesAside();
  answers.push([listing === listInterfaces(), hasFired]);
  clearTimeout(timer);
}
await new Blob([JSON.stringify(answers)]).stream().pipeTo(Deno.stdout.writable, {
  preventClose: true,
});
Deno.exit();
