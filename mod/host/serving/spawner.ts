/**
 * Edge: the shell that starts workers. A service gives up the permission to start programs before it
 * opens anything; this shell, started before, runs one command and nothing else.
 *
 * @module
 */
import { linesOf } from "../../wire/text_lines.ts";

/** A worker process that has been started. */
interface SpawnedProcess {
  readonly pid: number;
  /** Reports whether it has not ended by itself. */
  isAlive(): Promise<boolean>;
  /**
   * Kills it, if it has not ended by itself; resolves when it has ended, with its exit status. Rejects
   * if the shell has ended.
   */
  end(): Promise<number>;
}

/**
 * Reads lines. `word WORD` adds one to the command, which `ps` is not to show; `start ARG` runs it
 * with ARG as its last argument, and prints the process id; `state PID` prints the line of its state,
 * as /proc has it; `end PID` kills that process, waits for it and prints its exit status. When its
 * input ends, the shell kills what is left: workers end with their service, whatever ends it. Ids of
 * those that ended belong to others by then.
 *
 * The signals that end the service reach its whole process group, and ignored ones stay ignored in
 * the workers: they end when the service tells them to. The shell names itself after the service, so
 * that whoever looks for the owner of a port finds that above it.
 */
const SCRIPT = `unset HTTPCFG_SPAWNER
exec 3>&2 2>/dev/null
trap '' HUP INT TERM QUIT
printf 'httpcfg: shell' >/proc/$$/comm
running=
while IFS= read -r line; do
case $line in
word\\ *) set -- "$@" "\${line#word }" ;;
start\\ *) "$@" "\${line#start }" </dev/null >/dev/null 2>&3 3>&- &
running="$running $!"; echo $! ;;
state\\ *) state=
while IFS= read -r line; do case $line in State:*) state=$line ;; esac; done </proc/\${line#state }/status
echo "$state" ;;
end\\ *) pid=\${line#end }; kill -KILL $pid; wait $pid; status=$?
left=
for one in $running; do [ $one = $pid ] || left="$left $one"; done
running=$left
echo $status ;;
esac
done
for pid in $running; do kill -KILL $pid; done`;

const SHELL_ENDED = "the shell that starts workers has ended";

export class Spawner {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;
  /** The line under way: they are answered one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Starts the shell. Throws if there is none. `command` gets one more argument for each process, and
   * `env` in its environment.
   */
  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = new Deno.Command("/bin/sh", {
      // The script is in the environment, so that `ps` does not show all of it.
      args: ["-c", 'eval "$HTTPCFG_SPAWNER"'],
      env: { ...env, HTTPCFG_SPAWNER: SCRIPT, HTTPCFG_CALLED_AS: "httpcfg" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#child.unref(); // it ends with this process
    this.#stdin = this.#child.stdin.getWriter();
    this.#last = this.#write(command.map((word) => `word ${word}\n`).join(""));
    this.#lines = linesOf(this.#child.stdout);
  }

  /** The process id of the shell. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Starts the command with `argument`, which has no line feed. */
  async start(argument: string): Promise<SpawnedProcess> {
    const pid = Number(await this.#ask(`start ${argument}`));
    let ended: Promise<number> | null = null;
    return {
      pid,
      isAlive: async () => /^State:\s+[^ZX]/.test(await this.#ask(`state ${pid}`)),
      end: () => ended ??= this.#ask(`end ${pid}`).then(Number),
    };
  }

  #ask(line: string): Promise<string> {
    const answer = this.#last.catch(() => {}).then(async () => {
      await this.#write(`${line}\n`);
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(SHELL_ENDED);
      return value;
    });
    this.#last = answer;
    return answer;
  }

  async #write(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text)).catch(() => {
      throw new Error(SHELL_ENDED);
    });
  }
}
