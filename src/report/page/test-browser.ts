import axe from 'axe-core';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {chromiumPath} from '../../../browser-tests.ts';

/** One for a test file. */
export const startBrowser = (): Promise<Browser> =>
  // Root has no sandbox in a container, and what is opened is ours; /dev/shm is small there.
  chromium.launch({executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']});

export interface OpenPage {
  readonly page: Page;
  /** Everything that the page asked of a network, said on its console, threw, or put up as a dialog. */
  readonly complaints: readonly string[];
}

/** The page as a reader opens it: served once from an address that does not exist, and cut off from everything else. */
export const openPage = async (
  browser: Browser,
  text: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> => {
  const context = await browser.newContext({viewport: {width: 1200, height: 900}, ...options});
  const page = await context.newPage();
  const complaints: string[] = [];
  const address = 'http://report.invalid/report.html';
  await context.route('**/*', route => {
    if (route.request().url() === address && route.request().isNavigationRequest())
      return route.fulfill({contentType: 'text/html', body: text});
    complaints.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => complaints.push(`threw ${error.message}`));
  page.on('dialog', dialog => {
    complaints.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(address);
  return {page, complaints};
};

/** Serious and critical findings of axe, each with where it is. */
export const axeFindings = async (page: Page): Promise<string[]> => {
  // Through the debugger: the page's policy would refuse it as a script element.
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run({resultTypes: ["violations"]})')) as {
    violations: {id: string; impact: string; nodes: {html: string; failureSummary: string}[]}[];
  };
  return found.violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html} ${failureSummary}`));
};
