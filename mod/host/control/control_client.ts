/**
 * The client side of the control socket, for all commands.
 *
 * @module
 */
import type { AskedService, SeenService } from "./ask_service.ts";
import type { ControlProgress, ControlRequest } from "./control_protocol.ts";
import type { ServiceStatus } from "./status.ts";

export class ControlClient {
  /** Run directory, which contains the socket of the running service. */
  readonly run: string;
  readonly #service: AskedService;

  constructor(
    run: string,
    { name = "the service", look = seeNothing }: Partial<Omit<AskedService, "run">> = {},
  ) {
    this.run = run;
    this.#service = { run, name, look };
  }

  /**
   * Sends `request` to the running service; null if none is running. Resolves when the service has
   * closed the connection, so that a service that was told to end has ended by then. Throws the
   * Fault that the service replies with.
   */
  async ask(
    request: ControlRequest,
    onProgress: (progress: ControlProgress) => void = () => {},
  ): Promise<ServiceStatus | null> {
    // Loaded here, because most commands that scripts call in loops need no service.
    const { askService } = await import("./ask_service.ts");
    return await askService(this.#service, request, onProgress);
  }
}

function seeNothing(): Promise<SeenService> {
  return Promise.resolve({ state: "unseen" });
}
