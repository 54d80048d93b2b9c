/** A sum over the last so many milliseconds that never passes a limit. What is over is dropped as time goes on. */
export class SlidingWindow {
  readonly #lengthMs: number;
  readonly #limit: number;
  /** Oldest first; those before `#first` are over. */
  #kept: { atMs: number; weight: number }[] = [];
  #first = 0;
  #sum = 0;

  constructor(lengthMs: number, limit: number) {
    this.#lengthMs = lengthMs;
    this.#limit = limit;
  }

  /** How long until this much more fits; 0 if it does now. */
  waitMs(weight: number, nowMs: number): number {
    this.#drop(nowMs);
    let sum = this.#sum + weight;
    let freeAtMs = nowMs;
    for (let at = this.#first; sum > this.#limit && at < this.#kept.length; at++) {
      const one = this.#kept[at];
      sum -= one?.weight ?? 0;
      freeAtMs = (one?.atMs ?? 0) + this.#lengthMs;
    }
    return freeAtMs - nowMs;
  }

  add(weight: number, nowMs: number): void {
    this.#kept.push({ atMs: nowMs, weight });
    this.#sum += weight;
  }

  #drop(nowMs: number): void {
    for (let one = this.#kept[this.#first]; one && one.atMs <= nowMs - this.#lengthMs; one = this.#kept[this.#first]) {
      this.#sum -= one.weight;
      this.#first++;
    }
    // Cut off by halves, so that each request pays for one move at most.
    if (this.#first > this.#kept.length / 2) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}
