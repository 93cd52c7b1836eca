import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {readChartJs} from '../../../records/chart-js.ts';
import {axeFindings, openPage, startBrowser} from '../../page/test-browser.ts';
import type {DecidedRun} from '../decided-run.ts';
import {decidedRun} from '../test-decided-run.ts';
import {renderHtml} from './html.ts';

const pageOf = async (run: DecidedRun): Promise<string> => {
  const [file] = await renderHtml(run, {chartJs: readChartJs});
  return String(file?.content);
};

/** Two workloads: every kind of part, and half the time. */
const small = (): DecidedRun => {
  const {plan} = decidedRun().decision;
  return decidedRun({
    decision: {plan: {...plan, workloads: plan.workloads.filter(({name}) => /prefix|embed/.test(name))}},
  });
};

let browser: Browser;
let text: string;
beforeAll(async () => {
  [browser, text] = await Promise.all([startBrowser(), pageOf(small())]);
});
afterAll(() => browser.close());

/** Of every plot, how many of its pixels are painted. */
const paintedPixels = `[...document.querySelectorAll('.plot canvas')].map(canvas =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((value, at) => at % 4 === 3 && value > 0).length)`;

describe('the page', () => {
  test('asks for nothing, says nothing on the console, and draws every chart', async () => {
    const {page, complaints} = await openPage(browser, text);
    const painted = (await page.evaluate(paintedPixels)) as number[];
    expect(painted).toHaveLength(10);
    expect(Math.min(...painted)).toBeGreaterThan(1000);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('is forbidden to load anything, whatever is put into it', async () => {
    const {page, complaints} = await openPage(browser, text);
    await page.evaluate(`document.body.append(Object.assign(new Image(), {src: 'http://else.invalid/a.png'}));
      document.body.insertAdjacentHTML('beforeend', '<p onclick="alert(1)" id="late">late</p>');
      document.getElementById('late').click();`);
    expect(complaints.filter(complaint => /asked|dialog/.test(complaint))).toEqual([]);
    expect(complaints.join('\n')).toMatch(/Content Security Policy/);
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)(
    'has no serious finding of axe in %s, with everything unfolded',
    async colorScheme => {
      const {page, complaints} = await openPage(browser, text, {colorScheme, reducedMotion: 'reduce'});
      expect(await axeFindings(page)).toEqual([]);
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

  test('has no row on a telephone that is higher than a hand: sentences keep their width and tables scroll', async () => {
    const {page} = await openPage(browser, text, {viewport: {width: 390, height: 844}});
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    const highest = await page.evaluate(
      "Math.max(...[...document.querySelectorAll('#glance tr, .workload tr')].map(row => row.getBoundingClientRect().height))",
    );
    expect(highest).toBeLessThan(200);
    await page.context().close();
  });

  test('says the same without scripts: every table is open, and no empty plot is shown', async () => {
    const {page} = await openPage(browser, text, {javaScriptEnabled: false});
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.locator('.plot:visible').count()).toBe(0);
    expect(await page.getByRole('table').count()).toBe(await page.locator('table').count());
    expect(await page.getByRole('heading', {level: 1}).textContent()).toMatch(/^NO-GO\s+vLLM 0.26.0 \(vllm-tuned\)/);
    await page.context().close();
  });

  test('follows the reader from light to dark, and is light on paper', async () => {
    const {page, complaints} = await openPage(browser, text, {colorScheme: 'dark'});
    const picture = "document.querySelector('.plot canvas').toDataURL()";
    const dark = await page.evaluate(picture);
    await page.emulateMedia({colorScheme: 'light'});
    await expect.poll(() => page.evaluate(picture)).not.toBe(dark);
    await page.emulateMedia({colorScheme: 'dark'});
    await expect.poll(() => page.evaluate(picture)).toBe(dark);
    // What a print keeps of the plots: the page's own handler redraws them before the sheets are made.
    await page.evaluate(`addEventListener('beforeprint', () => { window.printed = ${picture}; })`);
    const pdf = await page.pdf({format: 'A4', printBackground: true});
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const printed = await page.evaluate('window.printed');
    expect(printed).not.toBe(dark);
    expect(await page.evaluate(picture)).toBe(dark);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('by keyboard', () => {
  test('everything that can be done is reached, first of all a way past the head', async () => {
    const {page} = await openPage(browser, text);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the results');
    const expected = (await page.evaluate(
      "[...document.querySelectorAll('a, button, summary, canvas[tabindex], .scroll, pre')].filter(one => one.checkVisibility()).length",
    )) as number;
    const reached = new Set<number>();
    await page.evaluate("[...document.querySelectorAll('*')].forEach((one, place) => { one.place = place; })");
    for (let presses = 0; presses < expected; presses += 1) {
      reached.add((await page.evaluate('document.activeElement.place')) as number);
      await page.keyboard.press('Tab');
    }
    expect(reached.size).toBe(expected);
    await page.context().close();
  });

  test('the values of a chart are read one after another', async () => {
    const {page} = await openPage(browser, text);
    const chart = page.locator('figure', {hasText: 'Primary metric of each workload'});
    await chart.locator('.plot canvas').focus();
    await page.keyboard.press('ArrowRight');
    expect(await chart.locator('.reading').textContent()).toMatch(
      /^prefix: Output throughput, tokens\/s\n1\.08 \[1\.07, 1\.10\]: pass/,
    );
    await page.keyboard.press('End');
    expect(await chart.locator('.reading').textContent()).toMatch(/^embed: Throughput/);
    await page.keyboard.press('Escape');
    expect(await chart.locator('.reading').textContent()).toBe('');
    await page.context().close();
  });

  test('a side is taken out of a chart and put back, and a mouse shows values as well', async () => {
    const {page} = await openPage(browser, text);
    const chart = page.locator('figure', {hasText: 'prefix: time to first token'});
    const baseline = chart.getByRole('button', {name: 'baseline'});
    const painted = () =>
      chart.locator('.plot canvas').evaluate(canvas => (canvas as unknown as {toDataURL(): string}).toDataURL());
    const both = await painted();
    await chart.locator('.plot canvas').hover();
    await expect.poll(painted).not.toBe(both); // the values under the mouse
    await page.mouse.move(0, 0);
    await expect.poll(painted).toBe(both);
    await baseline.focus();
    await page.keyboard.press('Enter');
    expect(await baseline.getAttribute('aria-pressed')).toBe('false');
    expect(await painted()).not.toBe(both);
    await page.keyboard.press('Enter');
    expect(await baseline.getAttribute('aria-pressed')).toBe('true');
    await page.context().close();
  });
});

describe('what comes from engines and users', () => {
  const attack = '</script><script>alert(1)</script><!--<script>\u2028\u2029"\'><img src=x onerror=alert(2)>&lt;';

  /** Puts the attack into every text of a value that is free. */
  const attacked = (): DecidedRun => {
    const run = small();
    const withAttack = (record: DecidedRun['records']['baseline']) => ({
      ...record,
      engine: {
        ...record.engine,
        title: `title ${attack}`,
        version: `version ${attack}`,
        servers: record.engine.servers.map(server => ({
          ...server,
          model: `model ${attack}`,
          command: [`argument ${attack}`],
        })),
      },
      trials: record.trials.map(trial => ({
        ...trial,
        findings: trial.findings.map(one => ({...one, message: `finding ${attack}`})),
      })),
    });
    const named = (name: string) => `${name} ${attack}`;
    const {plan} = run.decision;
    return {
      ...run,
      decision: {
        ...run.decision,
        command: ['decide', `word ${attack}`],
        plan: {
          ...plan,
          question: `question ${attack}`,
          workloads: plan.workloads.map(one => ({...one, name: named(one.name)})),
        },
        blocks: run.decision.blocks.map(one => ({...one, workload: named(one.workload)})),
      },
      records: {baseline: withAttack(run.records.baseline), candidate: withAttack(run.records.candidate)},
      verdict: {
        ...run.verdict,
        reasons: [`reason ${attack}`],
        threats: [`threat ${attack}`],
        workloads: run.verdict.workloads.map(one => ({...one, name: named(one.name)})),
        answers: run.verdict.answers.map(one => ({...one, detail: `a model's output ${attack}`})),
      },
      claims: run.claims.map(({claim, verdict}) => ({
        claim: {...claim, claim: `claim ${attack}`},
        verdict: {...verdict, reason: `settled ${attack}`},
      })),
    };
  };

  test('is text: none of it runs, and all of it can be read', async () => {
    const {page, complaints} = await openPage(browser, await pageOf(attacked()));
    expect(complaints).toEqual([]);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(3);
    const body = await page.locator('body').innerText();
    for (const word of [
      'title',
      'version',
      'model',
      'argument',
      'finding',
      'question',
      'reason',
      'threat',
      'output',
      'claim',
      'settled',
      'embed',
    ])
      expect(body).toContain(`${word} </script><script>alert(1)</script><!--<script>`);
    expect(Math.min(...((await page.evaluate(paintedPixels)) as number[]))).toBeGreaterThan(1000);
    expect(await page.title()).toContain('<img src=x onerror=alert(2)>');
    await page.context().close();
  });
});
