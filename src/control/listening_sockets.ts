/**
 * The listening sockets of an instance: one per worker and TCP address (the kernel spreads connections over them),
 * one per unix path. They are the supervisor's; workers accept on duplicates, so that whoever waits in a socket's
 * queue survives a worker, a reload and an upgrade.
 */
import { type Address, formatAddress, type PoolConfig } from "../config/mod.ts";
import { canOpenSockets, closeDescriptor, openSocket, setBacklog } from "../transport/listening_socket.ts";
import { unlinkSync } from "node:fs";
import type { SocketOffer } from "./plan.ts";

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
  readonly #inherited: InheritedSockets;
  #places: ReadonlyMap<string, Place> = new Map();
  #pools: readonly PoolConfig[] = [];

  /** `inherited` ones are used for the first pools that want them, more of them than workers included. */
  constructor(workers: number, inherited: InheritedSockets = {}) {
    this.#workers = workers;
    this.#inherited = inherited;
  }

  /** Opens what `pools` need beside what is open. Errors: names the address; nothing is open then that was not before. */
  async prepare(pools: readonly PoolConfig[]): Promise<SocketDraft> {
    const before = this.#places;
    const places = new Map<string, Place>();
    const opened: Place[] = [];
    const abort = () => opened.forEach(closePlace);
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
        for (const [key, place] of before) if (!places.has(key)) removePlace(place);
        for (const pool of pools) this.#setBacklog(pool, places);
        this.#places = places;
        this.#pools = pools;
      },
    };
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
    for (const place of this.#places.values()) {
      if (handedOver) closePlace(place);
      else removePlace(place);
    }
    this.#places = new Map();
  }

  #inheritedPlace(pool: PoolConfig): Place | undefined {
    const descriptors = this.#inherited[formatAddress(pool.listen)];
    return this.#places.size > 0 || descriptors === undefined
      ? undefined
      : { address: pool.listen, descriptors };
  }

  async #open(pool: PoolConfig, opened: Place[]): Promise<Place> {
    if (!canOpenSockets()) return { address: pool.listen, descriptors: [] };
    const descriptor = await openSocket({
      address: pool.listen,
      backlog: pool.backlog,
      shared: pool.reusePort,
    });
    const place = { address: pool.listen, descriptors: [descriptor] };
    opened.push(place);
    return place;
  }

  /** A TCP address has a socket for each worker. */
  async #complete(place: Place, { backlog }: PoolConfig, opened: Place[]): Promise<Place> {
    const { address } = place;
    if (address.kind === "unix" || !canOpenSockets()) return place;
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

  #setBacklog({ listen, backlog }: PoolConfig, places: ReadonlyMap<string, Place>): void {
    for (const descriptor of places.get(formatAddress(listen))!.descriptors) setBacklog(descriptor, backlog);
  }
}

function closePlace({ descriptors }: Place): void {
  for (const descriptor of descriptors) closeDescriptor(descriptor);
}

function removePlace(place: Place): void {
  closePlace(place);
  if (place.address.kind !== "unix" || place.descriptors.length === 0) return;
  try {
    unlinkSync(place.address.path);
  } catch {
    // Somebody has removed it.
  }
}
