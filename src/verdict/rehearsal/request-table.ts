import {type Arm, arms} from '../../schema/block.ts';
import {type ClientLine, type GatewayLine, requestOutcomes} from '../../schema/journal.ts';
import {type Role, roles} from '../../schema/request.ts';

/** 0: no end is known. 'gone' is the gateway's word for what may be 'lost' to the client. */
export const ends = {none: 0, served: 1, refused: 2, failed: 3, lost: 4, gone: 4} as const;
export type End = (typeof ends)[keyof typeof ends];
export const outcomeOf = (end: End) => (end === ends.none ? null : (requestOutcomes[end - 1] ?? null));

const firstRoom = 1024;
const newColumns = (room: number) => ({
  /** Index in `roles`. */
  kind: new Uint8Array(room),
  /** How often the client says that it was sent, and that it ended. */
  sent: new Uint8Array(room),
  ended: new Uint8Array(room),
  end: new Uint8Array(room),
  /** 1 where the client says that it never left. */
  neverLeft: new Uint8Array(room),
  scheduledMs: new Float64Array(room),
  sentMs: new Float64Array(room),
  endMs: new Float64Array(room),
  /** NaN where there was none. */
  firstTokenMs: new Float64Array(room),
  /** How often the gateway took it, and how it ended there. */
  taken: new Uint8Array(room),
  gatewayEnd: new Uint8Array(room),
  receivedMs: new Float64Array(room),
  gatewayEndMs: new Float64Array(room),
  /** NaN where nobody was asked. */
  askedMs: new Float64Array(room),
  /** Who was asked last: 1 + index in `arms`; 0: nobody. */
  target: new Uint8Array(room),
  /** How often either side was asked, copies included, and how often it executed the id. */
  askedBaseline: new Uint8Array(room),
  askedCandidate: new Uint8Array(room),
  executedBaseline: new Uint8Array(room),
  executedCandidate: new Uint8Array(room),
  /** How often it was asked for an answer that the caller was to get. */
  asked: new Uint8Array(room),
});
export type Columns = ReturnType<typeof newColumns>;

/** A row for each request that the client or the gateway knows of, in the order in which they were first seen: 79 bytes and its id. */
export class RequestTable {
  #columns = newColumns(firstRoom);
  readonly #rows = new Map<string, number>();
  /** Of the few that the gateway did not serve. */
  readonly #codes = new Map<number, string>();

  get length(): number {
    return this.#rows.size;
  }

  /** For as long as no line is added. */
  get columns(): Readonly<Columns> {
    return this.#columns;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  ids(): string[] {
    return [...this.#rows.keys()];
  }

  addClient(line: ClientLine): void {
    const row = this.#row(line.id);
    const columns = this.#columns;
    columns.kind[row] = roles.indexOf(line.kind);
    columns.scheduledMs[row] = line.scheduledMs;
    columns.sentMs[row] = line.sentMs;
    if (line.event === 'sent') {
      raise(columns.sent, row);
      return;
    }
    raise(columns.ended, row);
    // Of two ends the first one stands; that there are two is counted.
    if (columns.ended[row] !== 1) return;
    columns.end[row] = ends[line.outcome];
    columns.neverLeft[row] = line.left === false ? 1 : 0;
    columns.endMs[row] = line.endMs;
    columns.firstTokenMs[row] = line.firstTokenMs ?? Number.NaN;
  }

  addGateway(line: GatewayLine): void {
    const row = this.#row(line.id);
    const columns = this.#columns;
    if (line.target !== null && line.asked > 0) raise(columns[askedBy[line.target]], row);
    if (line.mirror) return;
    raise(columns.taken, row);
    if (columns.sent[row] === 0 && columns.ended[row] === 0) columns.kind[row] = roles.indexOf(line.kind);
    columns.asked[row] = Math.min(255, (columns.asked[row] as number) + line.asked);
    if (columns.taken[row] !== 1) return;
    columns.gatewayEnd[row] = ends[line.outcome];
    if (line.code !== null) this.#codes.set(row, line.code);
    columns.receivedMs[row] = line.receivedMs;
    columns.gatewayEndMs[row] = line.endMs;
    columns.askedMs[row] = line.askedMs ?? Number.NaN;
    columns.target[row] = line.target === null ? 0 : 1 + arms.indexOf(line.target);
  }

  /** False for an id that is no request of the load: a known question, a warm-up, another caller's. */
  addExecution(id: string, arm: Arm): boolean {
    const row = this.#rows.get(id);
    if (row === undefined) return false;
    raise(this.#columns[executedBy[arm]], row);
    return true;
  }

  kindOf(row: number): Role {
    return roles[this.#columns.kind[row] as number] as Role;
  }

  /** The gateway's word for what went wrong; null where it has none. */
  codeOf(row: number): string | null {
    return this.#codes.get(row) ?? null;
  }

  /** Rows that the client sent, by when. */
  bySent(): Uint32Array {
    const {sent, ended, sentMs} = this.#columns;
    const rows = new Uint32Array(this.length).map((_, row) => row).filter(row => sent[row] !== 0 || ended[row] !== 0);
    const at = (row: number) => sentMs[row] as number;
    return rows.sort((a, b) => at(a) - at(b) || a - b);
  }

  #row(id: string): number {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.#rows.size;
    if (row === this.#columns.kind.length) this.#widen(2 * row);
    this.#rows.set(id, row);
    return row;
  }

  #widen(room: number): void {
    const wider = newColumns(room);
    for (const name of Object.keys(wider) as (keyof Columns)[]) wider[name].set(this.#columns[name]);
    this.#columns = wider;
  }
}

export const askedBy = {baseline: 'askedBaseline', candidate: 'askedCandidate'} as const;
export const executedBy = {baseline: 'executedBaseline', candidate: 'executedCandidate'} as const;

const raise = (column: Uint8Array, row: number): void => {
  column[row] = Math.min(255, (column[row] as number) + 1);
};
