/**
 * Known results of every hash, columns in the order of KEYS.
 *
 * Source: the `apple` column stands in nutcracker's own unit tests; the others were computed by its hash
 * code, compiled on x86-64.
 */
import type { HashName } from "../../../src/hash/mod.ts";

const text = new TextEncoder();

/** The keys, as bytes. The last two begin or end with bytes that C's `char` reads as negative. */
export const KEYS: readonly Uint8Array[] = [
  text.encode("apple"),
  text.encode("foo"),
  text.encode("a"),
  text.encode(""),
  text.encode("hello world 12345"),
  Uint8Array.of(0xc3, 0xa9),
  Uint8Array.of(0x61, 0x62, 0xff),
];

/** What each hash makes of them. */
export const VECTORS: Readonly<Record<HashName, readonly number[]>> = {
  one_at_a_time: [2297466611, 596015325, 3392050242, 0, 2550775301, 26298542, 100913432],
  md5: [3195025439, 3675831724, 3111502092, 3649838548, 1689065286, 2546851174, 2192293236],
  crc16: [3662830516, 205303702, 31879, 0, 4000399168, 15296452, 2088034275],
  crc32: [10542, 3187, 26807, 0, 21557, 3588, 19613],
  crc32a: [2838417488, 2356372769, 3904355907, 0, 1412790727, 235179326, 3432881837],
  fnv1_64: [473199127, 1805727027, 2248259518, 2216829733, 2877235970, 3035330621, 2488291927],
  fnv1a_64: [1488911807, 4275688823, 2248273036, 2216829733, 1238071544, 3033280513, 4206756399],
  fnv1_32: [67176023, 1083137555, 84696446, 2166136261, 60643394, 376872957, 3160658135],
  fnv1a_32: [280767167, 2851307223, 3826002220, 2166136261, 1010891800, 1023043777, 3283607919],
  hsieh: [3738850110, 1993659431, 2472816263, 0, 846019392, 3203012475, 1977393110],
  murmur: [4142305122, 3303027599, 1262581116, 0, 2949163130, 2111574343, 3968893618],
  jenkins: [1442444624, 2583187353, 3768813200, 3735928572, 3067224287, 934048990, 3920586603],
};
