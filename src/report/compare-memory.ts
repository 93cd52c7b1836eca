import type {RunRecord} from '../schema/record.ts';
import {neededMiB, type ServerOfRun, serversOf} from './server-columns.ts';

/** One number of a server in both runs; null is "not measured" or "not told". */
interface ComparedNumber {
  readonly title: string;
  readonly unit: string;
  readonly a: number | null;
  readonly b: number | null;
  /** B over A; null where one is missing or 0, and for what is reserved where the pools are not of one size. */
  readonly ratio: number | null;
}

/** What one role's servers reserve and need of the GPU's memory. */
export interface ComparedMemory {
  readonly role: string;
  readonly numbers: readonly ComparedNumber[];
  /** Whether both keep as many tokens: only then is less memory less. Also true where neither is known to keep any. */
  readonly equalKv: boolean;
}

/** Of KV tokens: pools come in whole blocks, so that no two engines hit one number. */
const tolerance = 0.01;

const isEqualKv = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= tolerance * Math.max(a, b);

const compareServer = (a: ServerOfRun, b: ServerOfRun): ComparedMemory[] => {
  if (a.server.memory === null && b.server.memory === null) return [];
  const [kvA, kvB] = [a, b].map(({server}) => server.memory?.kvTokens ?? null) as [number | null, number | null];
  const equalKv = isEqualKv(kvA, kvB);
  const compared = (title: string, unit: string, inA: number | null, inB: number | null): ComparedNumber => ({
    title,
    unit,
    a: inA,
    b: inB,
    ratio: inA !== null && inB !== null && inA !== 0 ? inB / inA : null,
  });
  const reserved = compared(
    'reserved',
    'MiB',
    a.server.memory?.processMiB ?? null,
    b.server.memory?.processMiB ?? null,
  );
  const numbers = [
    equalKv ? reserved : {...reserved, ratio: null},
    compared('needed', 'MiB', neededMiB(a), neededMiB(b)), // whatever the pools: their unused part is not in it
    compared('KV', 'tok', kvA, kvB),
  ].filter(number => number.a !== null || number.b !== null);
  return numbers.length === 0 ? [] : [{role: a.server.role, numbers, equalKv}];
};

/** The memory of the roles that both runs served, as far as at least one of them tells. */
export const compareMemory = (a: RunRecord, b: RunRecord): readonly ComparedMemory[] => {
  const inB = serversOf(b);
  return serversOf(a).flatMap(one => {
    const other = inB.find(({server}) => server.role === one.server.role);
    return other === undefined ? [] : compareServer(one, other);
  });
};
