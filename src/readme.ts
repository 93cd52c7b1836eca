import {exitCodes} from './errors.ts';
import {type FlagName, flags, flagText} from './options.ts';

const cell = (text: string) => text.replaceAll('|', '\\|');

/** The README's table of options, from the one list. */
const optionsTable = (): string => {
  const rows = (Object.keys(flags) as FlagName[]).map(name => {
    const flag = flags[name];
    const shown = flag.placeholder === null ? flagText(name) : `${flagText(name)} <${flag.placeholder}>`;
    const repeatable = flag.repeatable ? ' May be repeated.' : '';
    return `| \`${cell(shown)}\` | ${cell(flag.help)}.${repeatable} | ${flag.default ?? ''} | ${flag.on.join(', ')} |`;
  });
  return ['| option | meaning | default | commands |', '| --- | --- | --- | --- |', ...rows].join('\n');
};

/** The README's table of exit codes. */
const exitCodesTable = (): string =>
  [
    '| exit code | meaning |',
    '| --- | --- |',
    ...Object.values(exitCodes).map(({code, meaning}) => `| ${code} | ${meaning} |`),
  ].join('\n');

const sections = {options: optionsTable, 'exit-codes': exitCodesTable};

/** The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced; throws when these marks are missing. */
export const withSection = (text: string, name: string, content: string): string => {
  const marks = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`there is no <!-- ${name} --> … <!-- /${name} --> section`);
  return text.replace(marks, (_, open: string, close: string) => `${open}${content}\n${close}`);
};

/** The README with its generated sections made anew. */
export const withSections = (readme: string): string =>
  Object.entries(sections).reduce((text, [name, render]) => withSection(text, name, render()), readme);
