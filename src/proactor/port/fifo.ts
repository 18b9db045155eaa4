/**
 * A queue.
 *
 * @module
 */

/** From so many taken items on, their room is given back. */
const MIN_TAKEN = 64;

/**
 * First in, first out. What was taken is let go at once, and its room when it
 * is half of the queue: one that never runs empty does not grow.
 *
 * @typeParam T The items.
 */
export class Fifo<T> {
  #list: (T | undefined)[] = [];
  #head = 0;

  /** How many wait. */
  get length(): number {
    return this.#list.length - this.#head;
  }

  /** Room that is held, in items. */
  get capacity(): number {
    return this.#list.length;
  }

  /** Whose turn it is. */
  get first(): T | undefined {
    return this.#list[this.#head];
  }

  /**
   * Looks at an item.
   *
   * @param index Its place, 0 for the first.
   * @returns The item; `undefined` behind the last.
   */
  at(index: number): T | undefined {
    return this.#list[this.#head + index];
  }

  /** @param item Comes last. */
  push(item: T): void {
    this.#list.push(item);
  }

  /**
   * Takes the first.
   *
   * @returns The item; `undefined` when there is none.
   */
  shift(): T | undefined {
    const list = this.#list;
    if (list.length - this.#head < 2) return this.#takeLast();
    const item = list[this.#head];
    list[this.#head++] = undefined;
    if (this.#head >= MIN_TAKEN && this.#head * 2 >= list.length) {
      list.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** @param item What `first` has become. */
  replaceFirst(item: T): void {
    this.#list[this.#head] = item;
  }

  /**
   * Takes an item out of the middle.
   *
   * @param item The item.
   * @returns False when it is not there.
   */
  remove(item: T): boolean {
    const index = this.#list.indexOf(item, this.#head);
    if (index < 0) return false;
    if (index === this.#head) this.shift();
    else this.#list.splice(index, 1);
    return true;
  }

  /**
   * Takes all.
   *
   * @returns The items, in order.
   */
  clear(): T[] {
    const items = this.#list.splice(this.#head) as T[];
    this.#list = [];
    this.#head = 0;
    return items;
  }

  /** One that comes and goes keeps its room. */
  #takeLast(): T | undefined {
    const item = this.first;
    if (this.#head === 0) this.#list.pop();
    else this.#list.length = this.#head = 0;
    return item;
  }
}
