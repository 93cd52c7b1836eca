import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {readChartJs} from '../../../records/chart-js.ts';
import {axeFindings, openPage, startBrowser} from '../../page/test-browser.ts';
import type {RehearsedRun} from '../rehearsed-run.ts';
import {rehearsedRun} from '../test-rehearsed-run.ts';
import {renderHtml} from './html.ts';

const pageOf = async (run: RehearsedRun): Promise<string> => {
  const [file] = await renderHtml(run, {chartJs: readChartJs});
  return String(file?.content);
};

let browser: Browser;
let text: string;
beforeAll(async () => {
  [browser, text] = await Promise.all([startBrowser(), pageOf(rehearsedRun({evidence: 'simulated'}))]);
});
afterAll(() => browser.close());

const paintedPixels = `[...document.querySelectorAll('.plot canvas')].map(canvas =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((value, at) => at % 4 === 3 && value > 0).length)`;

describe('the page of a rehearsal', () => {
  test('asks for nothing, says nothing on the console, and draws the timeline and the equivalence', async () => {
    const {page, complaints} = await openPage(browser, text);
    const painted = (await page.evaluate(paintedPixels)) as number[];
    expect(painted).toHaveLength(6);
    expect(Math.min(...painted)).toBeGreaterThan(1000);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('has both verdicts, the accounting and the beginning of the timeline on its first screen', async () => {
    const {page} = await openPage(browser, text, {viewport: {width: 1280, height: 900}});
    const bottoms = (await page.evaluate(
      "['#migration-verdict', '#rollback-verdict', '.identity', '#timeline h2'].map(one => document.querySelector(one).getBoundingClientRect().bottom)",
    )) as number[];
    expect(Math.max(...bottoms)).toBeLessThan(900);
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)(
    'has no serious finding of axe in %s, with everything unfolded',
    async scheme => {
      const {page, complaints} = await openPage(browser, text, {colorScheme: scheme, reducedMotion: 'reduce'});
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      expect(await axeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test('is not wider than a screen of 320 pixels', async () => {
    const {page} = await openPage(browser, text, {viewport: {width: 320, height: 640}});
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await page.context().close();
  });

  test('says the same without scripts: every table is open, and no empty plot is shown', async () => {
    const {page} = await openPage(browser, text, {javaScriptEnabled: false});
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.locator('.plot:visible').count()).toBe(0);
    expect(await page.locator('.identity').textContent()).toBe(
      '20,059 sent = 20,046 served + 2 refused + 11 failed + 0 lost, 0 duplicated',
    );
    await page.context().close();
  });

  test('the seconds of a chart are read by keyboard, each with its stage', async () => {
    const {page} = await openPage(browser, text);
    const chart = page.locator('figure', {hasText: 'by how they ended'});
    await chart.locator('.plot canvas').focus();
    for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    expect(await chart.locator('.reading').textContent()).toBe('second 131 (fault)\n110 served, 2 refused, 9 failed');
    await page.context().close();
  });

  test('of engines and users is text: none of it runs', async () => {
    const attack = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';
    const {rehearsal, verdict, ...rest} = rehearsedRun();
    const attacked: RehearsedRun = {
      ...rest,
      rehearsal: {
        ...rehearsal,
        command: ['rehearse', attack],
        plan: {...rehearsal.plan, name: attack, question: attack},
        sides: rehearsal.sides.map(side => ({...side, engine: attack})),
        events: rehearsal.events.map(event => ({...event, text: attack})),
        stages: rehearsal.stages.map(stage => ({...stage, detail: attack})),
      },
      verdict: {
        ...verdict,
        migration: {...verdict.migration, reasons: [attack]},
        checks: verdict.checks.map(check => ({...check, detail: attack})),
        identity: [{what: attack, before: attack, after: `${attack} `, same: false}],
        equivalence: verdict.equivalence.map(one => ({...one, metric: attack})),
      },
    };
    const {page, complaints} = await openPage(browser, await pageOf(attacked));
    expect(complaints).toEqual([]);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(3);
    await page.context().close();
  });
});
