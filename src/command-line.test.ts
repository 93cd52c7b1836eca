import {describe, expect, test} from 'vitest';
import {readCommandLine} from './command-line.ts';
import {CutoverError} from './errors.ts';

const read = (line: string) =>
  readCommandLine(
    line.split(' ').filter(word => word !== ''),
    '1.2.3',
  );

const bench = (line: string) => {
  const invocation = read(`bench ${line}`);
  if (invocation.command !== 'bench') throw new TypeError(`read as ${invocation.command}`);
  return invocation.options;
};

const mistakesOf = (line: string): readonly string[] => {
  try {
    read(line);
  } catch (thrown) {
    if (!(thrown instanceof CutoverError)) throw thrown;
    expect(thrown.exitCode).toBe(10);
    return thrown.message
      .split('\n')
      .slice(1)
      .map(text => text.trim());
  }
  throw new Error('nothing was wrong');
};

describe('values', () => {
  test('what is left out has its default, or null where there is none', () => {
    const options = bench('--engine sglang');
    expect(options).toMatchObject({
      engine: 'sglang',
      suite: ['smoke'],
      seed: 1,
      concurrency: null,
      quiet: false,
      attach: [],
    });
  });

  test('a repeatable option keeps every value in order', () => {
    expect(bench('--engine vllm --suite chat --suite embed').suite).toEqual(['chat', 'embed']);
  });

  test('--name=value is --name value', () => {
    expect(bench('--engine=vllm --seed=7').seed).toBe(7);
  });

  test('an address may be for one role or for all, and loses a trailing slash and /v1', () => {
    const attached = bench(
      '--engine vllm --attach http://a:1/ --attach embed=http://b:2 --attach rerank=http://c:3/v1/',
    );
    expect(attached.attach).toEqual([
      {role: null, value: 'http://a:1'},
      {role: 'embed', value: 'http://b:2'},
      {role: 'rerank', value: 'http://c:3'},
    ]);
  });

  test('limits of an SLO that are not written are none', () => {
    const {slo} = bench('--engine vllm --suite goodput --slo tpot-p99=50,ttft-p99=500');
    expect(slo).toEqual({ttftP99Ms: 500, tpotP99Ms: 50, e2eP99Ms: null});
  });

  test('a command is split as a shell would, quotes included', () => {
    const invocation = readCommandLine(['bench', '--engine', 'vllm', '--command', 'python3 -m "my engine"'], '1');
    expect(invocation).toMatchObject({options: {command: ['python3', '-m', 'my engine']}});
  });
});

