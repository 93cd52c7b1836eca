import {access, constants} from 'node:fs/promises';

/** Debian's, or the one that CHROMIUM names: what `*.browser.test.ts` run in. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What `*.browser.test.ts` need and this machine lacks, in words; empty where they can run. */
export const lackingForBrowser = (): Promise<readonly string[]> =>
  access(chromiumPath, constants.X_OK).then(
    () => [],
    () => [`a Chromium at ${chromiumPath} (apt-get install chromium)`],
  );
