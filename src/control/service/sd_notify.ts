/**
 * Tells the service manager how the process is doing: systemd's sd_notify protocol, datagrams of `KEY=value` lines
 * to the socket that NOTIFY_SOCKET names. Without that variable, and on systems other than Linux, nothing is sent.
 *
 * Source: sd_notify(3), sd_watchdog_enabled(3).
 */
import { monotonicMicroseconds, sendDatagram } from "./libc.ts";

/** Messages kept for later when the manager's queue is full; it reads them in no time. */
const MOST_UNSENT = 16;

type Environment = Readonly<Record<string, string | undefined>>;

/** The service manager, as a process that it started sees it. */
export class ServiceManager {
  /** How long the manager waits for a sign of life; null when it expects none. Units: milliseconds. */
  readonly watchdogMs: number | null;
  readonly #socket: string | null;
  #unsent: string[] = [];
  #signOfLifeAt = 0;

  /** `environment` is what the manager gave the process `pid`. */
  constructor(environment: Environment = process.env, pid: number = process.pid) {
    this.#socket = socketPath(environment.NOTIFY_SOCKET);
    this.watchdogMs = this.#socket === null ? null : watchdogInterval(environment, pid);
  }

  /** The proxy serves: after the start and after each reload, also one that was refused. */
  ready(status: string): void {
    this.#send("READY=1", statusLine(status));
  }

  /** The configuration is being read again; `ready` must follow. */
  reloading(): void {
    const now = monotonicMicroseconds();
    this.#send("RELOADING=1", ...now === null ? [] : [`MONOTONIC_USEC=${now}`]);
  }

  /** The proxy is ending. */
  stopping(status: string): void {
    this.#send("STOPPING=1", statusLine(status));
  }

  /** From now on `pid` is the service's main process; the old one says so when the new one is ready. */
  mainPid(pid: number): void {
    this.#send(`MAINPID=${pid}`);
  }

  /** Gives a sign of life when one is due, and sends what couldn't be sent; `now` as of `performance.now()`. */
  tick(now: number): void {
    this.#sendUnsent();
    if (this.watchdogMs === null || now < this.#signOfLifeAt) return;
    // Half the interval, as systemd advises.
    this.#signOfLifeAt = now + this.watchdogMs / 2;
    this.#send("WATCHDOG=1");
  }

  #send(...lines: string[]): void {
    if (this.#socket === null) return;
    this.#unsent.push(lines.join("\n"));
    this.#sendUnsent();
  }

  /** In order; a reload must not be over before it began. */
  #sendUnsent(): void {
    if (this.#socket === null) return;
    while (this.#unsent.length > 0 && sendDatagram(this.#socket, this.#unsent[0]!)) this.#unsent.shift();
    if (this.#unsent.length > MOST_UNSENT) this.#unsent = this.#unsent.slice(-MOST_UNSENT);
  }
}

/**
 * The environment for a process that takes over as the main one: the watchdog is its own then, although the manager
 * named another process when it set the variables.
 */
export function environmentOfSuccessor(environment: Environment): Record<string, string | undefined> {
  return { ...environment, WATCHDOG_PID: undefined };
}

/** The socket's path; an abstract one begins with a zero byte. Null when there is none, or of a kind we don't know. */
function socketPath(variable: string | undefined): string | null {
  if (variable?.startsWith("@")) return `\0${variable.slice(1)}`;
  return variable?.startsWith("/") ? variable : null;
}

function watchdogInterval({ WATCHDOG_USEC, WATCHDOG_PID }: Environment, pid: number): number | null {
  const microseconds = Number(WATCHDOG_USEC);
  if (!(microseconds > 0)) return null;
  return WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid ? microseconds / 1000 : null;
}

/** A line for people, shown by `systemctl status`. A line break in it would begin another variable. */
function statusLine(text: string): string {
  return `STATUS=${text.replaceAll(/[\r\n]+/g, " ")}`;
}
