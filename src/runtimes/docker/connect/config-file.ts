import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {z} from 'zod';
import {CutoverError, reasonOf} from '../../../errors.ts';

export type Environment = Readonly<NodeJS.ProcessEnv>;

const login = z.looseObject({
  /** base64 of `user:password`. */
  auth: z.string().optional(),
  identitytoken: z.string().optional(),
});

const cliConfig = z.looseObject({
  currentContext: z.string().optional(),
  auths: z.record(z.string(), login).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});
export type CliConfig = z.infer<typeof cliConfig>;

export const homeOf = ({HOME}: Environment): string => HOME || homedir();

/** Where the Docker CLI keeps its settings, contexts and certificates. */
export const configFolder = (environment: Environment): string =>
  environment.DOCKER_CONFIG || join(homeOf(environment), '.docker');

/** The part of the Docker CLI's config.json that is read; an absent file is an empty one. Throws DOCKER_UNREACHABLE. */
export const readCliConfig = async (environment: Environment): Promise<CliConfig> => {
  const file = join(configFolder(environment), 'config.json');
  try {
    return cliConfig.parse(JSON.parse((await readFileIfThere(file))?.toString() ?? '{}'));
  } catch (thrown) {
    // The parser's own words quote the text, and that holds passwords.
    const reason =
      thrown instanceof SyntaxError
        ? 'it is not JSON'
        : thrown instanceof z.ZodError
          ? "its fields are not the Docker CLI's"
          : reasonOf(thrown);
    throw new CutoverError('DOCKER_UNREACHABLE', `The Docker CLI's settings in ${file} cannot be read: ${reason}`, {
      hint: 'Repair the file, or say where Docker is with DOCKER_HOST and name another folder with DOCKER_CONFIG.',
    });
  }
};

/** Null when there is no such file. Throws DOCKER_UNREACHABLE for one that cannot be read. */
export const readFileIfThere = async (file: string): Promise<Buffer | null> => {
  try {
    return await readFile(file);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw new CutoverError('DOCKER_UNREACHABLE', `${file} cannot be read: ${reasonOf(thrown)}`, {
      hint: 'Correct the path, or let this user read it.',
    });
  }
};
