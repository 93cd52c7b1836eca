import {expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import {renderMarkdown} from './markdown.ts';

const rendered = async (record: RunRecord): Promise<string> => {
  const [file] = await renderMarkdown({record, samples: async function* () {}});
  return String(file?.content);
};

const hostile = '<b>|x|</b>\n# head\u001b[31m [l](u)';

test('the table has one row a trial, units in its head and empty cells for what is missing', async () => {
  const text = await rendered(exampleRecord({trials: [exampleEmbedTrial()]}));
  expect(text).toContain(`\
| suite | rep | batch | ok | failed | requests (req/s) | items (items/s) | E2E p50 (ms) | void |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| embed | 1 | 8 | 400 | 0 | 400 | 3200 | 11.5 |  |
`);
});

test('it says what latencies count from, for both kinds of loop if there are both', async () => {
  const text = await rendered(exampleRecord({trials: [exampleTrial(), exampleTrial({latencyFrom: 'scheduled'})]}));
  expect(text).toContain('count from the planned time');
  expect(text).toContain('count from the send');
});

test('simulated evidence is said before any number', async () => {
  const text = await rendered(exampleRecord({evidence: 'simulated'}));
  expect(text.indexOf('> **Simulated evidence: says nothing about a real engine.**')).toBeLessThan(
    text.indexOf('| suite'),
  );
  expect(text).toContain('> **Simulated');
});

test('no finding is said as none', async () => {
  expect(await rendered(exampleRecord())).toMatch(/## Findings\n\nNone\.\n$/);
});

test('what a server or a user wrote is text: no HTML, no table border, no heading, no link', async () => {
  const finding = {code: hostile, severity: 'void', message: hostile, hint: hostile} as const;
  const {engine} = exampleRecord();
  const text = await rendered(
    exampleRecord({
      runId: hostile,
      engine: {...engine, title: hostile, version: hostile, stack: hostile},
      trials: [exampleTrial({suite: hostile, findings: [finding]})],
    }),
  );
  const shown = '\\<b\\>\\|x\\|\\</b\\> \\# head \\[l\\](u)';
  // Heading 2, run, engine 2, stack, suite, void, finding's code, hint, trial and message.
  expect(text.split(shown).length - 1).toBe(12);
  expect(text).not.toContain('<b>');
  expect(text).not.toMatch(/^# head/m);
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
