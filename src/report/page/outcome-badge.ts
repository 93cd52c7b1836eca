import type {Outcome, VerdictName} from '../../schema/verdict.ts';
import {html, type Markup} from './markup.ts';

type Tone = 'good' | 'bad' | 'open';

const outcomes: Readonly<
  Record<Outcome | 'same' | 'differs' | 'unknown' | 'void' | 'not-asked', readonly [sign: string, tone: Tone]>
> = {
  pass: ['✓', 'good'],
  fail: ['✕', 'bad'],
  inconclusive: ['?', 'open'],
  undecidable: ['≈', 'open'],
  missing: ['–', 'open'],
  shown: ['·', 'open'],
  void: ['∅', 'open'],
  'not-asked': ['–', 'open'],
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
