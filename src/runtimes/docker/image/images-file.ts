import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type Document, parseDocument} from 'yaml';
import {z} from 'zod';
import {CutoverError, reasonOf} from '../../../errors.ts';
import {projectRoot} from '../../../root.ts';
import type {ContainerSettings} from '../../../schema/stack.ts';

const images = z.record(
  z.string(),
  z.strictObject({
    image: z.string().min(1),
    tag: z.string().min(1),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits, or null')
      .nullable(),
  }),
);
type Images = z.infer<typeof images>;

export const imagesFile = join(projectRoot, 'docker', 'images.yaml');

/**
 * The image that an engine's servers run from: what the settings name, else the version in docker/images.yaml, by its
 * digest once `cutover pin` has asked for it. Throws BAD_STACK.
 */
export const imageFor = async (
  engineName: string,
  {image}: Pick<ContainerSettings, 'image'>,
  file = imagesFile,
): Promise<string> => {
  if (image !== undefined) return image;
  const entry = (await readImages(file))[engineName];
  if (entry === undefined)
    throw new CutoverError('BAD_STACK', `${file} names no image for ${engineName}`, {
      hint: 'Add one there, or write image: into the stack file or the --docker-settings.',
    });
  return entry.digest === null ? `${entry.image}:${entry.tag}` : `${entry.image}:${entry.tag}@${entry.digest}`;
};

/** By engine. Throws BAD_STACK. */
export const readImages = async (file: string): Promise<Images> => parse(await readDocument(file), file);

/** Writes digests into the file and leaves its comments as they are. Throws BAD_STACK. */
export const writeDigests = async (file: string, digests: Readonly<Record<string, string>>): Promise<void> => {
  const document = await readDocument(file);
  parse(document, file);
  for (const [engine, digest] of Object.entries(digests)) document.setIn([engine, 'digest'], digest);
  await writeFile(file, document.toString({lineWidth: 0}));
};

const readDocument = async (file: string): Promise<Document.Parsed> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw badFile(file, [reasonOf(cause)]);
  });
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw badFile(
      file,
      document.errors.map(({message}) => message),
    );
  return document;
};

const parse = (document: Document.Parsed, file: string): Images => {
  const read = images.safeParse(document.toJS());
  if (read.success) return read.data;
  throw badFile(
    file,
    read.error.issues.map(({path, message}) => `${path.join('.')}: ${message}`),
  );
};

const badFile = (file: string, mistakes: readonly string[]): CutoverError =>
  new CutoverError('BAD_STACK', [`${file} is not a list of images:`, ...mistakes.map(one => `  ${one}`)].join('\n'), {
    hint: 'Each engine has image, tag and digest there; digest: null is right until `cutover pin` has asked for it.',
  });
