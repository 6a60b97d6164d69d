/** Errors of an image's name: the invalid part, and a valid name. mrkdwn. */

import type { ErrorReason, InvalidReference, ReferencePart } from '../../image/reference.ts';
import { code } from '../kit/mrkdwn.ts';

export function referenceErrorLines(error: InvalidReference): [string, string] {
  const { suggestion } = error;
  const instead =
    suggestion === null ? `For example: ${code(exampleFor(error))}` : `Did you mean ${code(suggestion)}?`;
  return [SENTENCES[error.reason](error), instead];
}

const NAMES: Readonly<Record<ReferencePart, string>> = {
  whole: 'image name',
  registry: 'registry',
  repository: 'repository',
  tag: 'tag',
  digest: 'digest',
};

const EXAMPLES: Readonly<Record<ReferencePart, string>> = {
  whole: 'alpine:3.16',
  registry: 'reg.example.com:5000/acme/api:1.4',
  repository: 'ghcr.io/acme/api:1.4',
  tag: 'alpine:3.16',
  digest: 'alpine@sha256:e3b0c442…',
};

const ALLOWED: Readonly<Record<ReferencePart, string>> = {
  whole: 'Write registry/repository:tag.',
  registry: 'A registry is a host name, with a port if it needs one.',
  repository: 'It may have small letters and digits, with dots, dashes, underscores or slashes between them.',
  tag: 'It may have letters, digits, dots, dashes and underscores, and begins with no dot or dash.',
  digest: 'It is `sha256:` and 64 digits of 0-9 and a-f, or `sha512:` and 128.',
};

const LONGEST: Readonly<Record<ReferencePart, string>> = {
  whole: 'No image name is that long.',
  registry: 'Registry and repository together have 255 characters at most.',
  repository: 'Registry and repository together have 255 characters at most.',
  tag: 'A tag has 128 characters at most.',
  digest: ALLOWED.digest,
};

const MISSING: Readonly<Record<ReferencePart, string>> = {
  whole: 'The image name is missing.',
  registry: 'The registry’s host name is missing.',
  repository: 'The image’s own name is missing after the registry.',
  tag: 'The tag is missing after the colon. Without the colon, `latest` is meant.',
  digest: 'The digest is missing after the @.',
};

const SENTENCES: Readonly<Record<ErrorReason, (error: InvalidReference) => string>> = {
  empty: ({ part }) => MISSING[part],
  'too-long': (error) => `${the(error)} is too long. ${LONGEST[error.part]}`,
  'upper-case': (error) => `${the(error)} has capital letters. Only the registry and the tag may have them.`,
  character: (error) => `${the(error)} has a character that does not belong there. ${ALLOWED[error.part]}`,
  form: (error) => `${the(error)} is not well formed. ${ALLOWED[error.part]}`,
  port: (error) => `${the(error)} has a port that is no number from 1 to 65535.`,
  algorithm: (error) => `${the(error)} is of an unknown kind. ${ALLOWED.digest}`,
  length: (error) => `${the(error)} does not have the right length: was it cut in copying? ${ALLOWED.digest}`,
  'lone-digest': (error) =>
    `${code(error.text)} is a digest alone. Put the image’s name and an @ in front of it.`,
  'hub-registry': (error) => `${the(error)} is not on Docker Hub: it begins with another registry’s name.`,
};

function exampleFor({ part, reason }: InvalidReference): string {
  return EXAMPLES[reason === 'lone-digest' ? 'digest' : part];
}

function the({ part, text }: InvalidReference): string {
  return `The ${NAMES[part]} ${code(text)}`;
}
