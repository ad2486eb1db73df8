const INTERVAL = 100;

/** Sends items together, ten times a second: a message for each step would keep the page busy. */
export class Outbox<Item> {
  private items: Item[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (items: Item[]) => void) {}

  add(item: Item): void {
    this.items.push(item);
    this.timer ??= setTimeout(() => this.flush(), INTERVAL);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.items.length > 0) this.send(this.items);
    this.items = [];
  }
}
