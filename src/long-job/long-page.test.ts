import {expect, test} from 'vitest';
import {outcomesOf, renderLongPage} from './long-page.ts';

const run = {madeOn: 'at now; do not edit. Commit abc, Node 24.1.0, 2 × a CPU.', fuzz: '# The gateway\n\nNothing.\n'};

test('each file and each test has its outcome, its seconds and its figures; the fuzz follows', () => {
  const page = renderLongPage(
    [
      {
        file: 'src/a.test.ts',
        seconds: 12.4,
        tests: [
          {title: 'canary · none', seconds: 7.25, passed: true, figures: ['found - | 0 failed', 'more']},
          {title: 'canary · hangs', seconds: 5, passed: false, figures: []},
        ],
      },
    ],
    run,
  );
  expect(page.split('\n')).toEqual(
    expect.arrayContaining([
      'Made by `.ci/long --write` at now; do not edit. Commit abc, Node 24.1.0, 2 × a CPU.',
      '| [src/a.test.ts](#srcatestts) | 1 | 1 | 12 s |',
      '## src/a.test.ts',
      '| canary · none | passed | 7.3 | found - · 0 failed; more |',
      '| canary · hangs | **failed** | 5.0 |  |',
    ]),
  );
  expect(page.endsWith('\n\n## The gateway\n\nNothing.\n')).toBe(true);
});

test('a file of which no test could be collected counts as one that failed', () => {
  const broken = {file: 'src/broken.test.ts', seconds: 0, tests: []};
  expect(outcomesOf([broken])).toEqual([false]);
  expect(renderLongPage([broken], run)).toContain('| [src/broken.test.ts](#srcbrokentestts) | 0 | 1 | 0 s |');
});
