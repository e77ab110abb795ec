/**
 * Prints as JSON, for each address of the arguments, what the table of local addresses says, and
 * whether the system lets a program bind it. For the network namespace that it runs in.
 */
import type { Ip } from "../../../mod/base/address.ts";
import { atOnce } from "../../../mod/base/work/steps.ts";
import { canBind } from "../../../mod/listen/machine/ask_system.ts";
import { LOCAL_ROUTES_SCRIPT, parseLocalRoutes } from "../../../mod/listen/machine/local_routes.ts";
import { runListing } from "../../../mod/listen/machine/run_listing.ts";

const routes = atOnce(parseLocalRoutes(await runListing("routes", LOCAL_ROUTES_SCRIPT)));
const answers = Deno.args.map((ip) => [ip, routes?.isLocal(ip), canBind(ip as Ip, 0)]);
await new Blob([JSON.stringify(answers)]).stream().pipeTo(Deno.stdout.writable);
