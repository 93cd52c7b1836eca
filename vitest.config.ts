import {configDefaults, defineConfig} from 'vitest/config';
import {lackingForBrowser} from './browser-tests.ts';
import {lackingForDocker, pathWithServers} from './docker-tests.ts';

const everywhere = ['src/**/*.test.ts', 'suites/**/*.test.ts', 'docker/**/*.test.ts'];
const alone = [
  'src/commands/rehearse*.test.ts',
  'src/commands/topology-deaths*.test.ts',
  'src/gateway-checks/**/*.test.ts',
];
const onKubernetes = 'src/**/*.kubernetes.test.ts';
/** Where .ci/kubebox has set the shell up, as .ci/kubernetes does: they are nobody else's cluster's. */
const withKubernetes = process.env.KUBECONFIG?.includes('kubebox') === true;

export default defineConfig(async () => {
  const lacking = await lackingForDocker();
  // CI never leaves them out: what is lacking there fails.
  const withDocker = lacking.length === 0 || Boolean(process.env.CI);
  // Other programs read this file too.
  if (lacking.length > 0 && process.env.VITEST === 'true')
    process.stderr.write(
      `Tests with containers (*.docker.test.ts) ${withDocker ? 'will fail' : 'are left out'}: they need ${lacking.join(', ')}. ` +
        '.ci/run installs and starts it, and runs them.\n',
    );
  const lackingBrowser = await lackingForBrowser();
  const withBrowser = lackingBrowser.length === 0 || Boolean(process.env.CI);
  if (lackingBrowser.length > 0 && process.env.VITEST === 'true')
    process.stderr.write(
      `Tests in a browser (*.browser.test.ts) ${withBrowser ? 'will fail' : 'are left out'}: they need ${lackingBrowser.join(', ')}.\n`,
    );
  const leftOut = [
    ...configDefaults.exclude,
    onKubernetes,
    ...(withDocker ? [] : ['**/*.docker.test.ts']),
    ...(withBrowser ? [] : ['**/*.browser.test.ts']),
  ];
  return {
    test: {
      projects: [
        {
          extends: true as const,
          test: {
            name: 'parts',
            include: everywhere,
            exclude: [...leftOut, ...alone],
            // Real servers and processes run in tests: more workers than cores would only measure the machine.
            maxWorkers: 2,
            sequence: {groupOrder: 0},
          },
        },
        {
          extends: true as const,
          // Whole rehearsals, and load on a gateway, are several processes each: one file after another, when all else is over.
          test: {name: 'wholes', include: alone, exclude: leftOut, maxWorkers: 1, sequence: {groupOrder: 1}},
        },
        ...(withKubernetes
          ? [
              {
                extends: true as const,
                // One after the other: some of them kill parts of the cluster.
                test: {
                  name: 'kubernetes',
                  include: [onKubernetes],
                  testTimeout: 300_000,
                  hookTimeout: 120_000,
                  maxWorkers: 1,
                  sequence: {groupOrder: 2},
                },
              },
            ]
          : []),
      ],
      env: withDocker ? {PATH: pathWithServers} : {},
      testTimeout: 30_000,
      hookTimeout: 30_000,
      retry: 0,
      coverage: {
        provider: 'v8' as const,
        reportOnFailure: true,
        include: ['src/**/*.ts', 'suites/**/*.ts'],
        exclude: ['**/*.test.ts', '**/test-*/**'],
        reporter: ['text-summary', 'json-summary'],
        thresholds: withDocker ? {lines: 85, statements: 85, functions: 85} : {},
      },
    },
  };
});
