import type {Calibration} from './calibration.ts';

export interface Goal {
  /** What is asked, in words with the figure that bounds it. */
  readonly asked: string;
  readonly rate: number;
  readonly met: boolean;
}

/** What a verdict must hold to be trusted, and whether it does. */
export const goalsOf = ({
  rows,
  coverage,
  aaFalseAlarms,
}: Pick<Calibration, 'rows' | 'coverage' | 'aaFalseAlarms'>): readonly Goal[] => {
  const atLeast = (effect: number) => rows.filter(row => row.effect >= effect);
  const atMost = (asked: string, rate: number, limit: number): Goal => ({asked, rate, met: rate <= limit});
  const worst = (rates: readonly number[]) => Math.max(0, ...rates);
  const right = rows.find(({effect}) => effect === 2)?.noGo ?? 0;
  return [
    atMost(
      'false GO where the candidate is worse by δ or more: at most 5 %',
      worst(atLeast(1).map(({go}) => go)),
      0.05,
    ),
    atMost('false GO where it is worse by 1½ δ or more: at most 1 %', worst(atLeast(1.5).map(({go}) => go)), 0.01),
    atMost('false NO-GO where both are the same: at most 5 %', rows.find(({effect}) => effect === 0)?.noGo ?? 1, 0.05),
    {
      asked: 'the 95 % interval holds the true ratio: 93 to 97 %',
      rate: coverage,
      met: coverage >= 0.93 && coverage <= 0.97,
    },
    {asked: 'NO-GO where it is worse by 2 δ, within the budget: at least 90 %', rate: right, met: right >= 0.9},
    atMost('A/A false alarms, NO-GO or a difference claimed: at most 5 %', aaFalseAlarms, 0.05),
  ];
};
