import type {RuntimeName} from '../../runtimes/stack.ts';

/** The runtimes that bring up a real engine. */
type RealRuntime = 'docker' | 'process';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** 'missing': a start would fail; 'note': good to know, or not looked at. */
  readonly state: 'ok' | 'note' | 'missing';
  /** In plain words; several lines where there is a sum to show. */
  readonly says: string;
  /** A command where there is one, else what to do. */
  readonly fix: string | null;
  /** What cannot start while this is missing. */
  readonly stops: readonly RealRuntime[];
}

/** What `bench --engine <engine>` would do on this machine. */
export interface Outlook {
  readonly engine: string;
  readonly runtime: RuntimeName;
  readonly why: string;
  /** Whether that is a real engine, and nothing that it needs is missing. */
  readonly canStart: boolean;
}

export const ok = (what: string, says: string): Finding => ({what, state: 'ok', says, fix: null, stops: []});

export const note = (what: string, says: string, fix: string | null = null): Finding => ({
  what,
  state: 'note',
  says,
  fix,
  stops: [],
});

export const missing = (what: string, stops: readonly RealRuntime[], says: string, fix: string | null): Finding => ({
  what,
  state: 'missing',
  says,
  fix,
  stops,
});

/** What only another real runtime than the chosen one would need is no lack: it becomes a note. */
export const seenFrom = (runtime: RuntimeName, findings: readonly Finding[]): readonly Finding[] => {
  if (runtime !== 'docker' && runtime !== 'process') return findings;
  return findings.map(finding =>
    finding.state === 'missing' && !finding.stops.includes(runtime) ? {...finding, state: 'note'} : finding,
  );
};

/** `findings` as `seenFrom` the runtime. */
export const canStart = (runtime: RuntimeName, findings: readonly Finding[]): boolean =>
  (runtime === 'docker' || runtime === 'process') && findings.every(({state}) => state !== 'missing');
