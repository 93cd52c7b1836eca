/** A sum over some of the requests would read as one over all: unknown as soon as one did not tell. */
export class TokenSum {
  #sum = 0;
  #requests = 0;
  #told = true;

  add(tokens: number | null): void {
    this.#requests += 1;
    if (tokens === null) this.#told = false;
    else this.#sum += tokens;
  }

  /** Null also where there was no request. */
  get total(): number | null {
    return this.#told && this.#requests > 0 ? this.#sum : null;
  }
}
