import { crc16Xmodem } from "../../hash/crc16_xmodem.ts";
import { NO_SERVER, type Router, type RouteReason } from "../router.ts";
import { hashedPart, slotOf, SLOTS } from "./slot.ts";
import { ownersBySlot, type SlotMap, UNOWNED } from "./slot_map.ts";

/** Routes keys as a Redis Cluster does: a table says which primary owns each slot. */
export class ClusterRouter implements Router {
  readonly epoch: number;
  readonly owners: readonly number[];
  readonly units = SLOTS;
  /** By server: grows whenever it takes over slots; see `ClusterLayout`. */
  readonly configEpochs: readonly number[];
  readonly #owners: Uint16Array;

  constructor(map: SlotMap, epoch: number, configEpochs: readonly number[] = []) {
    this.configEpochs = configEpochs;
    this.epoch = epoch;
    this.#owners = ownersBySlot(map);
    this.owners = [...new Set(map.filter((_, i) => i % 3 === 2))].sort((a, b) => a - b);
  }

  route(bytes: Uint8Array, start: number, end: number): number {
    const owner = this.#owners[slotOf(bytes, start, end)]!;
    return owner === UNOWNED ? NO_SERVER : owner;
  }

  unitOf(bytes: Uint8Array, start: number, end: number): number {
    return slotOf(bytes, start, end);
  }

  ownerOf(unit: number): number {
    const owner = this.#owners[unit];
    return owner === undefined || owner === UNOWNED ? NO_SERVER : owner;
  }

  explain(bytes: Uint8Array, start: number, end: number): RouteReason {
    const [from, to] = hashedPart(bytes, start, end);
    return { start: from, end: to, hash: crc16Xmodem(bytes, from, to), point: slotOf(bytes, start, end) };
  }
}
