import {dirname, isAbsolute, join} from 'node:path';
import {parse} from 'yaml';
import {z} from 'zod';
import {CutoverError, reasonOf} from '../../errors.ts';
import {issueSentences} from '../../issue-sentence.ts';

const text = z.string().min(1);
const name = z.coerce.string();

const exec = z.looseObject({
  apiVersion: z.string().default('client.authentication.k8s.io/v1beta1'),
  command: text,
  env: z.array(z.object({name: z.string(), value: z.string()})).nullish(),
  installHint: z.string().nullish(),
});

const cluster = z.looseObject({
  server: z.url({protocol: /^https?$/}),
  'certificate-authority': text.nullish(),
  'proxy-url': text.nullish(),
});

const user = z.looseObject({
  'client-certificate': text.nullish(),
  'client-key': text.nullish(),
  tokenFile: text.nullish(),
  exec: exec.nullish(),
});

const context = z.looseObject({cluster: text, user: z.string().nullish(), namespace: z.string().nullish()});

const orNone = <T>(list: T[] | null | undefined): T[] => list ?? [];

const kubeconfig = z.looseObject({
  clusters: z.array(z.object({name, cluster})).nullish().transform(orNone),
  users: z
    .array(z.object({name, user: user.nullish().transform((one): z.infer<typeof user> => one ?? {})}))
    .nullish()
    .transform(orNone),
  contexts: z.array(z.object({name, context})).nullish().transform(orNone),
  'current-context': z.string().nullish(),
});
export type Kubeconfig = z.infer<typeof kubeconfig>;

export interface KubeconfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Several files as one, as kubectl joins them: of two things with one name, and of two current contexts, the first
 * counts. Paths in a file are relative to its folder. Throws KUBERNETES_UNREACHABLE that names the file.
 */
export const mergeKubeconfigs = (files: readonly KubeconfigFile[]): Kubeconfig => {
  const all = files.map(file => anchored(read(file), dirname(file.path)));
  return {
    clusters: firstOfEachName(all.flatMap(({clusters}) => clusters)),
    users: firstOfEachName(all.flatMap(({users}) => users)),
    contexts: firstOfEachName(all.flatMap(({contexts}) => contexts)),
    'current-context': all.find(one => one['current-context'])?.['current-context'],
  };
};

const read = ({path, text}: KubeconfigFile): Kubeconfig => {
  const damaged = (reason: string, cause?: unknown): CutoverError =>
    new CutoverError('KUBERNETES_UNREACHABLE', `The kubeconfig ${path} cannot be used: ${reason}`, {
      hint: 'Repair the file (kubectl config view reads it too), or name another one with KUBECONFIG.',
      cause,
    });
  let body: unknown;
  try {
    body = parse(text) ?? {};
  } catch (thrown) {
    // Only the first line: the others quote the text, and that holds credentials.
    throw damaged(reasonOf(thrown).split('\n')[0]?.replace(/:$/, '') ?? 'it is not YAML');
  }
  const result = kubeconfig.safeParse(body);
  if (!result.success) throw damaged(issueSentences(result.error));
  return result.data;
};

const anchored = (config: Kubeconfig, folder: string): Kubeconfig => {
  const at = <T extends string | null | undefined>(path: T) => (path && !isAbsolute(path) ? join(folder, path) : path);
  return {
    ...config,
    clusters: config.clusters.map(({name, cluster}) => ({
      name,
      cluster: {...cluster, 'certificate-authority': at(cluster['certificate-authority'])},
    })),
    users: config.users.map(({name, user: {tokenFile, exec, ...user}}) => ({
      name,
      user: {
        ...user,
        'client-certificate': at(user['client-certificate']),
        'client-key': at(user['client-key']),
        // The client knows a file with a token, which it reads again as it changes, under this name only.
        ...(tokenFile ? {'auth-provider': {name: 'tokenFile', config: {tokenFile: at(tokenFile)}}} : {}),
        ...(exec
          ? {
              exec: {
                ...exec,
                command: exec.command.includes('/') ? at(exec.command) : exec.command,
                env: pluginEnvironment(exec),
              },
            }
          : {}),
      },
    })),
  };
};

/** Plugins read this variable, which the client does not set. */
const pluginEnvironment = ({apiVersion, env}: z.infer<typeof exec>) => [
  {
    name: 'KUBERNETES_EXEC_INFO',
    value: JSON.stringify({apiVersion, kind: 'ExecCredential', spec: {interactive: false}}),
  },
  ...(env ?? []),
];

const firstOfEachName = <T extends {readonly name: string}>(list: readonly T[]): T[] => [
  ...new Map(list.toReversed().map(one => [one.name, one])).values(),
];
