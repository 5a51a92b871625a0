/**
 * The most frequent keys of a stream in little memory: "space-saving". As many keys are counted as there are places;
 * a key without one takes over the place with the lowest count, and that count too, remembering it as its error. So a
 * key that makes up more than one part in `places` of the stream is never missed, and no count is too low.
 * Source: Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005.
 */

/** A key, how often it was seen at most, and how much of that may be others'. */
export interface SketchedKey<Tag> {
  readonly key: string;
  readonly count: number;
  readonly error: number;
  /** What came with the key last. */
  readonly tag: Tag;
}

/** A sketch of a stream of keys. */
export class KeySketch<Tag> {
  readonly #placeOf = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #tags: Tag[] = [];
  /** Typed, because the lowest is looked for often. */
  readonly #counts: Float64Array;
  readonly #errors: Float64Array;
  /** No count is lower. */
  #floor = 0;
  /** Where the search for a place with that count goes on. */
  #hand = 0;

  constructor(places: number) {
    this.#counts = new Float64Array(places);
    this.#errors = new Float64Array(places);
  }

  /** Counts a key. Cost: a lookup in a map; for a new key a few, and now and then a look at every place. */
  add(key: string, tag: Tag): void {
    const place = this.#placeOf.get(key) ?? this.#placeFor(key);
    this.#counts[place]!++;
    this.#tags[place] = tag;
  }

  /** Halves all counts, so that what was frequent once is forgotten. */
  fade(): void {
    for (let place = 0; place < this.#keys.length; place++) {
      this.#counts[place]! /= 2;
      this.#errors[place]! /= 2;
    }
    this.#floor /= 2;
  }

  /** The keys with the highest counts, the highest first. */
  top(most: number): SketchedKey<Tag>[] {
    return this.#keys
      .map((key, i) => ({ key, count: this.#counts[i]!, error: this.#errors[i]!, tag: this.#tags[i]! }))
      .sort((one, other) => other.count - one.count)
      .slice(0, most);
  }

  #placeFor(key: string): number {
    const free = this.#keys.length;
    const place = free < this.#counts.length ? free : this.#lowest();
    if (place !== free) this.#placeOf.delete(this.#keys[place]!);
    this.#errors[place] = this.#counts[place]!;
    this.#keys[place] = key;
    this.#placeOf.set(key, place);
    return place;
  }

  /** A place with the lowest count. In a stream of many rare keys nearly all places have it, and the next is near. */
  #lowest(): number {
    const counts = this.#counts;
    for (let looked = 0; looked < counts.length; looked++) {
      const place = this.#hand;
      this.#hand = (place + 1) % counts.length;
      if (counts[place]! <= this.#floor) return place;
    }
    this.#floor = Math.min(...counts);
    return counts.indexOf(this.#floor);
  }
}
