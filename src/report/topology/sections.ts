import type {RunRecord} from '../../schema/record.ts';
import {disturbancesFile} from './disturbances.ts';
import {membersSection} from './members.ts';
import {phasesSection} from './phases.ts';
import type {Section} from './section.ts';
import {shardsSection} from './shards.ts';
import {sharesSection} from './shares.ts';

/** The tables that only several servers behind a router have, or several machines that put the load on; empty for a plain run. */
export const topologySections = (record: RunRecord): readonly Section[] => [
  ...membersSection(record),
  ...sharesSection(record),
  ...phasesSection(record),
  ...shardsSection(record),
];

/** The same for files, unrounded, with a line for each thing that was done to the stack. */
export const topologyFiles = (record: RunRecord): readonly Section[] => [
  ...topologySections(record),
  ...disturbancesFile(record),
];
