import type {RunRecord} from '../../schema/record.ts';
import {disturbancesFile} from './disturbances.ts';
import {membersSection} from './members.ts';
import {phasesSection} from './phases.ts';
import type {Section} from './section.ts';
import {sharesSection} from './shares.ts';

/** The tables of a run that only several servers behind a router have; empty for a plain one. */
export const topologySections = (record: RunRecord): readonly Section[] => [
  ...membersSection(record),
  ...sharesSection(record),
  ...phasesSection(record),
];

/** The same for files, unrounded, with a line for each thing that was done to the stack. */
export const topologyFiles = (record: RunRecord): readonly Section[] => [
  ...topologySections(record),
  ...disturbancesFile(record),
];
