/**
 * A cut network: what would be passed on is held, in its order, and nobody is told. Whatever is still wanted is passed on when it is
 * closed, as a network does that heals before anybody has given up.
 */
export class Blackhole {
  #held: (() => void)[] | null = null;

  open(): void {
    this.#held ??= [];
  }

  close(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const pass of held) pass();
  }

  /** At once, or when it is closed. */
  hold(pass: () => void): void {
    if (this.#held === null) pass();
    else this.#held.push(pass);
  }
}
