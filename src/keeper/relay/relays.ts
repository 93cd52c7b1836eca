import type {RelayMode} from '../contract.ts';
import {type Relay, startRelay} from './relay.ts';

/** The relays in front of a stack's servers, by the servers' own URLs. */
export class Relays implements AsyncDisposable {
  readonly #relays = new Map<string, Relay>();

  get any(): boolean {
    return this.#relays.size > 0;
  }

  /** One for each URL, however many roles it serves. */
  async start(urls: readonly string[]): Promise<void> {
    for (const url of new Set(urls)) this.#relays.set(url, await startRelay(url));
  }

  /** Where a server is asked: at its relay, where there is one. */
  urlOf(url: string): string {
    return this.#relays.get(url)?.url ?? url;
  }

  set(mode: RelayMode, urls: readonly string[] = [...this.#relays.keys()]): void {
    for (const url of urls) this.#relays.get(url)?.set(mode);
  }

  /** To be called when a server may have died. */
  look(): void {
    for (const relay of this.#relays.values()) relay.look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#relays.values()].map(relay => relay[Symbol.asyncDispose]()));
  }
}