describe('mistakes', () => {
  test('all are listed at once, each with its fix', () => {
    expect(mistakesOf('bench --engin vllm --rate fast --suite chatt --requests 0 --warmup')).toEqual([
      '--engin: no such option of bench. Did you mean --engine?',
      expect.stringMatching(/^--suite must be one of .*got "chatt"\. Did you mean chat\?$/),
      '--rate must be a number above 0 to 1000000, got "fast". Write for example --rate 20',
      '--requests must be a whole number from 1 to 100000000, got "0". Write for example --requests 700',
      '--warmup has no value. Write --warmup <n>',
    ]);
  });

  test('an option of another command is named as one, and no far guess is made', () => {
    expect(mistakesOf('bench --engine vllm --gateway-address http://10.0.0.5:3001')).toEqual([
      '--gateway-address is an option of rehearse, and not of bench. Leave it out',
    ]);
    const [suite] = mistakesOf('rehearse --suite chat');
    expect(suite).toMatch(/^--suite is an option of bench\b.*, and not of rehearse\. Leave it out$/);
    const [attach] = mistakesOf('decide --attach=http://10.0.0.7:8000');
    expect(attach).toMatch(/, and not of decide\. Did you mean --baseline-attach or --candidate-attach\?$/);
    expect(mistakesOf('bench --engine vllm --node-selector pool=load')).toEqual([
      '--node-selector: no such option of bench. Did you mean --shard-node-selector?',
    ]);
    expect(mistakesOf('rehearse --suits chat')).toEqual([
      '--suits: no such option of rehearse. npm run rehearse -- --help lists them',
    ]);
  });

  test('options that exclude each other are named together', () => {
    expect(mistakesOf('bench --engine vllm --rate 5 --concurrency 4 --requests 9 --duration 2')).toEqual([
      '--requests and --duration both end a trial. Leave one out',
      '--rate (open loop) and --concurrency (closed loop) exclude each other. To bound an open loop write --max-in-flight',
    ]);
  });

  test('what --as prints is no JSON, and a client that is not known is named', () => {
    expect(mistakesOf('bench --engine vllm --as vllm --as aiperf --json')).toEqual([
      '--as prints text, and --json keeps stdout for JSON. Leave one out',
    ]);
    expect(mistakesOf('report run-1 --as guidelm')).toEqual([
      expect.stringMatching(
        /^--as must be one of vllm, sglang, guidellm, aiperf, got "guidelm"\. Did you mean guidellm\?$/,
      ),
    ]);
  });

  test('an open-loop option without a rate says what is missing', () => {
    expect(mistakesOf('bench --engine vllm --arrivals uniform --max-in-flight 4')).toHaveLength(2);
  });

  test.each([
    ['--arrivals gamma --rate 5', '--arrivals gamma has no shape. Add --burstiness <shape>; 1 would be poisson'],
    [
      '--arrivals poisson --rate 5 --burstiness 2',
      '--burstiness is the shape of gamma arrivals and does not go with --arrivals poisson. Leave one out',
    ],
    ['--burstiness 2', '--burstiness needs an open loop. Add --rate <per second>'],
    [
      '--burstiness 0 --rate 5',
      '--burstiness must be a number from 0.01 to 10000, got "0". Write for example --burstiness 0.25',
    ],
    ['--arrivals trace', '--arrivals trace has no trace. Add --trace <file>'],
    ['--trace-speed 2 --rate 5', '--trace-speed has no trace. Add --trace <file>'],
    ['--suite trace --trace-speed 2 --rate 5', '--trace-speed has no trace. Add --trace <file>'],
    ['--suite trace --suite chat --burstiness 2', '--burstiness needs an open loop. Add --rate <per second>'],
    ['--trace x --arrivals uniform', '--trace brings its own spacing. Leave --arrivals uniform out'],
    ['--trace x --burstiness 2', '--trace brings its own spacing. Leave --burstiness out'],
    ['--trace x --rate 5', '--trace brings its own rate. Leave --rate out; to replay it faster write --trace-speed 2'],
    [
      '--trace x --concurrency 5',
      '--trace (open loop) and --concurrency (closed loop) exclude each other. To bound an open loop write --max-in-flight',
    ],
    [
      '--trace x --suite saturate',
      '--trace does not go with a saturation suite, which is a closed loop. Leave it out, or run embed or rerank',
    ],
    [
      '--suite goodput --rate 5',
      '--rate does not go with goodput, which finds the load itself. Leave it out, or run chat',
    ],
    [
      '--suite mixed --concurrency 5',
      '--concurrency does not go with mixed, which has loads in proportion to one another. Leave it out, or run chat, embed or rerank',
    ],
    ...(
      [
        ['embed-sizes', '--batch', '4'],
        ['chat-shared', '--shared-prefix', '0.9'],
        ['calibration', '--output-tokens', '64'],
      ] as const
    ).map(([suite, flag, value]): [string, string] => [
      `--suite ${suite} ${flag} ${value}`,
      `${flag} does not go with ${suite}, whose stages differ in it. Leave it out, or run chat, embed or rerank`,
    ]),
    ['--suite embed --shared-prefix 0.5', '--shared-prefix is for single questions. Add --suite chat'],
    [
      '--suite chat --contexts 8',
      '--contexts has nobody to share them. Add --shared-prefix 0.8 to --suite chat, or run chat-shared or eviction',
    ],
    ['--suite chat --turns 8', '--turns has no conversation. Add --suite prefix'],
    ['--suite cache-repeat --think-seconds 1', '--think-seconds has no conversation. Add --suite prefix'],
    ['--suite eviction --branches 2', '--branches has no conversation. Add --suite prefix'],
    ['--suite capacity --slo ttft-p99=500', '--slo has no rate to find. Add --suite goodput'],
    ['--suite chat --lora a=/b', '--lora has no load in which it could be loaded. Add --suite weight-sync'],
    [
      '--suite outage --new-weights /b',
      '--new-weights has no load in which they could be loaded. Add --suite weight-sync',
    ],
    ['--suite chat --levels 1-8', '--levels has no sweep. Add --suite capacity or goodput'],
    [
      '--suite capacity --levels 0.5-8',
      '--levels are requests in flight, and whole, in capacity. Write --levels 8-256',
    ],
    ...['ttft=500', 'ttft-p99=0', 'ttft-p99=500,ttft-p99=600', 'e2e-p99'].map(given => [
      `--suite goodput --slo=${given}`,
      `--slo must be limits in ms, each of ttft-p99, tpot-p99, e2e-p99 once at most, got "${given}". Write for example --slo ttft-p99=500,tpot-p99=50`,
    ]),
    ...['8', '8-4', '0-4', '1-1000000'].map(given => [
      `--suite capacity --levels ${given}`,
      `--levels must be two levels above 0, the lower one first and 100000 at most, got "${given}". Write for example --levels 8-256`,
    ]),
    [
      '--suite trace --prompt-tokens 64',
      '--prompt-tokens does not go with trace, whose lengths are those of its file. Leave it out, or run chat with --trace <file>',
    ],
    [
      '--suite trace --output-tokens 64',
      '--output-tokens does not go with trace, whose lengths are those of its file. Leave it out, or run chat with --trace <file>',
    ],
    [
      '--suite eviction --requests 64',
      '--requests does not go with eviction, which asks about every context --turns times. Write --contexts and --turns',
    ],
    [
      '--output-tokens normal:5',
      '--output-tokens must be tokens from 1 to 100000 or a distribution of them, got "normal:5". Write --output-tokens 512, uniform:128-1024, lognormal:512,0.6 (median, sigma and perhaps a maximum) or @lengths.txt',
    ],
  ])('%s is one mistake', (line, mistake) => {
    expect(mistakesOf(`bench --engine vllm ${line}`)).toEqual([mistake]);
  });

  test.each([
    '--burstiness 0.5 --rate 5',
    '--arrivals gamma --burstiness 0.5 --rate 5',
    '--trace x --trace-speed 3',
    '--arrivals trace --trace x --max-in-flight 3 --duration 5',
    '--suite trace --trace-speed 2 --max-in-flight 3',
    '--suite trace --arrivals uniform',
    '--suite chat --shared-prefix 0.9 --contexts 8 --prompt-tokens lognormal:512,0.6 --output-tokens @x.txt',
    '--suite eviction --contexts 8 --turns 3',
    '--suite eviction --suite chat --requests 64',
    '--suite trace --suite chat --prompt-tokens 64',
    '--suite goodput --slo ttft-p99=500,e2e-p99=0.5 --levels 0.5-8',
    '--suite capacity --levels 2-2',
    '--suite cache-repeat --turns 5',
    '--suite prefix --branches 2 --think-seconds 0.5',
  ])('%s is none', line => {
    expect(() => bench(`--engine vllm ${line}`)).not.toThrow();
  });

  test('an attached suite needs a server for each of its roles', () => {
    expect(mistakesOf('bench --engine vllm --suite embed --attach chat=http://a:1')).toEqual([
      '--attach names no server for embed, which embed needs. Add --attach embed=<URL>',
    ]);
  });

  test('a missing engine is asked for', () => {
    expect(mistakesOf('bench')).toEqual(['--engine is missing. Write for example --engine sglang']);
  });

  test('a missing and a superfluous operand are told apart', () => {
    expect(mistakesOf('compare')).toEqual(['<run> is missing. Write npm run compare -- <run> [run…]']);
    expect(mistakesOf('report one two')).toEqual(['"two" is one word too many. Quote values that hold spaces']);
  });

  test.each([
    ['127.0.0.1:8000', 'must be an http:// or https:// address, got "127.0.0.1:8000"'],
    ['ftp://me:hush@host', 'must be an http:// or https:// address, got "ftp://***@host"'],
    ['http://me:hush@host:1', 'holds a user name or password, which is not sent, got "http://***@host:1"'],
    ['http:me:hush@host:1', 'holds a user name or password, which is not sent, got "http:***@host:1"'],
    ['http://host:1/proxy', 'has a path, got "http://host:1/proxy"'],
    ['http://host:1/?key=hush', 'has a path, got "http://host:1/"'],
  ])('%s is not an address to send requests to, and a password is never repeated', (url, message) => {
    const [mistake = '', ...more] = mistakesOf(`bench --engine vllm --attach ${url}`);
    expect(mistake).toContain(`--attach ${message}`);
    expect([mistake.includes('hush'), more]).toEqual([false, []]);
  });

  test('a suite that is named twice would be two rows of one name', () => {
    expect(mistakesOf('bench --engine vllm --suite chat --suite chat')).toEqual([
      '--suite names chat twice. To run it more often write --repetitions',
    ]);
  });

  test('an unknown command gets the nearest one', () => {
    expect(() => read('benhc --engine vllm')).toThrow(
      expect.objectContaining({code: 'BAD_OPTIONS', hint: 'Did you mean bench?'}),
    );
  });
});

describe('texts', () => {
  test('--help of a command lists every option of it and no other', () => {
    const help = read('bench --help');
    expect(help).toMatchObject({command: 'print'});
    const text = help.command === 'print' ? help.text : '';
    expect(text).toContain('--max-in-flight <n>');
    expect(text).not.toContain('--port');
  });

  test('without a command the commands are listed', () => {
    const [none, help] = [readCommandLine([], '1.2.3'), read('--help')];
    expect(none).toEqual(help);
    expect(help.command === 'print' && help.text).toContain('npm run compare');
  });

  test('--version prints it', () => {
    expect(read('--version')).toEqual({command: 'print', text: '1.2.3\n'});
  });
});
