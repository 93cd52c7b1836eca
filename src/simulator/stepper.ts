/**
 * Something that works in steps, with no clock and no timer of its own: the driver asks when it can begin, begins, and ends the step
 * after as many milliseconds as it said.
 */
export interface Stepper<Event> {
  /** The earliest time at which there is something to do; -Infinity when there is at any time, null when there is not. */
  readyAtMs(): number | null;
  /** Begins a step and returns its duration. Called only at or after `readyAtMs`. */
  begin(nowMs: number): number;
  /** What the step that was begun has brought. */
  end(): Event[];
}
