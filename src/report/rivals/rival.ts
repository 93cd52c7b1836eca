import type {Sample} from '../../schema/sample.ts';
import type {Trial} from '../../schema/trial.ts';
import type {Figure} from './figure.ts';

/** A trial whose samples are at hand: all of them, failed ones too. */
export interface MeasuredTrial {
  readonly trial: Trial;
  readonly samples: readonly Sample[];
}

/** Figures under one heading. */
export interface Section {
  readonly title: string | null;
  /** One for each value of a figure; empty where there is only one. */
  readonly columns: readonly string[];
  readonly figures: readonly Figure[];
}

export interface Printout {
  /** The words with which the rival is told to send what cutover sent. */
  readonly mode: string;
  readonly sections: readonly Section[];
  /** What the rival would have printed beside this, and why it is not here; and what is true of many figures. */
  readonly remarks: readonly string[];
}

/** Another load client, whose printout is made from the events that cutover measured. Pure. */
export interface Rival {
  /** As a user calls it. */
  readonly title: string;
  /** The release whose source the definitions were read in. */
  readonly version: string;
  /** Null where it has no mode for such a workload. At least one request of the trial succeeded. */
  print(measured: MeasuredTrial): Printout | null;
  /** The printout as it stands on a terminal. */
  draw(printout: Printout): readonly string[];
}
