import {machineNow, toMicrosecond} from '../load/clock.ts';
import type {Arm} from '../schema/block.ts';
import type {GatewayLine} from '../schema/journal.ts';
import type {Role} from '../schema/request.ts';

/** A status of nobody's: the caller went away before one was sent. nginx writes the same. */
const goneStatus = 499;

/** One request from its head to its end, or a copy of one: what its line in the journal is made of. */
export class Visit {
  readonly id: string;
  readonly kind: Role;
  readonly mirror: boolean;
  readonly receivedMs = machineNow();
  /** When its body was there: its caller's patience, as far as the gateway is asked for any, counts from then. */
  atDoorMs = this.receivedMs;
  target: Arm | null = null;
  askedMs: number | null = null;
  firstByteMs: number | null = null;
  asked = 0;
  items = 1;
  /** Of the refusal, or of what broke a stream; null while there is none. */
  code: string | null = null;
  /** It has a place behind the turnstile. */
  inside = false;
  /** Its caller has the answer, or is gone. */
  over = false;
  /** What is to be done at once when the caller goes away. */
  onGone: (() => void) | null = null;

  constructor(id: string, kind: Role, mirror = false) {
    this.id = id;
    this.kind = kind;
    this.mirror = mirror;
  }

  /** Another target is asked, or this one for the first time. */
  ask(target: Arm): void {
    this.target = target;
    this.asked += 1;
    this.askedMs = null;
  }

  gone(): void {
    this.over = true;
    this.onGone?.();
  }

  /** `status` null: the caller went away before the answer was whole. */
  line(status: number | null): Omit<GatewayLine, 'seq'> {
    const {id, kind, target, mirror, code, receivedMs, askedMs, firstByteMs, asked, items} = this;
    const rounded = (ms: number | null) => (ms === null ? null : toMicrosecond(ms));
    return {
      id,
      kind,
      target,
      mirror,
      outcome: outcomeOf(status, code),
      status: status ?? goneStatus,
      code: status === null ? null : code,
      receivedMs: toMicrosecond(receivedMs),
      askedMs: rounded(askedMs),
      firstByteMs: rounded(firstByteMs),
      endMs: toMicrosecond(machineNow()),
      asked,
      items,
    };
  }
}

const outcomeOf = (status: number | null, code: string | null): GatewayLine['outcome'] => {
  if (status === null) return 'gone';
  if (status === 429 || status === 503) return 'refused';
  return status === 200 && code === null ? 'served' : 'failed';
};
