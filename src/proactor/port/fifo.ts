/**
 * A queue.
 *
 * @module
 */

/** The fewest taken items whose room is released. */
const MIN_TAKEN = 64;

/**
 * First in, first out. Taken items are released at once, and their room when it
 * is half of the list, so that a queue that never runs empty does not grow.
 *
 * @typeParam T The items.
 */
export class Fifo<T> {
  #list: (T | undefined)[] = [];
  #head = 0;

  /** The number of items. */
  get length(): number {
    return this.#list.length - this.#head;
  }

  /** The length of the list below, taken items included. */
  get capacity(): number {
    return this.#list.length;
  }

  /** The item that is taken next. */
  get first(): T | undefined {
    return this.#list[this.#head];
  }

  /**
   * The item at an index.
   *
   * @param index 0 for the first.
   * @returns The item; `undefined` behind the last.
   */
  at(index: number): T | undefined {
    return this.#list[this.#head + index];
  }

  /** @param item Appended. */
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

  /** @param item Takes the place of the first. */
  replaceFirst(item: T): void {
    this.#list[this.#head] = item;
  }

  /**
   * Removes an item from any place.
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

  /** Keeps the room of a list that is used for one item again and again. */
  #takeLast(): T | undefined {
    const item = this.first;
    if (this.#head === 0) this.#list.pop();
    else this.#list.length = this.#head = 0;
    return item;
  }
}
