/**
 * One turn of the event loop: everything that became readable together. The clock is read once per turn, and what
 * all its events produced leaves in one write per connection when the turn ends.
 *
 * The end is a `setImmediate`, because that alone runs after every ready socket was read; microtasks run between
 * two sockets and would batch nothing.
 */

/** Something that has work to finish when the turn ends. It must clear its own mark before it works. */
export interface EndsTurn {
  endTurn(): void;
}

/** The current turn of this process's event loop. */
class Turn {
  /** Milliseconds on a clock that never goes back; read at the first event of the turn. */
  now: number = performance.now();
  #open = false;
  #work: EndsTurn[] = [];
  #spare: EndsTurn[] = [];

  /** Every event handler calls this first. */
  begin(): void {
    if (this.#open) return;
    this.#open = true;
    this.now = performance.now();
    setImmediate(endTurn);
  }

  /** Has `work.endTurn()` called once when the turn ends; the caller sees to it that it asks only once. */
  atEnd(work: EndsTurn): void {
    this.#work.push(work);
    if (!this.#open) this.begin();
  }

  /** Runs what was asked for, in order; what that asks for in turn runs too, before anything new is read. */
  end(): void {
    while (this.#work.length > 0) {
      const work = this.#work;
      this.#work = this.#spare;
      for (let i = 0; i < work.length; i++) work[i]!.endTurn();
      work.length = 0;
      this.#spare = work;
    }
    this.#open = false;
  }
}

/** The one turn there is. */
export const turn: Turn = new Turn();

function endTurn(): void {
  turn.end();
}
