/**
 * The listening sockets of an instance: one per worker and TCP address (the kernel spreads connections over them),
 * one per unix path. They are the supervisor's; workers accept on duplicates, so that whoever waits in a socket's
 * queue survives a worker, a reload and an upgrade.
 */
import { chmodSync, unlinkSync } from "node:fs";
import { type Address, formatAddress, type PoolConfig } from "../../config/mod.ts";
import { canOpenSockets, closeDescriptor, openSocket, setBacklog } from "../../transport/listening_socket.ts";
import type { SocketOffer } from "../worker/plan.ts";

/** Workers have surely left an address so long after it was given up; milliseconds. */
const LEAVING_MS = 30_000;

/** The sockets of one address. */
interface Place {
  readonly address: Address;
  readonly descriptors: readonly number[];
}

/** Sockets that a predecessor left: descriptors by the address as text. */
export type InheritedSockets = Readonly<Record<string, readonly number[]>>;

/** Sockets that are ready for other pools. */
export interface SocketDraft {
  /** Keeps them, and closes what no pool uses any more. */
  commit(): void;
  /** Closes those that were opened for it. */
  abort(): void;
  /** What a worker is to accept on. */
  offersFor(slot: number): SocketOffer[];
}

/** All of them. */
export class ListeningSockets {
  readonly #workers: number;
  /** What the predecessor left and no pool has taken yet. */
  readonly #inherited: Map<string, readonly number[]>;
  /** When they were last seen in use by this instance, or Infinity while they are; `performance.now()`. */
  readonly #ports = new Map<number, number>();
  #places: ReadonlyMap<string, Place> = new Map();
  #pools: readonly PoolConfig[] = [];

  /** `inherited` ones are used for the pools that want them, more of them than workers included. */
  constructor(workers: number, inherited: InheritedSockets = {}) {
    this.#workers = workers;
    this.#inherited = new Map(Object.entries(inherited));
    for (const address of this.#inherited.keys()) this.#ports.set(portOf(address), performance.now());
  }

  /** Opens what `pools` need beside what is open. Errors: names the address; nothing is open then that was not before. */
  async prepare(pools: readonly PoolConfig[]): Promise<SocketDraft> {
    const before = this.#places;
    const places = new Map<string, Place>();
    const opened: Place[] = [];
    const abort = () => {
      for (const { address, descriptors } of opened) remove(formatAddress(address), descriptors);
    };
    try {
      for (const pool of pools) {
        const key = formatAddress(pool.listen);
        const place = before.get(key) ?? this.#inheritedPlace(pool) ?? await this.#open(pool, opened);
        places.set(key, await this.#complete(place, pool, opened));
      }
    } catch (error) {
      abort();
      throw error;
    }
    return {
      abort,
      offersFor: (slot) => this.#offers(pools, places, slot),
      commit: () => {
        for (const [key, { descriptors }] of before) if (!places.has(key)) remove(key, descriptors);
        for (const pool of pools) adjust(pool, places.get(formatAddress(pool.listen))!, before);
        for (const key of places.keys()) this.#inherited.delete(key);
        this.#notePorts(places);
        this.#places = places;
        this.#pools = pools;
      },
    };
  }

  /** Closes what was inherited and no pool has wanted; not before the predecessor is sure to go. */
  dropUnwanted(): void {
    for (const [key, descriptors] of this.#inherited) remove(key, descriptors);
    this.#inherited.clear();
  }

  /** What a worker is to accept on now. */
  offersFor(slot: number): SocketOffer[] {
    return this.#offers(this.#pools, this.#places, slot);
  }

  /** What a successor inherits. */
  get all(): InheritedSockets {
    return Object.fromEntries([...this.#places].map(([key, { descriptors }]) => [key, descriptors]));
  }

  /** Closes all; unix sockets lose their files, unless a successor has them. */
  close(handedOver: boolean): void {
    for (const [key, { descriptors }] of this.#places) {
      if (handedOver) closeAll(descriptors);
      else remove(key, descriptors);
    }
    this.#places = new Map();
  }

  #inheritedPlace(pool: PoolConfig): Place | undefined {
    const descriptors = this.#inherited.get(formatAddress(pool.listen));
    return descriptors === undefined ? undefined : { address: pool.listen, descriptors };
  }

  async #open(pool: PoolConfig, opened: Place[]): Promise<Place> {
    if (!canOpenSockets()) return { address: pool.listen, descriptors: [] };
    const descriptor = await openSocket({
      address: pool.listen,
      backlog: pool.backlog,
      shared: pool.reusePort || this.#hasPort(pool.listen),
    });
    const place = { address: pool.listen, descriptors: [descriptor] };
    opened.push(place);
    return place;
  }

  /**
   * Whether a socket of ours may be what would keep a new one from its address: 0.0.0.0:1 and 127.0.0.1:1 overlap,
   * and workers leave an address a moment after it was given up.
   */
  #hasPort(address: Address): boolean {
    return address.kind === "tcp" &&
      performance.now() < (this.#ports.get(address.port) ?? -Infinity) + LEAVING_MS;
  }

  #notePorts(places: ReadonlyMap<string, Place>): void {
    const now = performance.now();
    for (const [port, seenAt] of this.#ports) if (seenAt + LEAVING_MS < now) this.#ports.delete(port);
    for (const { address } of this.#places.values()) {
      if (address.kind === "tcp") this.#ports.set(address.port, now);
    }
    for (const { address } of places.values()) {
      if (address.kind === "tcp") this.#ports.set(address.port, Infinity);
    }
  }

  /** A TCP address has a socket for each worker. */
  async #complete(place: Place, { listen: address, backlog }: PoolConfig, opened: Place[]): Promise<Place> {
    if (address.kind === "unix" || !canOpenSockets()) return { address, descriptors: place.descriptors };
    const descriptors = [...place.descriptors];
    while (descriptors.length < this.#workers) {
      const descriptor = await openSocket({ address, backlog, shared: true });
      opened.push({ address, descriptors: [descriptor] });
      descriptors.push(descriptor);
    }
    return { address, descriptors };
  }

  #offers(pools: readonly PoolConfig[], places: ReadonlyMap<string, Place>, slot: number): SocketOffer[] {
    return pools.flatMap(({ name, listen }): SocketOffer[] => {
      const { descriptors } = places.get(formatAddress(listen))!;
      if (descriptors.length === 0) return [{ pool: name, descriptor: null }];
      const own = listen.kind === "unix"
        ? descriptors
        : descriptors.filter((_, i) => i % this.#workers === slot);
      return own.map((descriptor) => ({ pool: name, descriptor }));
    });
  }
}

/** What a pool that takes over a place from another configuration may want different about it. */
function adjust({ listen, backlog }: PoolConfig, place: Place, before: ReadonlyMap<string, Place>): void {
  for (const descriptor of place.descriptors) setBacklog(descriptor, backlog);
  if (listen.kind !== "unix" || listen.mode === 0) return;
  const former = before.get(formatAddress(listen));
  if (!Bun.deepEquals(former?.address, listen)) attempt(() => chmodSync(listen.path, listen.mode));
}

/** The file first: whoever finds it without its socket takes its place, and that file would be removed. */
function remove(address: string, descriptors: readonly number[]): void {
  if (address.startsWith("/") && descriptors.length > 0) attempt(() => unlinkSync(address));
  closeAll(descriptors);
}

/** Of a path: no port. */
function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}

function closeAll(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) closeDescriptor(descriptor);
}

/** Somebody may have removed the file. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing is left to do.
  }
}
