import type {Outcome, VerdictName} from '../../../schema/verdict.ts';
import {html, type Markup} from './markup.ts';

type Tone = 'good' | 'bad' | 'open';

const outcomes: Readonly<Record<Outcome | 'same' | 'differs' | 'unknown', readonly [sign: string, tone: Tone]>> = {
  pass: ['✓', 'good'],
  fail: ['✕', 'bad'],
  inconclusive: ['?', 'open'],
  undecidable: ['≈', 'open'],
  missing: ['–', 'open'],
  shown: ['·', 'open'],
  same: ['✓', 'good'],
  differs: ['✕', 'bad'],
  unknown: ['?', 'open'],
};

/** A word, with a sign before it; the colour only repeats it. */
export const outcomeBadge = (outcome: keyof typeof outcomes): Markup => {
  const [sign, tone] = outcomes[outcome];
  return html`<span class="outcome ${tone}"><span aria-hidden="true">${sign}</span> ${outcome}</span>`;
};

export const verdictTone: Readonly<Record<VerdictName, Tone>> = {
  GO: 'good',
  'NO-GO': 'bad',
  INCONCLUSIVE: 'open',
  VOID: 'open',
};

/** What a reader is to take from it. */
export const verdictMeaning: Readonly<Record<VerdictName, string>> = {
  GO: 'The candidate is not worse than the plan allows, in any workload.',
  'NO-GO': 'The candidate is not to replace the baseline as it was measured.',
  INCONCLUSIVE: 'The evidence decides neither for nor against the candidate.',
  VOID: 'The measurement is not valid: nothing is said about the candidate.',
};
