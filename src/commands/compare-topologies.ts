import {isDecision} from '../records/read-decision.ts';
import {readRecord} from '../records/read-record.ts';
import {type DecidedTopologies, type MapRow, mapOfDecision, mapOfRuns} from '../report/topology-map.ts';
import type {RunRecord} from '../schema/record.ts';
import {readDecided} from './read-evidence.ts';

/** Which topology wins at which stage: the first run against each of the others, and the two sides of every decision. */
export const compareTopologies = async (named: readonly string[], reportsDir: string): Promise<readonly MapRow[]> => {
  const runs: RunRecord[] = [];
  const decisions: DecidedTopologies[] = [];
  for (const name of named)
    if (await isDecision(name, reportsDir)) decisions.push(...(await readDecided(name, reportsDir)).decisions);
    else runs.push((await readRecord(name, reportsDir)).record);
  return [...decisions.flatMap(mapOfDecision), ...mapOfRuns(runs)];
};
