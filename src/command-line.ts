import {Command, CommanderError, Option} from 'commander';
import {type CommandName, commands} from './command-names.ts';
import {contradictions} from './contradictions.ts';
import {CutoverError} from './errors.ts';
import {longerOf, nearest} from './nearest.ts';
import {Mistake} from './option-values.ts';
import {type FlagName, flags, flagText, type Options} from './options.ts';

/** What the user asked for: a command with everything read, or a text to print. */
export type Invocation =
  | {readonly command: CommandName; readonly operands: readonly string[]; readonly options: Options}
  | {readonly command: 'print'; readonly text: string};

const names = Object.keys(flags) as FlagName[];
const flagsOf = (command: CommandName) =>
  names.filter(name => (flags[name].on as readonly CommandName[]).includes(command));

/** Those in square brackets may be left out, and `…` in them stands for more of the same. */
const shownOperand = (operand: string) => (operand.startsWith('[') ? operand : `<${operand}>`);

/** The parser for one command. Values are only collected here; reading them is `readOptions`'s, so that no mistake hides another. */
const parserFor = (command: CommandName, print: (text: string) => void): Command => {
  const parser = new Command(`npm run ${command} --`)
    .description(commands[command].purpose)
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({writeOut: print, writeErr: print})
    .configureHelp({
      optionTerm: option => option.flags.replace('[', '<').replace(/\]$/, '>'),
      optionDescription: option => option.description, // commander would add that the preset is ""
    })
    .usage([...commands[command].operands.map(shownOperand), '[options]'].join(' '));
  for (const name of flagsOf(command)) {
    const {placeholder, help, repeatable} = flags[name];
    const shown = `${help}${repeatable ? ' (repeatable)' : ''}${flags[name].default === null ? '' : ` (default: ${flags[name].default})`}`;
    // Square brackets make the value optional for commander, so that a missing one is our mistake to list and not its exit.
    const option = new Option(placeholder === null ? flagText(name) : `${flagText(name)} [${placeholder}]`, shown);
    if (placeholder !== null)
      option.preset('').argParser((value, before: readonly string[] | undefined) => [...(before ?? []), value]);
    parser.addOption(option);
  }
  return parser;
};

const overview = (version: string): string =>
  [
    `cutover ${version}: proves an inference-engine migration before and after it is made`,
    '',
    ...Object.entries(commands).map(([name, {purpose}]) => `  npm run ${name.padEnd(9)} ${purpose}`),
    '',
    'Options of a command: npm run bench -- --help',
    '',
  ].join('\n');

const readOptions = (command: CommandName, given: Readonly<Record<string, unknown>>, mistakes: string[]): Options => {
  const read: Record<string, unknown> = {};
  for (const name of names) {
    const flag = flags[name];
    const raw = given[name];
    const values = Array.isArray(raw) ? raw.map(String) : raw === true ? [''] : [];
    if (flag.placeholder !== null && values.includes('')) {
      mistakes.push(`${flagText(name)} has no value. Write ${flagText(name)} <${flag.placeholder}>`);
      continue;
    }
    try {
      read[name] = flag.read(values);
    } catch (thrown) {
      if (thrown instanceof Mistake) mistakes.push(`${flagText(name)} ${thrown.message}. ${thrown.fix}`);
      else if (thrown instanceof CutoverError)
        mistakes.push(`${flagText(name)}: ${thrown.message}. ${thrown.hint ?? ''}`.trimEnd());
      else throw thrown;
    }
  }
  const written = names.filter(name => given[name] !== undefined);
  if (mistakes.length === 0) mistakes.push(...contradictions(command, read as Options, written));
  return read as Options;
};

/** The dashes that all options begin with say nothing of what was meant: they would let short words resemble any. */
const nearestFlag = (word: string, own: readonly string[]): string | null => {
  const guess = nearest(
    word.replace(/^-+/, ''),
    own.map(flag => flag.slice(2)),
  );
  return guess === null ? null : `--${guess}`;
};

const unknownOption = (command: CommandName, word: string): string => {
  const [flag = word] = word.split('=');
  const own = flagsOf(command).map(flagText);
  const elsewhere = names.find(name => flagText(name) === flag);
  const longer = longerOf(flag, own);
  const guess = longer.length > 0 ? longer.join(' or ') : elsewhere === undefined ? nearestFlag(flag, own) : null;
  const help = `npm run ${command} -- --help lists them`;
  if (elsewhere === undefined)
    return `${word}: no such option of ${command}. ${guess === null ? help : `Did you mean ${guess}?`}`;
  const fix = guess === null ? 'Leave it out' : `Did you mean ${guess}?`;
  return `${flag} is an option of ${flags[elsewhere].on.join(', ')}, and not of ${command}. ${fix}`;
};

const unknownWords = (command: CommandName, leftover: readonly string[], mistakes: string[]): readonly string[] => {
  const operands: string[] = [];
  for (const word of leftover) {
    if (!word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    mistakes.push(unknownOption(command, word));
  }
  return operands;
};

const checkOperands = (command: CommandName, operands: readonly string[], mistakes: string[]) => {
  const wanted: readonly string[] = commands[command].operands;
  for (const missing of wanted.slice(operands.length).filter(operand => !operand.startsWith('[')))
    mistakes.push(`<${missing}> is missing. Write npm run ${command} -- ${wanted.map(shownOperand).join(' ')}`);
  // A value after an unknown option looks like an operand: the unknown option has been named, so say nothing of its value.
  if (mistakes.length === 0 && !wanted.at(-1)?.endsWith('…]'))
    for (const extra of operands.slice(wanted.length))
      mistakes.push(`${JSON.stringify(extra)} is one word too many. Quote values that hold spaces`);
};

/**
 * Reads argv (without node and the script). Throws one CutoverError (BAD_OPTIONS) that lists every mistake with its fix.
 */
export const readCommandLine = (argv: readonly string[], version: string): Invocation => {
  const [first = '--help', ...rest] = argv;
  if (first === '--version' || first === '-V') return {command: 'print', text: `${version}\n`};
  if (first === '--help' || first === '-h' || first === 'help') return {command: 'print', text: overview(version)};
  if (!Object.hasOwn(commands, first)) {
    const guess = nearest(first, Object.keys(commands));
    throw new CutoverError('BAD_OPTIONS', `${JSON.stringify(first)} is not a command`, {
      hint: guess === null ? `The commands are ${Object.keys(commands).join(', ')}.` : `Did you mean ${guess}?`,
    });
  }
  const command = first as CommandName;
  let printed = '';
  const parser = parserFor(command, text => {
    printed += text;
  });
  try {
    parser.parse([...rest], {from: 'user'});
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.code === 'commander.helpDisplayed')
      return {command: 'print', text: printed};
    throw thrown;
  }
  const mistakes: string[] = [];
  const operands = unknownWords(command, parser.args, mistakes);
  checkOperands(command, operands, mistakes);
  const options = readOptions(command, parser.opts(), mistakes);
  if (mistakes.length > 0) {
    const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
    throw new CutoverError(
      'BAD_OPTIONS',
      `${command}: ${count} in the options\n${mistakes.map(line => `  ${line}`).join('\n')}`,
      {
        hint: `npm run ${command} -- --help explains every option.`,
      },
    );
  }
  return {command, operands, options};
};
