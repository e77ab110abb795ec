/**
 * A local program that serves on a loopback port, for tests in which httpcfg is its reverse proxy.
 * Executed on its own, with a name as its argument, it prints its port on stdout.
 *
 *     …/hello         its name
 *     …/headers       the fields of the request, as JSON
 *     …/silent        no response, ever
 *     …/download?N    N bytes, as fast as they are read
 *     …/upload        the number of bytes received
 *     …/socket        a WebSocket that echoes everything
 *     …/stream        an event stream of what others tell
 *     …/tell?TEXT     tells every stream
 *
 * @module
 */

/** A running local program. */
export interface LocalProgram extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Kills it at once. */
  kill(): Promise<void>;
}

/** Starts a local program called `name`; on a port of its own choice, unless one is given. */
export async function startLocalProgram(name: string, at = 0): Promise<LocalProgram> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", import.meta.url, name, `${at}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const first = await reader.read();
  const port = Number(new TextDecoder().decode(first.value));
  let hasEnded = false;
  const kill = async (): Promise<void> => {
    if (hasEnded) return;
    hasEnded = true;
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  };
  return { port, url: `http://127.0.0.1:${port}`, kill, [Symbol.asyncDispose]: kill };
}

function serve(name: string, at: number): void {
  Deno.serve({
    hostname: "127.0.0.1",
    port: at,
    onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}`)),
  }, (request) => respond(name, request));
}

const streams = new Set<ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>>();

async function respond(name: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  switch (pathname.slice(pathname.lastIndexOf("/") + 1)) {
    case "headers":
      return Response.json(Object.fromEntries(request.headers));
    case "silent":
      return await new Promise<never>(() => {});
    case "download":
      return new Response(bytes(Number(search.slice(1))));
    case "upload": {
      let count = 0;
      for await (const piece of request.body ?? []) count += piece.length;
      return new Response(`${count}`);
    }
    case "stream":
      return new Response(
        new ReadableStream<Uint8Array<ArrayBuffer>>({
          start: (stream) => void streams.add(stream),
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    case "tell":
      for (const stream of streams) {
        stream.enqueue(new TextEncoder().encode(`data: ${search.slice(1)}\n\n`));
      }
      return new Response(null, { status: 204 });
    case "socket": {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }): void => socket.send(data);
      return response;
    }
    default:
      return new Response(name);
  }
}

/** Returns `count` bytes in pieces that are made when they are read. */
export function bytes(count: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(65_536).fill(0x61);
  let left = count;
  return new ReadableStream({
    pull(controller): void {
      if (left === 0) return controller.close();
      const part = piece.subarray(0, Math.min(left, piece.length));
      left -= part.length;
      controller.enqueue(part);
    },
  });
}

if (import.meta.main) serve(Deno.args[0] ?? "nameless", Number(Deno.args[1] ?? 0));
