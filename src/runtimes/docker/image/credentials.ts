import {execa} from 'execa';
import {z} from 'zod';
import {CutoverError} from '../../../errors.ts';
import {type CliConfig, type Environment, readCliConfig} from '../connect/config-file.ts';

/** What a registry wants to know, in the fields of Docker's X-Registry-Auth. */
type RegistryLogin =
  | {readonly username: string; readonly password: string; readonly serveraddress: string}
  | {readonly identitytoken: string; readonly serveraddress: string};

/** Docker Hub's name in the CLI's files, for ever. */
const hub = 'https://index.docker.io/v1/';

/** What `docker login` has kept for a registry; null where nobody logged in. Throws IMAGE_MISSING when its helper cannot be asked. */
export const credentialsFor = async (registry: string, environment: Environment): Promise<RegistryLogin | null> => {
  const config = await readCliConfig(environment);
  const server = registry === 'docker.io' ? hub : registry;
  const helper = config.credHelpers[server] ?? config.credsStore;
  return helper === undefined
    ? fromFile(config, server)
    : ((await ask(helper, server, environment)) ?? fromFile(config, server));
};

const hostOf = (server: string) => server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

const fromFile = ({auths}: CliConfig, server: string): RegistryLogin | null => {
  const kept = auths[server] ?? Object.entries(auths).find(([name]) => hostOf(name) === hostOf(server))?.[1];
  if (kept?.identitytoken) return {identitytoken: kept.identitytoken, serveraddress: server};
  if (!kept?.auth) return null;
  const [username = '', ...password] = Buffer.from(kept.auth, 'base64').toString().split(':');
  return {username, password: password.join(':'), serveraddress: server};
};

const helperReply = z.looseObject({Username: z.string(), Secret: z.string()});

/** See github.com/docker/docker-credential-helpers: the server goes in, JSON comes out. Its output may hold a secret: no error quotes it. */
const ask = async (helper: string, server: string, environment: Environment): Promise<RegistryLogin | null> => {
  const program = `docker-credential-${helper}`;
  const {failed, stdout, code} = await execa(program, ['get'], {
    input: server,
    env: {...environment},
    reject: false,
    timeout: 30_000,
  });
  if (failed && /credentials not found/i.test(stdout)) return null;
  const reply = failed ? null : helperReply.safeParse(parsed(stdout));
  if (reply?.success !== true)
    throw new CutoverError(
      'IMAGE_MISSING',
      `${program}, which keeps the logins of registries, ${code === 'ENOENT' ? 'is not installed' : 'gave no login'} for ${server}`,
      {hint: `Log in again with docker login, or take credsStore or credHelpers out of the Docker CLI's config.json.`},
    );
  const {Username, Secret} = reply.data;
  return Username === '<token>'
    ? {identitytoken: Secret, serveraddress: server}
    : {username: Username, password: Secret, serveraddress: server};
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
