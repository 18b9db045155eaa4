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
  // V8 makes room for 17 items in a list that begins empty.
  #list: (T | undefined)[] = [undefined];
  #head = 0;
  #tail = 0;

  /** The number of items. */
  get length(): number {
    return this.#tail - this.#head;
  }

  /** The length of the list below: room, and taken items. */
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
    this.#list[this.#tail++] = item;
  }

  /**
   * Takes the first.
   *
   * @returns The item; `undefined` when there is none.
   */
  shift(): T | undefined {
    const list = this.#list;
    if (this.length < 2) return this.#takeLast();
    const item = list[this.#head];
    list[this.#head++] = undefined;
    if (this.#head >= MIN_TAKEN && this.#head * 2 >= list.length) {
      list.splice(0, this.#head);
      this.#tail -= this.#head;
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
    else {
      this.#list.splice(index, 1);
      this.#tail--;
    }
    return true;
  }

  /**
   * Takes all.
   *
   * @returns The items, in order.
   */
  clear(): T[] {
    const items = this.#list.slice(this.#head, this.#tail) as T[];
    this.#reset();
    return items;
  }

  #takeLast(): T | undefined {
    const item = this.first;
    this.#reset();
    return item;
  }

  /** Keeps the room of a list that is used for one item again and again. */
  #reset(): void {
    this.#head = this.#tail = 0;
    if (this.#list.length > 1) this.#list = [undefined];
    else this.#list[0] = undefined;
  }
}
