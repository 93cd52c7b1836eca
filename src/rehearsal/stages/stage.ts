import type {RehearsalRun} from '../rehearsal-run.ts';
import type {StageEnd} from '../stage-end.ts';

/** Passes one stage. May be entered again where a killed harness left it: what is done already is found and left. */
export type Stage = (run: RehearsalRun) => Promise<StageEnd>;
