/** All rows, in the order of the table. */
import type { Row } from "../bench.ts";
import { ATTACK_ROWS } from "./attack.ts";
import { COMMAND_ROWS } from "./commands.ts";
import { ENGINE_ROWS } from "./engine.ts";
import { FAILED_HANDSHAKE_ROWS } from "./failed_handshakes.ts";
import { FILE_ROWS } from "./files.ts";
import { FLEET_ROWS } from "./fleet.ts";
import { HTTP_ROWS } from "./http.ts";
import { HTTPS_ROWS } from "./https.ts";
import { IDLE_ROWS } from "./idle.ts";
import { LISTENER_ROWS } from "./listeners.ts";
import { MANY_SITES_ROWS } from "./many_sites.ts";
import { OBSERVED_ROWS } from "./observed.ts";
import { PROXY_ROWS } from "./proxy.ts";
import { RELOAD_ROWS } from "./reload.ts";
import { WORKER_ROWS } from "./workers.ts";

export const ROWS: readonly Row[] = [
  ...HTTP_ROWS,
  ...OBSERVED_ROWS,
  ...FILE_ROWS,
  ...PROXY_ROWS,
  ...HTTPS_ROWS,
  ...IDLE_ROWS,
  ...LISTENER_ROWS,
  ...RELOAD_ROWS,
  ...COMMAND_ROWS,
  ...WORKER_ROWS,
  ...MANY_SITES_ROWS,
  ...ENGINE_ROWS,
  ...FLEET_ROWS,
  ...FAILED_HANDSHAKE_ROWS,
  ...ATTACK_ROWS,
];
